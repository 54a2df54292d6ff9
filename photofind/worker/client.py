"""The worker as its clients see it: send commands, get events, never mind which process it is.

A worker that dies is started again, and told again what it had not answered. Qt-free.
"""

from __future__ import annotations

import itertools
import logging
import subprocess
import threading
import time
from dataclasses import dataclass, field
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING

import msgspec

from photofind.domain import CatalogError, PhotofindError
from photofind.worker.endpoint import connect, find_address, hang_up
from photofind.worker.launch import launch_worker, let_go
from photofind.worker.messages import (
    Command,
    Event,
    Hello,
    Notice,
    PhotosReady,
    Refused,
    Shutdown,
    Watch,
    decode_event,
    encode,
)
from photofind.worker.wire import BaseAnswer

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_RETRY_S = 0.05
_WAIT_SLICE_S = 0.5
_MOST_DEATHS = 5


@dataclass(slots=True)
class _Pending:
    """A command without an answer yet.

    Attributes:
        was_sent: some worker may have had it.
    """

    command: Command
    was_sent: bool = False
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Event | None = None


class WorkerClient:
    """One connection to the worker of one data folder; every method is thread-safe."""

    def __init__(
        self,
        folders: AppFolders,
        on_event: Callable[[Event], None],
        *,
        restart: bool = True,
        back_off_s: float = 1.0,
        back_off_most_s: float = 60.0,
        start_timeout_s: float = 15.0,
    ) -> None:
        """Prepares a client; `start` connects it.

        Args:
            on_event: called with every event, on the client's own thread.
            restart: start a new worker when this one dies.
            back_off_s: the wait before the first new start; doubles with every death, and
                begins anew once photos were indexed.
            back_off_most_s: the longest wait.
            start_timeout_s: how long to wait for a process that holds the catalog and does
                not answer (it may be just starting, or just leaving).
        """
        self._folders = folders
        self._on_event = on_event
        self._restart = restart
        self._back_off_base_s = back_off_s
        self._back_off_s = back_off_s
        self._back_off_most_s = back_off_most_s
        self._start_timeout_s = start_timeout_s
        self._deaths = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: dict[int, _Pending] = {}
        self._watches = False
        self._connection: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._run, name="worker-client", daemon=True)

    def start(self) -> None:
        """Attaches to the worker that runs for this data folder, else starts one.

        Raises:
            CatalogError: the catalog can't be used, or is held by a process that can't be
                reached.
            PhotofindError: no worker can be started.
        """
        self._connection = self._attach_or_launch()
        self._reader.start()

    @property
    def owns_worker(self) -> bool:
        """Whether this client started the worker it talks to."""
        return self._process is not None

    def send(self, command: Command) -> int:
        """Sends a command; its answer comes as an event with the number returned here."""
        return self._send(command).command.request_id

    def request(self, command: Command, timeout_s: float | None = None) -> Event:
        """Sends a command and waits for its JobFinished or Done.

        Raises:
            PhotofindError: the worker refused, died for good, or took too long.
        """
        pending = self._send(command)
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        # In slices: on Windows a wait without end can't be interrupted by Ctrl-C.
        while not pending.answered.wait(_WAIT_SLICE_S):
            if deadline is not None and time.monotonic() > deadline:
                raise PhotofindError(
                    "worker_slow", "photofind's background process doesn't answer. Try again."
                )
        if isinstance(pending.answer, Refused):
            raise PhotofindError(pending.answer.code, pending.answer.message)
        assert pending.answer is not None
        return pending.answer

    def wait_until_lost(self, timeout_s: float) -> bool:
        """Waits; True once this client has given up on having a worker."""
        self._reader.join(timeout_s)
        return not self._reader.is_alive()

    def close(self, timeout_s: float = 5.0) -> None:
        """Leaves. A worker without other clients finishes its batch and ends.

        One that doesn't end in time is killed: that is safe, every batch is one transaction.
        """
        self._closing.set()
        connection = self._connection
        if connection is not None and self._reader.ident is not None:
            try:
                farewell = self._send(Shutdown())
                self._reader.join(timeout_s)
            finally:
                hang_up(connection)
            self._reader.join(timeout_s)
            if farewell.answer is not None and self._process is not None:
                let_go(self._process)  # it goes on for its other clients
                self._process = None
        if self._process is not None:
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                logger.warning("the worker did not end in time and is killed")
                self._process.kill()
                self._process.wait()
            self._process = None

    def _send(self, command: Command) -> _Pending:
        command = msgspec.structs.replace(command, request_id=next(self._numbers))
        pending = _Pending(command)
        with self._lock:
            self._pending[command.request_id] = pending
            self._watches |= isinstance(command, Watch)
            self._write_pending(pending)
        return pending

    def _write_pending(self, pending: _Pending) -> None:
        if pending.was_sent:
            pending.command = msgspec.structs.replace(pending.command, resent=True)
        pending.was_sent |= self._write(pending.command)

    def _write(self, command: Command) -> bool:
        """Sends what can be sent; after a death everything unanswered is sent again.

        Returns:
            Whether there was somebody to send it to.
        """
        if self._connection is None:
            return False
        try:
            self._connection.send_bytes(encode(command))
        except OSError as error:
            logger.info("the worker can't be reached just now: %s", error)
            return False
        return True

    def _run(self) -> None:
        while True:
            self._read_events()
            if self._closing.is_set() or not self._reconnect():
                self._fail_pending()
                return

    def _read_events(self) -> None:
        connection = self._connection
        assert connection is not None
        try:
            while True:
                self._receive(decode_event(connection.recv_bytes()))
        except (EOFError, OSError):
            logger.debug("the worker hung up")
        except msgspec.DecodeError:
            logger.exception("the worker said something that is no event")
        with self._lock:
            self._connection = None
            connection.close()

    def _receive(self, event: Event) -> None:
        if isinstance(event, PhotosReady):
            self._back_off_s = self._back_off_base_s
            self._deaths = 0
        if isinstance(event, Hello) and event.recovers:
            self._deaths = 0  # a photo may be why; it will be found out
        if isinstance(event, BaseAnswer):
            with self._lock:
                pending = self._pending.pop(event.request_id, None)
            if pending is not None:
                pending.answer = event
        else:
            pending = None
        self._on_event(event)
        if pending is not None:
            pending.answered.set()

    def _reconnect(self) -> bool:
        """Starts over after a death; False when that can't be done."""
        if not self._restart:
            return False
        if self._process is not None:
            code = self._process.wait()
            self._process = None
            logger.error("the worker died with exit code %s", code)
            self._on_event(
                Notice(
                    code="worker_restarted",
                    message="photofind's background process had to be started again.",
                )
            )
        self._deaths += 1
        if self._deaths > _MOST_DEATHS:
            # One worker after the other died, and no photo is to blame: don't repeat for ever
            # what they died of.
            self._fail_pending()
        while not self._closing.wait(self._back_off_s):
            self._back_off_s = min(2 * self._back_off_s, self._back_off_most_s)
            try:
                connection = self._attach_or_launch()
            except PhotofindError as error:
                logger.exception("no worker")
                self._on_event(Notice(code=error.code, message=error.user_message))
                continue
            with self._lock:
                self._connection = connection
                if self._watches:
                    self._write(Watch())
                for pending in self._pending.values():
                    self._write_pending(pending)
            return True
        return False

    def _fail_pending(self) -> None:
        with self._lock:
            pending, self._pending = list(self._pending.values()), {}
        for each in pending:
            if not isinstance(each.command, Shutdown):
                each.answer = Refused(
                    request_id=each.command.request_id,
                    code="worker_gone",
                    message="photofind's background process ended before it was done. Try again: "
                    "what is indexed stays indexed.",
                )
                self._on_event(each.answer)
            each.answered.set()

    def _attach_or_launch(self) -> Connection:
        deadline = time.monotonic() + self._start_timeout_s
        while not self._closing.is_set():
            if (connection := self._attach()) is not None:
                return connection
            try:
                process = launch_worker(self._folders)
            except CatalogError as error:
                # Somebody else was quicker, or is just leaving: one of the two will show.
                if error.code != "catalog_locked" or time.monotonic() > deadline:
                    raise
                self._closing.wait(_RETRY_S)
            else:
                self._process = process
                if self._closing.is_set():  # closed meanwhile: nobody else will end it
                    process.terminate()
                    process.wait()
                    self._process = None
        raise PhotofindError("worker_gone", "photofind is closing.")

    def _attach(self) -> Connection | None:
        address = find_address(self._folders.worker_address)
        if address is None:
            return None
        try:
            return connect(address)
        except (OSError, EOFError, AuthenticationError) as error:
            logger.debug("no worker listens: %s", error)
            return None
