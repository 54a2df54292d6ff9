"""Where the one window of a data folder makes itself known, and whether there is one. Qt-free."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path

_LONGEST_SOCKET_NAME = 100
"""Bytes of a path that every system takes for a socket."""
_CLOCK_S = 2.0
"""File systems and processes don't tell their times from the same clock."""
_MOST_BYTES = 4_096


def socket_place(data: Path) -> Path:
    """Where the socket of this user's window on this data folder lies."""
    user = str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "")
    whose = f"{user}\0".encode() + os.fsencode(os.path.realpath(data))
    name = f"photofind-{hashlib.sha256(whose).hexdigest()[:24]}"
    if sys.platform == "win32":
        return Path(tempfile.gettempdir()) / name
    for folder in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()):
        if folder and Path(folder).is_dir():
            place = Path(folder) / name
            if len(os.fsencode(place)) <= _LONGEST_SOCKET_NAME:
                return place
    return Path("/tmp") / name  # noqa: S108 (the name alone decides nothing)


def lock_place(data: Path) -> Path:
    """The window's lock (a QLockFile): it is taken before the window touches anything."""
    place = socket_place(data)
    return place.with_name(place.name + ".lock")


def is_window_open(data: Path) -> bool:
    """Whether a window of this user holds its place for this data folder, however young it is.

    For those who can't ask Qt: the lock begins with the number of the process that holds it. One
    that a dead window left behind counts for nothing, whoever has its number now.
    """
    import psutil  # not needed by windows

    lock = lock_place(data)
    try:
        with lock.open("rb") as file:
            number = int(file.read(_MOST_BYTES).split(b"\n")[0])
            found = os.fstat(file.fileno())
        if sys.platform != "win32" and found.st_uid != os.geteuid():
            return False  # in a folder that all users share, a name is no proof
        return bool(psutil.Process(number).create_time() <= found.st_mtime + _CLOCK_S)
    except PermissionError:
        return sys.platform == "win32"  # a lock that is held can't be read there
    except (OSError, ValueError, OverflowError, psutil.Error):
        return False
