"""Which volume a folder lies on, so that another drive at the same place is noticed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_LINUX_UUIDS = Path("/dev/disk/by-uuid")


def read_volume_id(folder: Path) -> str | None:
    """A name for the folder's file system that survives restarts, None when there is none.

    On Linux the file system's UUID; on Windows the volume's serial number; on macOS, and for
    network and in-memory file systems, nothing is known.
    """
    try:
        device = folder.stat().st_dev
    except OSError:
        return None
    if sys.platform == "win32":
        return f"serial:{device:x}"
    return find_uuid(device, _LINUX_UUIDS)


def find_uuid(device: int, uuids: Path) -> str | None:
    """Looks a device number up among the links of /dev/disk/by-uuid."""
    try:
        for link in uuids.iterdir():
            if os.stat(link).st_rdev == device:  # noqa: PTH116 (follows the link)
                return f"uuid:{link.name}"
    except OSError:
        return None
    return None
