"""How processes of one person find the worker of one data folder.

The worker listens on a local socket (a named pipe on Windows) in a folder of its own that only
this user may enter, and writes where, with a random key, into a file that only this user may read.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import msgspec

logger = logging.getLogger(__name__)

_SOCKET_FOLDER_PREFIX = "photofind-"
_KEY_BYTES = 32


class WorkerAddress(msgspec.Struct, frozen=True):
    """Where a worker listens, and the key both sides prove they know."""

    address: str
    key: str
    pid: int


def listen() -> tuple[Listener, WorkerAddress]:
    """Opens a listener that only this user can reach.

    Raises:
        OSError: no socket can be made in the folder for temporary files.
    """
    key = secrets.token_hex(_KEY_BYTES)
    if sys.platform == "win32":
        name = rf"\\.\pipe\{_SOCKET_FOLDER_PREFIX}{secrets.token_hex(16)}"
        family = "AF_PIPE"
    else:
        # Not in the data folder: a socket's path may have about 100 characters only.
        name = str(Path(tempfile.mkdtemp(prefix=_SOCKET_FOLDER_PREFIX)) / "worker")
        family = "AF_UNIX"
    listener = Listener(name, family, authkey=key.encode())
    return listener, WorkerAddress(name, key, os.getpid())


def connect(address: WorkerAddress) -> Connection:
    """Connects to a worker.

    Raises:
        OSError: nobody listens there any more.
        multiprocessing.AuthenticationError: somebody else does.
    """
    return Client(address.address, authkey=address.key.encode())


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
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.encode(address))
    os.replace(partial, file)  # noqa: PTH105 (atomic)


def withdraw(file: Path, address: WorkerAddress) -> None:
    """Takes the address back when the worker ends."""
    if find_address(file) == address:
        file.unlink(missing_ok=True)
    remove_socket(address)


def find_address(file: Path) -> WorkerAddress | None:
    """Reads a published address; None when there is none (or none that makes sense)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=WorkerAddress)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        logger.info("no usable worker address: %s", error)
        return None


def remove_socket(address: WorkerAddress) -> None:
    """Removes a worker's socket folder, if it is one of ours."""
    folder = Path(address.address).parent
    if sys.platform != "win32" and folder.name.startswith(_SOCKET_FOLDER_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
