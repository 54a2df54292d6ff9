"""Which volume a folder lies on, and what its file system can do."""

from __future__ import annotations

import os
import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

SILENT_FILE_SYSTEMS: Final[frozenset[str]] = frozenset(
    {
        # network: another computer's changes are never told
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afpfs", "afs", "webdav",
        "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.curlftpfs", "fuse.s3fs", "ceph",
        # folders of the host in a virtual machine
        "9p", "vboxsf", "prl_fs", "vmhgfs", "fuse.vmhgfs-fuse", "virtiofs",
    }
)  # fmt: skip
"""File systems that tell of no change, or only of those made on this computer."""

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


def ignores_case(folder: str, names: Collection[str]) -> bool:
    """Whether a folder's file system takes names that differ in case only for the same.

    Asked of one of the folder's own files, for it can differ from folder to folder.

    Args:
        names: what the folder lists.
    """
    for name in names:
        letter = next((each for each in name if each in string.ascii_letters), None)
        if letter is None:
            continue
        other = name.replace(letter, letter.swapcase(), 1)
        if other in names:
            return False
        try:
            this, that = (os.lstat(os.path.join(folder, each)) for each in (name, other))  # noqa: PTH118
        except OSError:
            return False
        return os.path.samestat(this, that)
    return False


def gives_events(folder: Path) -> bool:
    """Whether the folder's file system tells about changes made in it."""
    mounts = ((each.mountpoint, each.fstype) for each in psutil.disk_partitions(all=True))
    return find_file_system(folder, mounts) not in SILENT_FILE_SYSTEMS


def find_file_system(folder: Path, mounts: Iterable[tuple[str, str]]) -> str | None:
    """The type of the file system a folder lies on: that of the nearest mount point above.

    Args:
        mounts: mount points and types; of equal mount points the last one counts, which lies
            on top of the others.
    """
    nearest, found = -1, None
    for mount_point, kind in mounts:
        if folder.is_relative_to(mount_point) and len(mount_point) >= nearest:
            nearest, found = len(mount_point), kind
    return found
