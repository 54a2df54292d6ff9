"""What Linux lets a container or a service have of the machine's memory."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN_GROUPS: Final = Path("/proc/self/cgroup")


def memory_limit(groups: Path = _GROUPS, own_groups: Path = _OWN_GROUPS) -> int | None:
    """The least bytes that this process's control group, or one above it, may use; None when there
    is no such limit, or no such thing on this system.

    Args:
        groups: where the file system of the control groups is mounted.
        own_groups: which of them this process is in, as `/proc/self/cgroup` says it.
    """
    try:
        lines = own_groups.read_text().splitlines()
    except (OSError, ValueError):
        return None
    limits = []
    for file in _limit_files(lines, groups):
        try:
            limits.append(int(file.read_text()))
        except (OSError, ValueError):
            continue  # "max", or a group that is not to be seen from inside a container
    return min((limit for limit in limits if limit > 0), default=None)


def _limit_files(lines: list[str], groups: Path) -> Iterator[Path]:
    """Where the limits of a process are written, the nearest first.

    Args:
        lines: of /proc/self/cgroup: "0::/user.slice/x" (version 2), "4:memory:/x" (version 1).
    """
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            root, name = groups, "memory.max"
        elif "memory" in controllers.split(","):
            root, name = groups / "memory", "memory.limit_in_bytes"
        else:
            continue
        own = PurePosixPath(path.lstrip("/"))
        for group in (own, *own.parents):
            if ".." not in group.parts:  # a group outside the container's own
                yield root / group / name
