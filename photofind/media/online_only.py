"""Files whose contents lie in a cloud alone: opening one downloads it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from photofind.media.files import system_path

if TYPE_CHECKING:
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


def placeholder_target(name: str) -> str | None:
    """The name a file has when it is there, if this is what iCloud leaves in its place.

    Until macOS 14 a file IMG_1.HEIC in the cloud shows as .IMG_1.HEIC.icloud.
    """
    if name.startswith(".") and name.endswith(_PLACEHOLDER_SUFFIX):
        return name[1 : -len(_PLACEHOLDER_SUFFIX)] or None
    return None
