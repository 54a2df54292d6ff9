"""Opening a person's files: for reading only, regular files only, errors in plain words."""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, Final

from photofind.domain import MediaCode, MediaError

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

_WINDOWS_PATH_LIMIT: Final = 240
"""Below MAX_PATH (260), which the API counts with the terminating zero and 8.3 names in mind."""

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
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise MediaError(MediaCode.UNREADABLE, "This is a folder or a device, not a picture.")
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
        f"The disk would not give this file ({reason}). Check the drive, then try again.",
    )


def size_and_time(path: Path) -> tuple[int, int]:
    """Looks up a file's size and last change.

    Returns:
        Bytes, and nanoseconds since 1970 UTC.

    Raises:
        MediaError: vanished, denied or unreadable.
    """
    try:
        status = os.stat(system_path(path))  # noqa: PTH116 (long paths on Windows)
    except OSError as error:
        raise media_error_from(error) from error
    return status.st_size, status.st_mtime_ns
