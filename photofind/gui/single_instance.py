"""One window a data folder: whoever starts photofind again gets the window that is open.

The first start holds a lock and listens on a socket that is the user's alone; a later one hands
its folders over and ends. QtNetwork, which loads slowly, waits until a window is on the screen.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from photofind.domain import PhotofindError
from photofind.gui.instance_messages import (
    HEADER_BYTES,
    MOST_BYTES,
    RECEIVED,
    BadMessageError,
    folders_of,
    frame,
    message_for,
    read_frame,
)
from photofind.worker.window_place import lock_place, socket_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtNetwork import QLocalServer, QLocalSocket

    from photofind.gui.instance_messages import InstanceMessage

logger = logging.getLogger(__name__)

_PATIENCE_S = 10.0
"""A window that was just started may not listen yet; one that is busy may answer late."""
_RETRY_S = 0.1
_GUEST_MS = 5000
_MOST_GUESTS = 8


class SingleInstance:
    """The place of one window of this user on this data folder."""

    def __init__(self, data: Path, *, patience_s: float = _PATIENCE_S) -> None:
        """Touches nothing yet.

        Args:
            patience_s: how long a window that is open may take to answer.
        """
        self.address = str(socket_place(data))
        self._lock_file = lock_place(data)
        self._lock = QLockFile(str(self._lock_file))
        self._lock.setStaleLockTime(0)  # a lock goes with its process, never with time
        self._patience_s = patience_s

    def take(self, add: Sequence[Path]) -> bool:
        """Takes the place, or gives these folders to the window that has it.

        Returns:
            True: this is the window now. False: another one was raised and has the folders.

        Raises:
            PhotofindError: window_busy, another one is open and doesn't answer.
        """
        message = message_for(list(add))
        deadline = time.monotonic() + self._patience_s
        while True:
            if self._lock.tryLock(0):
                return True
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                logger.info("no lock can be taken; another window would not be noticed")
                return True
            if not _is_ours(self._lock_file):
                logger.warning("somebody else holds the place of our window")
                return True
            if self._hand_over(message):
                return False
            if time.monotonic() > deadline:
                raise PhotofindError(
                    "window_busy",
                    "photofind is open already, but doesn't answer. Wait a moment, or end it, then "
                    "try again.",
                )
            time.sleep(_RETRY_S)

    def leave(self) -> None:
        """Gives the place up; twice does no harm."""
        self._lock.unlock()

    def _hand_over(self, message: InstanceMessage) -> bool:
        from PySide6.QtNetwork import QLocalSocket

        if sys.platform != "win32" and not _is_ours(Path(self.address)):
            return False
        socket = QLocalSocket()
        socket.connectToServer(self.address)
        try:
            if not socket.waitForConnected(round(1000 * self._patience_s)):
                return False
            socket.write(frame(message))
            patience_ms = round(1000 * self._patience_s)
            if not socket.waitForBytesWritten(patience_ms) or not socket.waitForReadyRead(
                patience_ms
            ):
                return False
            return bytes(socket.read(1).data()) == RECEIVED
        finally:
            socket.abort()


class InstanceServer(QObject):
    """Hears from later starts."""

    raised = Signal()
    """The window is wanted at the front."""
    folders_brought = Signal(object)
    """A list of folders."""

    def __init__(self, address: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._address = address
        self._server: QLocalServer | None = None
        self._guests: set[_Guest] = set()

    def listen(self) -> None:
        """Begins to listen; the caller holds the place, so what is there is a dead window's."""
        from PySide6.QtNetwork import QLocalServer

        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.setMaxPendingConnections(_MOST_GUESTS)
        server.newConnection.connect(self._greet)
        QLocalServer.removeServer(self._address)
        if not server.listen(self._address):
            logger.info("no socket for later starts: %s", server.serverError().name)
        self._server = server

    def close(self) -> None:
        for guest in list(self._guests):
            guest.leave()
        if self._server is not None:
            self._server.close()

    def _greet(self) -> None:
        assert self._server is not None
        while (socket := self._server.nextPendingConnection()) is not None:
            if len(self._guests) >= _MOST_GUESTS:
                socket.abort()
                socket.deleteLater()
                continue
            guest = _Guest(socket, self)
            self._guests.add(guest)
            guest.said.connect(self._hear)
            guest.left.connect(self._guests.discard)

    def _hear(self, folders: list[Path]) -> None:
        self.raised.emit()
        if folders:
            self.folders_brought.emit(folders)


class _Guest(QObject):
    """One connection: says one thing, and goes."""

    said = Signal(object)
    """A list of folders, perhaps empty."""
    left = Signal(object)
    """The guest."""

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        socket.setParent(self)
        socket.setReadBufferSize(HEADER_BYTES + MOST_BYTES + 1)
        self._received = b""
        self._gone = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.timeout.connect(self.leave)
        self._patience.start(_GUEST_MS)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self.leave)
        if socket.bytesAvailable():
            self._read()

    def leave(self) -> None:
        if self._gone:
            return
        self._gone = True
        self._socket.abort()
        self.left.emit(self)
        self.deleteLater()

    def _read(self) -> None:
        if self._gone:
            return
        self._received += bytes(self._socket.readAll().data())
        try:
            message = read_frame(self._received)
        except BadMessageError as error:
            logger.info("a message that is none was dropped: %s", error)
            self.leave()
            return
        if message is not None:
            self._socket.write(RECEIVED)
            self._socket.flush()
            self.said.emit(folders_of(message))


def _is_ours(file: Path) -> bool:
    """In a folder that all users share, a name is no proof of who is behind it."""
    if sys.platform == "win32":
        return True
    try:
        return file.lstat().st_uid == os.geteuid()
    except OSError:
        return False
