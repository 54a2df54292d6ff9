"""Files of our own: replaced in one step, so that whoever reads one finds the old content or the
new one, and read within bounds, whatever lies in their place."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import secrets
import stat
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

logger = logging.getLogger(__name__)

_PREFIX = ".photofind-"
_SUFFIX = ".partial"
_TOKEN_BYTES = 8
PARTIAL_NAME = re.compile(r"\.photofind-[0-9a-f]{16}\.partial(-journal)?")
"""What a file is called until it is complete; SQLite puts a journal beside its own. Hidden, so that
no other program takes it for a photo or a sidecar, and short, whatever the file's own name is."""
_LEFT_AFTER_S = 3600.0
"""A partial file that nobody has written to for so long is left over from a process that died."""
_PRIVATE_FILE = 0o600
_PUBLIC_FILE = 0o666
"""Less what the umask takes away."""
_KEPT_ATTRIBUTES = ("user.", "system.posix_acl_access")
"""What people and programs say of a file; the system sets the others itself."""
_BINARY = getattr(os, "O_BINARY", 0)
"""Windows alone has text mode."""


def read_plain_file(path: Path, most_bytes: int, *, follows_links: bool = True) -> bytes:
    """Reads a small file; never waits for a FIFO, nor reads a device without end.

    Raises:
        OSError: it can't be read, is no plain file (nor leads to one), or has more bytes.
    """
    flags = os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0)
    flags |= 0 if follows_links else getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def replace_file(
    path: Path,
    content: bytes | Callable[[IO[bytes]], object],
    *,
    private: bool = True,
    durable: bool = False,
    check: Callable[[], object] | None = None,
) -> None:
    """Writes a file beside `path` and puts it in its place.

    A link at `path` is replaced itself; what it leads to stays as it is.

    Args:
        content: the bytes, or what writes them to a binary stream.
        private: only the owner may read it. Otherwise it keeps the mode of the file that it
            replaces, and the owner as far as the system allows that.
        durable: it is on the disk before it takes its place, so that a power failure can't leave
            an empty file under this name.
        check: called just before the file takes its place; if it raises, the old one stays.

    Raises:
        OSError: it can't be written. Like anything that `content` or `check` raises, this leaves
            the old file as it was and nothing beside it.
    """
    with (
        _replacing(path, private, durable, check) as (_, descriptor),
        open(descriptor, "wb", closefd=False) as stream,
    ):
        if isinstance(content, bytes):
            stream.write(content)
        else:
            content(stream)


@contextmanager
def folder_within(root: Path, folder: Path) -> Iterator[int | None]:
    """Opens a folder of a library without following any link below the library's root, so that
    whatever others plant or exchange there can't lead a write elsewhere.

    Args:
        root: followed wherever it leads; the person added it so.
        folder: the root itself or a folder below it.

    Yields:
        A descriptor for `dir_fd`; None where the system has no such thing (Windows): there it has
        only been checked.

    Raises:
        OSError: a part of the way is a link, no folder, or can't be opened.
    """
    parts = folder.relative_to(root).parts
    if os.open not in os.supports_dir_fd:
        for count in range(1, len(parts) + 1):
            way = root.joinpath(*parts[:count])
            if way.is_symlink() or os.path.realpath(way) != os.path.join(  # noqa: PTH118
                os.path.realpath(way.parent), way.name
            ):  # a junction, too
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(way))
        yield None
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    opened = os.open(root, flags)
    try:
        for part in parts:
            inner = os.open(part, flags | os.O_NOFOLLOW, dir_fd=opened)
            os.close(opened)
            opened = inner
        yield opened
    finally:
        os.close(opened)


def replace_within(
    folder: int | None,
    path: Path,
    content: bytes,
    before: os.stat_result | None,
    check: Callable[[], object],
) -> None:
    """Puts a file into a folder of a library in one step, as `replace_file` does.

    Owner, mode and extended attributes of the file that it replaces are kept, or it isn't written.

    Args:
        folder: from `folder_within`.
        path: where it goes; what is there must be a plain file with one name.
        before: what was there; None: nothing.
        check: called just before the file takes its place; if it raises, the old one stays.

    Raises:
        OSError: it can't be written, or not without losing something of the old one.
    """
    partial = path.with_name(f"{_PREFIX}{secrets.token_hex(_TOKEN_BYTES)}{_SUFFIX}")
    source, target = (partial, path) if folder is None else (Path(partial.name), Path(path.name))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(source, flags, _PUBLIC_FILE, dir_fd=folder)
    try:
        try:
            with open(descriptor, "wb", closefd=False) as stream:
                stream.write(content)
            if before is not None:
                _keep_everything(path if folder is None else target, folder, before, descriptor)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        check()
        os.replace(source, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(source, dir_fd=folder)
        raise


def _keep_everything(
    path: Path, folder: int | None, before: os.stat_result, descriptor: int
) -> None:
    if sys.platform == "win32":
        return
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        os.fchown(descriptor, before.st_uid, before.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(before.st_mode))
    if sys.platform == "linux":
        old = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        try:
            for name in os.listxattr(old):
                if name.startswith(_KEPT_ATTRIBUTES):
                    os.setxattr(descriptor, name, os.getxattr(old, name))
        finally:
            os.close(old)


@contextmanager
def replacement(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """As `replace_file` with a private file, for what insists on opening it by name, as SQLite
    does.

    Yields:
        An empty file in the same folder, to be filled and closed within the block.
    """
    with _replacing(path, True, durable, None) as (partial, _):
        yield partial


@contextmanager
def _replacing(
    path: Path, private: bool, durable: bool, check: Callable[[], object] | None
) -> Iterator[tuple[Path, int]]:
    """Yields the partial file and a descriptor open for writing."""
    _remove_leftovers(path.parent)
    partial = path.with_name(f"{_PREFIX}{secrets.token_hex(_TOKEN_BYTES)}{_SUFFIX}")
    mode = _PRIVATE_FILE if private else _PUBLIC_FILE
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
    try:
        try:
            yield partial, descriptor
            if not private:
                _keep_ownership(path, partial)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if check is not None:
            check()
        os.replace(partial, path)  # noqa: PTH105 (same folder, atomic)
    except BaseException:
        for left in (partial, partial.with_name(f"{partial.name}-journal")):
            with contextlib.suppress(OSError):
                left.unlink(missing_ok=True)
        raise


def _keep_ownership(path: Path, partial: Path) -> None:
    try:
        before = path.stat()
    except FileNotFoundError:
        return
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.chown(partial, before.st_uid, before.st_gid)
    partial.chmod(stat.S_IMODE(before.st_mode))


def _remove_leftovers(folder: Path) -> None:
    """Removes what writes that were cut off have left in a folder."""
    try:
        with os.scandir(folder) as entries:
            partials = [entry for entry in entries if PARTIAL_NAME.fullmatch(entry.name)]
            for entry in partials:
                age_s = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if age_s > _LEFT_AFTER_S:
                    Path(entry.path).unlink(missing_ok=True)
    except OSError as error:
        logger.debug("leftovers can't be removed: %s", error)
