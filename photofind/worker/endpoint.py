"""How processes of one person find the worker of one data folder.

The worker listens on a local socket (a named pipe on Windows) in a folder of its own that only
this user may enter, and writes where, with a random key, into a file that only this user may read.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import socket
import stat
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path

import msgspec

from photofind.atomic_files import read_plain_file, replace_file

logger = logging.getLogger(__name__)

_SOCKET_FOLDER_PREFIX = "photofind-"
_SOCKET_NAME = "worker"
_LONGEST_ADDRESS = 4_096
"""Bytes of the file."""
_KEY_BYTES = 32
_WAITING = 64
"""Connections that the system keeps until they are accepted."""


class WorkerAddress(msgspec.Struct, frozen=True):
    """Where a worker listens, and the key both sides prove they know."""

    address: str
    key: str
    pid: int


def listen() -> tuple[Listener, WorkerAddress]:
    """Opens a listener that only this user can reach. It accepts anybody who does: `shake_hands`
    is for its connections.

    Raises:
        OSError: no socket can be made in the folder for temporary files.
    """
    key = secrets.token_hex(_KEY_BYTES)
    if sys.platform == "win32":
        name = rf"\\.\pipe\{_SOCKET_FOLDER_PREFIX}{secrets.token_hex(16)}"
        family = "AF_PIPE"
    else:
        # Not in the data folder: a socket's path may have about 100 characters only.
        name = str(Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER_PREFIX)) / _SOCKET_NAME)
        family = "AF_UNIX"
    listener = Listener(name, family, backlog=_WAITING)
    return listener, WorkerAddress(name, key, os.getpid())


def connect(address: WorkerAddress) -> Connection:
    """Connects to a worker.

    Raises:
        OSError: nobody listens there any more.
        multiprocessing.AuthenticationError: somebody else does.
    """
    return Client(address.address, authkey=address.key.encode())


def shake_hands(connection: Connection, key: str, timeout_s: float) -> None:
    """Has somebody who was accepted prove that they know the key, and proves it to them.

    Raises:
        multiprocessing.AuthenticationError: they don't.
        OSError, EOFError: they hung up, or said nothing in time.
    """
    late = threading.Timer(timeout_s, hang_up, (connection,))
    late.daemon = True
    late.start()
    try:
        deliver_challenge(connection, key.encode())
        answer_challenge(connection, key.encode())
    except (AssertionError, ValueError) as error:
        raise AuthenticationError(str(error)) from error
    finally:
        late.cancel()


def hang_up(connection: Connection) -> None:
    """Ends a connection from any thread: whoever reads from it gets an end of file."""
    if connection.closed:
        return
    if sys.platform == "win32":
        connection.close()
        return
    try:
        with socket.socket(fileno=os.dup(connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        logger.debug("already hung up: %s", error)


def publish(file: Path, address: WorkerAddress) -> None:
    """Writes the address for others to find, and clears up after a worker that was killed."""
    if (stale := find_address(file)) is not None:
        remove_socket(stale)
    replace_file(file, msgspec.json.encode(address))


def withdraw(file: Path, address: WorkerAddress) -> None:
    """Takes the address back when the worker ends."""
    if find_address(file) == address:
        file.unlink(missing_ok=True)
    remove_socket(address)


def find_address(file: Path) -> WorkerAddress | None:
    """Reads a published address; None when there is none (or none that makes sense)."""
    try:
        return msgspec.json.decode(_read_own(file), type=WorkerAddress)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        logger.info("no usable worker address: %s", error)
        return None


def _read_own(file: Path) -> bytes:
    """Reads a small file of this user's that nobody else may write.

    Raises:
        OSError: there is none, or it is somebody else's, a link, a device or too large.
    """
    status = file.lstat()
    if sys.platform != "win32" and (
        status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise PermissionError(errno.EPERM, "not written by a worker of this user")
    return read_plain_file(file, _LONGEST_ADDRESS, follows_links=False)


def remove_socket(address: WorkerAddress) -> None:
    """Removes a worker's socket and its folder, if they are what `listen` makes; nothing else, for
    the address may come from a file that anybody has written."""
    name = Path(address.address)
    folder = name.parent
    if (
        sys.platform == "win32"
        or name.name != _SOCKET_NAME
        or not folder.name.startswith(_SOCKET_FOLDER_PREFIX)
        or folder.parent != Path(tempfile.gettempdir())
    ):
        return
    try:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            return
        if stat.S_ISSOCK(name.lstat().st_mode):
            name.unlink()
    except OSError as error:
        logger.debug("no socket is left: %s", error)
    with contextlib.suppress(OSError):
        folder.rmdir()  # empty, or not ours alone
