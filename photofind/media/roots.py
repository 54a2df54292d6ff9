"""Whether a folder can be added as a root, and if not, what to do about it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from photofind.domain import FolderError, MediaCode
from photofind.media.files import system_path
from photofind.media.patterns import (
    IGNORE_FILE_NAME,
    RulesOnlineOnlyError,
    RulesRefusedError,
)
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import Path

_LIBRARY_SUFFIX: Final = ".photoslibrary"
_ORIGINALS: Final = "originals"
"""Where macOS's Photos keeps what was imported, in its library; derived pictures lie elsewhere."""


def root_problem(root: Path, platform: str = sys.platform) -> FolderError | None:
    """Why a folder can't be indexed, None when it can.

    Args:
        platform: `sys.platform`; given in tests.

    Returns:
        A FolderError to raise: folder_missing (absent, or not a folder), folder_denied or
        folder_library (a library of Photos: its originals can be added instead).
    """
    if is_photos_library(root):
        return FolderError(
            "folder_library",
            "{name} is a Photos library, which is full of pictures made from yours. Add the "
            "folder {originals} to search your own; nothing in it is changed.",
            name=root.name,
            originals=root / _ORIGINALS,
        )
    try:
        with os.scandir(system_path(root)) as entries:
            next(entries, None)
    except FileNotFoundError:
        return FolderError(
            "folder_missing", "There is no folder {folder}. Check the name.", folder=root
        )
    except NotADirectoryError:
        return FolderError(
            "folder_missing",
            "{file} is a file, not a folder. Give the folder that contains it.",
            file=root,
        )
    except PermissionError:
        return FolderError("folder_denied", _denied(root, platform))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        return FolderError(
            "folder_missing",
            "The folder {folder} can't be read: {reason}.",
            folder=root,
            reason=reason,
        )
    return None


def is_photos_library(folder: Path) -> bool:
    """Tells a library of macOS's Photos by its name."""
    return folder.name.lower().endswith(_LIBRARY_SUFFIX)


def describe_folder_error(
    folder: Path, error: OSError, platform: str = sys.platform
) -> tuple[MediaCode, Sentence]:
    """Why a subfolder could not be looked into, and what to do about it.

    Args:
        platform: `sys.platform`; given in tests.

    Returns:
        DENIED or UNREADABLE, and why.
    """
    if isinstance(error, PermissionError):
        return MediaCode.DENIED, _denied(folder, platform)
    if isinstance(error, RulesOnlineOnlyError):
        return MediaCode.UNREADABLE, Sentence(
            "What is excluded from the folder {folder} is listed in its {file}, which is "
            "online-only. Have that file downloaded; until then the photos stay as they were.",
            folder=folder,
            file=IGNORE_FILE_NAME,
        )
    if isinstance(error, RulesRefusedError):
        return MediaCode.UNREADABLE, Sentence(
            "The {file} in the folder {folder} has more than 5,000 patterns, or a line of more "
            "than 1,000 characters. Shorten it; until then the photos there stay as they were.",
            folder=folder,
            file=IGNORE_FILE_NAME,
        )
    reason = os.strerror(error.errno) if error.errno else "unknown error"
    return MediaCode.UNREADABLE, Sentence(
        "The folder {folder} can't be read completely ({reason}). Its photos stay as they were.",
        folder=folder,
        reason=reason,
    )


def _denied(root: Path, platform: str) -> Sentence:
    if platform == "darwin":
        return Sentence(
            "photofind isn't allowed to read the folder {folder}. In System Settings, open Privacy "
            "& Security, then Files and Folders (for a Photos library: Full Disk Access), turn "
            "photofind on, and try again.",
            folder=root,
        )
    return Sentence(
        "photofind isn't allowed to read the folder {folder}. Change its permissions, then try "
        "again.",
        folder=root,
    )
