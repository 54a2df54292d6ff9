"""What the person is asked; the dialogs are in `gui.dialogs` and `gui.confirmation`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class FolderRemoval(Enum):
    """What is to become of a folder."""

    KEEP = auto()
    HIDE = auto()
    """It leaves the search; what the person made of its photos is kept."""
    FORGET = auto()
    """It leaves the search, and nothing is kept."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Each returns the answer.

    Attributes:
        choose_folder: None when they would rather not.
        choose_new_place: of a folder that was moved; None when they would rather not.
        choose_subfolder: of a folder, to leave it out; None when they would rather not.
        confirm_removal: of a folder.
        confirm_forgetting: of so many photos.
        confirm_recall: of all photos that were forgotten.
    """

    choose_folder: Callable[[], Path | None]
    choose_new_place: Callable[[Path], Path | None]
    choose_subfolder: Callable[[Path], Path | None]
    confirm_removal: Callable[[Path], FolderRemoval]
    confirm_forgetting: Callable[[int], bool]
    confirm_recall: Callable[[], bool]
