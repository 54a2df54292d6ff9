"""The worker's side of the wire: accepts clients, hands on their commands, sends them events."""

from __future__ import annotations

import logging
import queue
import threading
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING

import msgspec

from photofind.worker.endpoint import hang_up
from photofind.worker.messages import Progress, decode_command, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection, Listener

    from photofind.worker.messages import Command, Event

logger = logging.getLogger(__name__)

_OUTBOX = 1_000
"""Events a client may leave unread before it is dropped."""
_PROGRESS_MARGIN = 900
"""Above this many unread events a client gets no more progress, which the next one replaces."""


class Peer:
    """One connected client; its events wait in an outbox, so that a slow one delays nobody."""

    def __init__(
        self,
        connection: Connection,
        on_command: Callable[[Peer, Command], None],
        on_gone: Callable[[Peer], None],
    ) -> None:
        self._connection = connection
        self._on_command = on_command
        self._on_gone = on_gone
        self._outbox: queue.Queue[Event | None] = queue.Queue(_OUTBOX)
        self._reader = threading.Thread(target=self._read, name="peer-reader", daemon=True)
        self._sender = threading.Thread(target=self._send, name="peer-sender", daemon=True)

    def start(self) -> None:
        self._reader.start()
        self._sender.start()

    def send(self, event: Event) -> None:
        if isinstance(event, Progress) and self._outbox.qsize() > _PROGRESS_MARGIN:
            return
        try:
            self._outbox.put_nowait(event)
        except queue.Full:
            logger.warning("a client does not read its events; its connection is closed")
            hang_up(self._connection)

    def close(self, timeout_s: float) -> None:
        """Sends what is in the outbox and hangs up."""
        try:
            self._outbox.put_nowait(None)
        except queue.Full:
            logger.info("a client leaves with unread events")
        else:
            self._sender.join(timeout_s)
        hang_up(self._connection)

    def _read(self) -> None:
        try:
            while True:
                self._on_command(self, decode_command(self._connection.recv_bytes()))
        except (EOFError, OSError):
            logger.debug("client gone")
        except msgspec.DecodeError:
            logger.exception("a client said something that is no command")
        finally:
            self._connection.close()
            self._on_gone(self)

    def _send(self) -> None:
        while (event := self._outbox.get()) is not None:
            try:
                self._connection.send_bytes(encode(event))
            except OSError:
                return  # the reader notices the same end and reports it
            except (TypeError, ValueError):
                logger.exception("an event can't be encoded; its client is dropped")
                hang_up(self._connection)  # better than one that waits for ever
                return


class Server:
    """All clients of one worker."""

    def __init__(
        self,
        listener: Listener,
        *,
        greet: Callable[[Peer], None],
        on_command: Callable[[Peer, Command], None],
        on_empty: Callable[[], None],
    ) -> None:
        """Sets the server up.

        Args:
            greet: sends a new client its first events.
            on_command: called on the client's reader thread.
            on_empty: the last client has gone.
        """
        self._listener = listener
        self._greet = greet
        self._on_command = on_command
        self._on_empty = on_empty
        self._lock = threading.Lock()
        self._peers: set[Peer] = set()
        self._closed = False
        # A daemon: accept() can't be interrupted everywhere, and nothing is lost with it.
        self._accepting = threading.Thread(target=self._accept, name="accept", daemon=True)

    def start(self) -> None:
        self._accepting.start()

    def broadcast(self, event: Event) -> None:
        with self._lock:
            peers = list(self._peers)
        for peer in peers:
            peer.send(event)

    def others(self, peer: Peer) -> bool:
        """Whether anybody else is connected."""
        with self._lock:
            return bool(self._peers - {peer})

    def close(self, timeout_s: float = 1.0) -> None:
        self._closed = True
        self._listener.close()
        with self._lock:
            peers = list(self._peers)
        for peer in peers:
            peer.close(timeout_s)

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except AuthenticationError:
                logger.warning("a connection with the wrong key was refused")
                continue
            except (OSError, EOFError):
                if self._closed:
                    return
                continue  # a client that left while it was being greeted
            peer = Peer(connection, self._on_command, self._gone)
            with self._lock:
                self._peers.add(peer)
            self._greet(peer)
            peer.start()

    def _gone(self, peer: Peer) -> None:
        with self._lock:
            self._peers.discard(peer)
            empty = not self._peers
        if empty:
            self._on_empty()
