"""Online-only files: opening one downloads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from photofind.domain import PhotofindError
from photofind.media.files import system_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_ATTRIBUTE_OFFLINE: Final = 0x1000
FILE_ATTRIBUTE_RECALL_ON_OPEN: Final = 0x40000
FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS: Final = 0x400000
"""Windows file attributes (winnt.h): OneDrive and its like set the last one, tape archives the
first."""
_AWAY_ON_WINDOWS: Final = (
    FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_RECALL_ON_OPEN | FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
)

SF_DATALESS: Final = 0x40000000
"""macOS file flag (sys/stat.h): iCloud Drive and other file providers."""

_PLACEHOLDER_SUFFIX: Final = ".icloud"


def is_online_only(file_attributes: int = 0, flags: int = 0) -> bool:
    """Tells from a file's stat whether its contents are somewhere else.

    Args:
        file_attributes: `st_file_attributes` on Windows, 0 elsewhere.
        flags: `st_flags` on macOS and BSD, 0 elsewhere.
    """
    return bool(file_attributes & _AWAY_ON_WINDOWS or flags & SF_DATALESS)


def is_status_online_only(status: os.stat_result) -> bool:
    """The same for a whole stat of whatever system this is."""
    return is_online_only(getattr(status, "st_file_attributes", 0), getattr(status, "st_flags", 0))


def lies_online_only(path: Path) -> bool:
    """The same for a file, now: a cloud may take a file's contents away at any time, so this is
    asked before it is opened unasked. False for a file that can't be looked up."""
    try:
        return is_status_online_only(os.stat(system_path(path)))  # noqa: PTH116 (long paths)
    except (OSError, ValueError):
        return False


def may_open(path: Path, downloading: Iterable[Path] = ()) -> bool:
    """Whether a file may be opened: that downloads nothing, or the person wants it to.

    Args:
        downloading: the folders whose files are to be downloaded (`download_roots` of the catalog).
    """
    return not lies_online_only(path) or any(path.is_relative_to(root) for root in downloading)


def refuse_download(path: Path, downloading: Iterable[Path] = ()) -> None:
    """For what is about to open a file that a person named.

    Args:
        downloading: as for `may_open`.

    Raises:
        PhotofindError: photo_online_only.
    """
    if not may_open(path, downloading):
        raise PhotofindError(
            "photo_online_only",
            "{file} is online-only, and photofind downloads nothing unless you ask for it. "
            "Open it with another program, which downloads it, then try again; or allow "
            'it for the whole folder: photofind folders online-only "{folder}" '
            "--include",
            file=path.name,
            folder=path.parent,
        )


def placeholder_target(name: str) -> str | None:
    """The name a file has when it is there, if this is what iCloud leaves in its place.

    Until macOS 14 a file IMG_1.HEIC in the cloud shows as .IMG_1.HEIC.icloud.
    """
    if name.startswith(".") and name.endswith(_PLACEHOLDER_SUFFIX):
        return name[1 : -len(_PLACEHOLDER_SUFFIX)] or None
    return None
