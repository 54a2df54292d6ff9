"""The worker's side of the wire: accepts clients, hands on their commands, sends them events."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING

import msgspec

from photofind.worker.endpoint import hang_up, shake_hands
from photofind.worker.messages import IndexingProgress, decode_command, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection, Listener

    from photofind.worker.messages import Command, Event
    from photofind.worker.wire import AnswerT, BaseAnswer, BaseCommand, BaseEvent, Refused

logger = logging.getLogger(__name__)

_OUTBOX = 1_000
"""Events a client may leave unread before it is dropped."""
_PROGRESS_MARGIN = 900
"""Above this many unread events a client gets no more progress, which the next one replaces."""
_MOST_COMMAND_BYTES = 32 << 20
"""The longest command names a whole library's photos, 5 bytes each. More is not even read."""
_HANDSHAKE_S = 5.0
_MOST_STRANGERS = 32
"""Connections that have not shown the key yet; one more, and the oldest is closed."""
_ACCEPT_AGAIN_S = 0.1
"""After a failure: with no file descriptor left, for one, the next try fails at once, too."""


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
        self._outbox: queue.Queue[BaseEvent | BaseAnswer | None] = queue.Queue(_OUTBOX)
        self._sender = threading.Thread(target=self._send, name="peer-sender", daemon=True)

    def serve(self) -> None:
        """Hears commands until the client hangs up. Nothing of it is left then: no thread, no
        connection."""
        self._sender.start()
        try:
            while True:
                self._on_command(
                    self, decode_command(self._connection.recv_bytes(_MOST_COMMAND_BYTES))
                )
        except (EOFError, OSError) as error:
            logger.debug("client gone: %s", error)
        except msgspec.DecodeError:
            logger.exception("a client said something that is no command")
        finally:
            hang_up(self._connection)
            with contextlib.suppress(queue.Full):  # the sender has what fails to send then
                self._outbox.put_nowait(None)
            self._sender.join()
            self._connection.close()
            self._on_gone(self)

    def answer(self, command: BaseCommand[AnswerT], answer: AnswerT | Refused) -> None:
        """Says the last word about a command of this client."""
        self.send(msgspec.structs.replace(answer, request_id=command.request_id))

    def send(self, event: BaseEvent | BaseAnswer) -> None:
        if isinstance(event, IndexingProgress) and self._outbox.qsize() > _PROGRESS_MARGIN:
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
        key: str,
        *,
        greet: Callable[[Peer], None],
        on_command: Callable[[Peer, Command], None],
        on_empty: Callable[[], None],
    ) -> None:
        """Sets the server up.

        Args:
            key: what a client has to know.
            greet: sends a new client its first events.
            on_command: called on the client's reader thread.
            on_empty: the last client has gone.
        """
        self._listener = listener
        self._key = key
        self._greet = greet
        self._on_command = on_command
        self._on_empty = on_empty
        self._lock = threading.Lock()
        self._peers: set[Peer] = set()
        self._strangers: dict[Connection, None] = {}
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
        with self._lock:
            self._closed = True
            peers, strangers = list(self._peers), list(self._strangers)
        self._listener.close()
        for stranger in strangers:
            hang_up(stranger)
        for peer in peers:
            peer.close(timeout_s)

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError):
                if self._closed:
                    return
                time.sleep(_ACCEPT_AGAIN_S)
                continue
            # Each on a thread of its own: one that says nothing keeps nobody else waiting.
            threading.Thread(
                target=self._receive, args=(connection,), name="peer", daemon=True
            ).start()

    def _receive(self, connection: Connection) -> None:
        with self._lock:
            self._strangers[connection] = None
            if len(self._strangers) > _MOST_STRANGERS:
                oldest = next(iter(self._strangers))
                del self._strangers[oldest]
                hang_up(oldest)
        try:
            shake_hands(connection, self._key, _HANDSHAKE_S)
        except AuthenticationError:
            logger.warning("a connection with the wrong key was refused")
            connection.close()
            return
        except (OSError, EOFError) as error:
            logger.info("a connection showed no key: %s", error)
            connection.close()
            return
        finally:
            with self._lock:
                self._strangers.pop(connection, None)
        peer = Peer(connection, self._on_command, self._gone)
        with self._lock:
            if self._closed:
                connection.close()
                return
            self._peers.add(peer)
        self._greet(peer)
        peer.serve()

    def _gone(self, peer: Peer) -> None:
        with self._lock:
            self._peers.discard(peer)
            empty = not self._peers
        if empty:
            self._on_empty()
