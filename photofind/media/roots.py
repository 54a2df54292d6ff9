"""Whether a folder can be added as a root, and if not, what to do about it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final

from photofind.domain import FolderError, MediaCode
from photofind.media.files import system_path
from photofind.media.patterns import IGNORE_FILE_NAME, RulesOnlineOnlyError

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
            f"{root.name} is a library of Photos and full of pictures made from yours. Add the "
            f"folder {root / _ORIGINALS} to search your own; nothing in it will be changed.",
        )
    try:
        with os.scandir(system_path(root)) as entries:
            next(entries, None)
    except FileNotFoundError:
        return FolderError("folder_missing", f"There is no folder {root}. Check the name.")
    except NotADirectoryError:
        return FolderError(
            "folder_missing", f"{root} is a file, not a folder. Give the folder it lies in."
        )
    except PermissionError:
        return FolderError("folder_denied", _denied(root, platform))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        return FolderError("folder_missing", f"The folder {root} can't be read: {reason}.")
    return None


def is_photos_library(folder: Path) -> bool:
    """Tells a library of macOS's Photos by its name."""
    return folder.name.lower().endswith(_LIBRARY_SUFFIX)


def describe_folder_error(
    folder: Path, error: OSError, platform: str = sys.platform
) -> tuple[MediaCode, str]:
    """Why a subfolder could not be looked into, and what to do about it.

    Args:
        platform: `sys.platform`; given in tests.

    Returns:
        DENIED or UNREADABLE, and a sentence.
    """
    if isinstance(error, PermissionError):
        return MediaCode.DENIED, _denied(folder, platform)
    if isinstance(error, RulesOnlineOnlyError):
        reason = (
            f"What is left out of the folder {folder} stands in its {IGNORE_FILE_NAME}, which lies "
            "in its cloud only. Have that file downloaded; until then the photos stay as they were."
        )
        return MediaCode.UNREADABLE, reason
    reason = os.strerror(error.errno) if error.errno else "unknown error"
    return (
        MediaCode.UNREADABLE,
        f"The folder {folder} can't be read to its end ({reason}). Its photos stay as they were.",
    )


def _denied(root: Path, platform: str) -> str:
    denied = f"photofind isn't allowed to read the folder {root}."
    if platform == "darwin":
        return (
            f"{denied} Open System Settings, Privacy & Security, Files and Folders (for a library "
            "of Photos: Full Disk Access) and switch photofind on, then try again."
        )
    return f"{denied} Change its permissions, then try again."
