"""Takes a model's files away, or what has arrived of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.inference.installing import remove_model
from photofind.models.places import give_up_downloads, installing_alone

if TYPE_CHECKING:
    from photofind.paths import AppFolders


def remove_files(folders: AppFolders, key: str) -> None:
    """Deletes what there is of a model on the disk; its index is the worker's.

    Raises:
        ModelError: model_busy, an installation is at work; disk_failed, they can't be deleted.
    """
    with installing_alone(folders):
        remove_model(key, folders)
        give_up_downloads(folders, key)
