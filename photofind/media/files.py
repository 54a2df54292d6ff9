"""Opening a person's files: for reading only, regular files only, errors in plain words."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from photofind.domain import MediaCode, MediaError
from photofind.media.formats import RAW_SUFFIXES

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

_WINDOWS_PATH_LIMIT: Final = 240
"""Below MAX_PATH (260), which the API counts with the terminating zero and 8.3 names in mind."""

_LARGE_SUFFIXES: Final = RAW_SUFFIXES | {".tif", ".tiff", ".psb", ".btf", ".bigtiff"}
_LARGEST_GB, _LARGEST_OTHER_GB = 32, 4
"""Formats that count bytes with 32 bits end at 4 GB. A sparse file of a terabyte takes no room, and
an hour to hash."""

_VANISHED_ERRNOS: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
_DENIED_ERRNOS: Final = frozenset({errno.EACCES, errno.EPERM})


def system_path(path: Path, platform: str = sys.platform) -> str:
    r"""The form of a path the operating system accepts however long it is.

    Windows refuses paths over 260 characters unless they begin with `\\?\`, which also turns
    off all of its normalising; so only long absolute paths get it.

    Args:
        path: absolute on Windows.
        platform: `sys.platform`; given in tests.
    """
    text = os.fspath(path)
    if platform != "win32" or len(text) < _WINDOWS_PATH_LIMIT or text.startswith("\\\\?\\"):
        return text
    text = text.replace("/", "\\")
    if text.startswith("\\\\"):
        return "\\\\?\\UNC\\" + text[2:]
    if text[1:3] == ":\\":
        return "\\\\?\\" + text
    return text


def open_photo(path: Path) -> BufferedReader:
    """Opens a regular file for reading; follows a symbolic link to one.

    Never waits: a FIFO named x.jpg is refused, not read.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(system_path(path), flags)
    except OSError as error:
        raise media_error_from(error) from error
    except ValueError as error:  # a zero byte in the name
        raise MediaError(MediaCode.VANISHED, _VANISHED) from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise MediaError(MediaCode.UNREADABLE, "This is a folder or a device, not a picture.")
    limit_gb = _LARGEST_GB if path.suffix.lower() in _LARGE_SUFFIXES else _LARGEST_OTHER_GB
    if status.st_size > limit_gb * 10**9:
        os.close(descriptor)
        raise MediaError(
            MediaCode.TOO_LARGE,
            "This file has more than {limit} GB, more than pictures of its kind have; it was not "
            "read.",
            limit=limit_gb,
        )
    return os.fdopen(descriptor, "rb")


_VANISHED = "This file is not there. Check its name; it may have been moved, renamed or deleted."
_DENIED = "photofind isn't allowed to read this file. Change its permissions, then try again."


def media_error_from(error: OSError) -> MediaError:
    """Says in plain words why the system would not give a file."""
    if error.errno in _VANISHED_ERRNOS:
        return MediaError(MediaCode.VANISHED, _VANISHED)
    if error.errno in _DENIED_ERRNOS:
        return MediaError(MediaCode.DENIED, _DENIED)
    if error.errno == errno.ENAMETOOLONG:
        return MediaError(
            MediaCode.UNREADABLE,
            "The path of this file is too long for the system. Move it to a folder nearer "
            "the top, or give the folders shorter names.",
        )
    reason = os.strerror(error.errno) if error.errno else "unknown error"
    return MediaError(
        MediaCode.UNREADABLE,
        "This file can't be read from its disk ({reason}). Check the drive, then try again.",
        reason=reason,
    )


class FileTimes(NamedTuple):
    """What tells without reading it that a file is as it was.

    Attributes:
        byte_size: bytes.
        mtime_ns: last change as programs set it, nanoseconds since 1970 UTC.
        ctime_ns: last change of bytes, attributes or name, which programs can't set; None where
            the system doesn't tell (Windows).
    """

    byte_size: int
    mtime_ns: int
    ctime_ns: int | None

    def is_settled(self, now_ns: int) -> bool:
        """Whether a later change will show in the times.

        Not if the file changed within what may be one tick of its file system's clock: 2 s on
        FAT, 1 s on some others, a few milliseconds elsewhere.

        Args:
            now_ns: nanoseconds since 1970 UTC.
        """
        changed_ns = self.mtime_ns if self.ctime_ns is None else self.ctime_ns
        tick_ns = _COARSE_TICK_NS if changed_ns % 1_000_000_000 == 0 else _FINE_TICK_NS
        return abs(now_ns - changed_ns) > tick_ns


_COARSE_TICK_NS: Final = 2_500_000_000
_FINE_TICK_NS: Final = 20_000_000


def times_of(status: os.stat_result) -> FileTimes:
    # On Windows st_ctime is the time of creation.
    ctime_ns = None if os.name == "nt" else status.st_ctime_ns
    return FileTimes(status.st_size, status.st_mtime_ns, ctime_ns)


def read_times(path: Path) -> FileTimes:
    """Looks up a file's size and times.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    try:
        return times_of(os.stat(system_path(path)))  # noqa: PTH116 (long paths on Windows)
    except OSError as error:
        raise media_error_from(error) from error


def size_and_time(path: Path) -> tuple[int, int]:
    """Looks up a file's size in bytes and its mtime, nanoseconds since 1970 UTC.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    return read_times(path)[:2]
