"""Which volumes are mounted at and below a folder, and what names them for good."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from photofind.media.volume import SILENT_FILE_SYSTEMS, find_uuid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MOUNT_TABLE: Final = Path("/proc/self/mountinfo")
"""Its format is in proc_pid_mountinfo(5)."""
_UUIDS: Final = Path("/dev/disk/by-uuid")
_IS_LINUX: Final = platform.system() == "Linux"
_OCTAL: Final = re.compile(rb"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mounts:
    """The volumes that a walk through a folder comes to.

    Attributes:
        root: what names the volume of the folder itself.
        below: relative path (`os.fsencode`d) of each mount point below it, and what names the
            volume there.
    """

    root: str = ""
    below: Mapping[bytes, str] = field(default_factory=dict)

    def volume_at(self, rel_path: bytes) -> str:
        """What names the volume of a path below the folder; empty for the folder's own."""
        if not self.below:
            return ""
        path = rel_path
        while path:
            if path in self.below:
                return self.below[path]
            path = os.path.dirname(path)  # noqa: PTH120 (bytes)
        return ""

    def changed_places(self, earlier: Mounts) -> set[bytes]:
        """Mount points below the folder at which something else was mounted earlier; b"" is the
        folder itself."""
        places = {
            place
            for place in {*self.below, *earlier.below}
            if self.below.get(place) != earlier.below.get(place)
        }
        return places if self.root == earlier.root else {b"", *places}


@dataclass(frozen=True, slots=True)
class _Mount:
    """A line of the mount table; `root` is the folder of the file system that is mounted."""

    id: str
    parent: str
    device: int | None
    root: bytes
    point: bytes
    kind: str
    source: bytes


def read_mounts(folder: Path) -> Mounts:
    """Reads which volumes are mounted at and below a folder now.

    Volumes are named by the UUID of their file system if the system tells, else by what comes
    nearest to it. What has no lasting name seems to be another volume after it was away, never
    the same as a different one.
    """
    mounts = _mount_table()
    real = os.fsencode(os.path.realpath(folder))
    prefix = real.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    own: _Mount | None = None
    below: dict[bytes, str] = {}
    for mount in mounts:
        if mount.point.startswith(prefix) and mount.point != prefix:
            below[mount.point[len(prefix) :]] = _name(mount)
        elif _covers(mount.point, real) and (own is None or len(mount.point) >= len(own.point)):
            own = mount
    return Mounts("" if own is None else _name(own), below)


def volumes_below(folder: Path) -> frozenset[str]:
    """What names the volumes that are mounted below a folder now."""
    return frozenset(read_mounts(folder).below.values())


def mount_table_state() -> object:
    """Something that is equal as long as nothing is mounted or unmounted; quick to ask for. None
    where that is not known (anywhere but on Linux)."""
    try:
        return _MOUNT_TABLE.read_bytes()
    except OSError:
        return None


def _covers(point: bytes, path: bytes) -> bool:
    separator = os.fsencode(os.sep)
    return path == point or path.startswith(point.rstrip(separator) + separator)


def _mount_table() -> list[_Mount]:
    """What is mounted and not hidden below another mount; what covers comes after the covered."""
    if _IS_LINUX:
        try:
            return list(reachable_mounts(parse_mount_table(_MOUNT_TABLE.read_bytes())))
        except OSError:
            return []
    return [
        _Mount(
            "", "", None, b"", os.fsencode(each.mountpoint), each.fstype, os.fsencode(each.device)
        )
        for each in psutil.disk_partitions(all=True)
    ]


def parse_mount_table(table: bytes) -> list[_Mount]:
    """Parses /proc/self/mountinfo; lines that are not understood are left out."""
    mounts = []
    for line in table.splitlines():
        head, _, tail = line.partition(b" - ")
        fields, (kind, source, *_) = head.split(b" "), [*tail.split(b" "), b"", b""]
        major, _, minor = fields[2].partition(b":") if len(fields) > 5 else (b"", b"", b"")
        if not (major.isdigit() and minor.isdigit()):
            continue
        mounts.append(
            _Mount(
                fields[0].decode("ascii", "replace"),
                fields[1].decode("ascii", "replace"),
                os.makedev(int(major), int(minor)),
                _unescape(fields[3]),
                _unescape(fields[4]),
                kind.decode("ascii", "replace"),
                _unescape(source),
            )
        )
    return mounts


def _unescape(text: bytes) -> bytes:
    return _OCTAL.sub(lambda found: bytes([int(found[1], 8)]), text)


def reachable_mounts(mounts: Iterable[_Mount]) -> Iterable[_Mount]:
    """Those mounts that a path leads to, the outer ones first.

    What is mounted where something is mounted already hides that, and all that is mounted in it.
    """
    children: dict[str, list[_Mount]] = {}
    ids = set()
    for mount in mounts:
        children.setdefault(mount.parent, []).append(mount)
        ids.add(mount.id)
    waiting = [mount for parent, found in children.items() if parent not in ids for mount in found]
    while waiting:
        top = waiting.pop(0)
        while above := [each for each in children.get(top.id, ()) if each.point == top.point]:
            if above[-1] is top:  # the root of all is its own parent in some containers
                break
            top = above[-1]
        yield top
        inside = [each for each in children.get(top.id, ()) if each.point != top.point]
        waiting += [
            each
            for each in inside
            if not any(
                other.point != each.point and _covers(other.point, each.point) for other in inside
            )
        ]


def _name(mount: _Mount) -> str:
    name = _name_of_file_system(mount)
    if mount.root in {b"", b"/"}:
        return name
    return f"{name}:{mount.root.decode('utf-8', 'backslashreplace')}"


def _name_of_file_system(mount: _Mount) -> str:
    devices = [] if mount.device is None else [mount.device]
    if mount.source.startswith(b"/dev/"):
        with contextlib.suppress(OSError):
            devices.append(os.stat(mount.source).st_rdev)  # noqa: PTH116 (bytes)
    for device in devices:
        if device and (uuid := find_uuid(device, _UUIDS)):
            return uuid
    source = mount.source.decode("utf-8", "backslashreplace")
    # Asking a server that is gone would not return, and asking autofs mounts what it stands for.
    is_local = mount.kind not in SILENT_FILE_SYSTEMS | {"autofs"} and "fuse" not in mount.kind
    if _IS_LINUX and is_local:
        try:
            file_system = os.statvfs(mount.point).f_fsid
        except OSError:
            file_system = 0
        if file_system:
            return f"{mount.kind}:{file_system:x}"
    return f"{mount.kind}:{source}"
