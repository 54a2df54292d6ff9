"""Where models arrive and go: partial downloads, the lock, what interrupted installations left."""

from __future__ import annotations

import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock

from photofind.domain import ModelError
from photofind.inference.installing import remove_model, restore_interrupted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.paths import AppFolders

_DOWNLOADS = ".downloads"
_LOCK = ".install.lock"
_KEPT_S = 14 * 24 * 3600.0
"""Half a download that nobody went on with for so long is given up."""


def downloads_of(folders: AppFolders, spec: ModelSpec) -> Path:
    """Where a model's files arrive; another revision, another folder."""
    return folders.models / _DOWNLOADS / spec.key / spec.revision[:12]


def give_up_downloads(folders: AppFolders, key: str) -> None:
    """Deletes what has arrived of a model's files; nothing behind a link."""
    if (folders.models / _DOWNLOADS).is_symlink():
        return
    shutil.rmtree(folders.models / _DOWNLOADS / key, ignore_errors=True)


def half_downloads(folders: AppFolders) -> frozenset[str]:
    """Keys of the models of which something has arrived."""
    return frozenset(path.parent.name for path in (folders.models / _DOWNLOADS).glob("*/*"))


@contextmanager
def installing_alone(folders: AppFolders) -> Iterator[None]:
    """Keeps other installations in this data folder away, and tidies up after interrupted ones.

    Raises:
        ModelError: model_busy, another one is at work; disk_failed, the folder can't be used.
    """
    try:
        folders.models.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folders.models / _LOCK, timeout=0, mode=0o600)
        lock.acquire()
    except filelock.Timeout:
        raise ModelError(
            "model_busy", "Another model is being installed just now. Try again when it is done."
        ) from None
    except OSError as error:
        raise ModelError(
            "disk_failed",
            "The folder {folder} can't be used: {reason}. Check its permissions and its "
            "drive, then try again.",
            folder=folders.models,
            reason=error.strerror or str(error),
        ) from error
    with lock:
        restore_interrupted(folders)
        _sweep(folders.models / _DOWNLOADS)
        yield


def _sweep(downloads: Path) -> None:
    """Nothing is looked for behind a link: what lies there is not ours."""
    if downloads.is_symlink():
        return
    for folder in downloads.glob("*/*"):
        if folder.is_symlink() or folder.parent.is_symlink():
            continue
        files = [path.stat().st_mtime for path in folder.rglob("*") if path.is_file()]
        if not files or time.time() - max(files) > _KEPT_S:
            shutil.rmtree(folder, ignore_errors=True)


def remove_files(folders: AppFolders, key: str) -> None:
    """Deletes what there is of a model on the disk; its index is the worker's.

    Raises:
        ModelError: model_busy, an installation is at work; disk_failed, they can't be deleted.
    """
    with installing_alone(folders):
        remove_model(key, folders)
        give_up_downloads(folders, key)
