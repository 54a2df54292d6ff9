"""The worker as its clients see it: commands go out, each with what its answer calls; events come
in. Which process the worker is, and how often it was started, is nobody else's concern.

A worker that dies is started again, and told again what it had not answered. Qt-free.
"""

from __future__ import annotations

import itertools
import logging
import queue
import subprocess
import threading
import time
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from typing import TYPE_CHECKING, Any

import msgspec

from photofind.domain import CatalogError, PhotofindError
from photofind.sentences import Sentence
from photofind.worker.endpoint import connect, find_address, hang_up
from photofind.worker.launch import launch_worker, let_go
from photofind.worker.messages import (
    Hello,
    Notice,
    PhotosReady,
    Ping,
    Shutdown,
    Watch,
    decode_event,
    encode,
)
from photofind.worker.silence import Silence
from photofind.worker.wire import AnswerT, BaseAnswer, BaseCommand, Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    from photofind.paths import AppFolders
    from photofind.worker.messages import Event

logger = logging.getLogger(__name__)

_RETRY_S = 0.05
_WAIT_SLICE_S = 0.5
_MOST_DEATHS = 5
_UNRESPONSIVE_S = 0.5
"""For a worker that said nothing for long to end by itself."""


def _nothing(_: object) -> None:
    pass


@dataclass(slots=True)
class _Pending:
    """A command without an answer yet.

    Attributes:
        done, refused: one of them is called with the answer.
        was_sent: some worker may have had it.
    """

    command: BaseCommand[Any]
    done: Callable[[Any], None]
    refused: Callable[[PhotofindError], None]
    was_sent: bool = False


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
        on_silence: Callable[[Sentence], None] | None = None,
    ) -> None:
        """Prepares a client; `start` connects it.

        Args:
            on_event: called with every event that every client hears, on this client's own
                thread.
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
        self._ended = False
        self._connection: Connection | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self._silence: Silence | None = None
        if on_silence is not None:
            self._silence = Silence(self._ping, lambda: self._pid, on_silence)
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._run, name="worker-client", daemon=True)

    def start(self) -> None:
        """Attaches to the worker that runs for this data folder, else starts one. It gets what was
        sent before, in order; after a failure this may be called again.

        Raises:
            CatalogError: the catalog can't be used, or is held by a process that can't be
                reached.
            PhotofindError: no worker can be started.
        """
        if self._silence is not None:
            self._silence.start()
        connection = self._attach_or_launch()
        with self._lock:
            self._connection = connection
            self._write_all_pending()
        self._reader.start()

    @property
    def is_unresponsive(self) -> bool:
        """Whether the worker has said nothing for so long that `on_silence` was told."""
        return self._silence is not None and self._silence.was_told

    @property
    def owns_worker(self) -> bool:
        """Whether this client started the worker it talks to."""
        return self._process is not None

    def send(
        self,
        command: BaseCommand[AnswerT],
        done: Callable[[AnswerT], None] = _nothing,
        refused: Callable[[PhotofindError], None] = _nothing,
    ) -> None:
        """Sends a command; one of the two is called later, once, on the client's own thread, in
        order with the events.

        Args:
            done: called with the answer.
            refused: called with the reason why the command was not carried out: the worker's, or
                worker_gone.
        """
        with self._lock:
            command = msgspec.structs.replace(command, request_id=next(self._numbers))
            pending = _Pending(command, done, refused)
            if not self._ended:
                self._pending[command.request_id] = pending
                self._watches |= isinstance(command, Watch)
                self._write_pending(pending)
                return
        refused(_gone())

    def request(self, command: BaseCommand[AnswerT], timeout_s: float | None = None) -> AnswerT:
        """Sends a command and waits for its answer.

        Raises:
            PhotofindError: the worker refused, died for good, or took too long.
        """
        answers: queue.SimpleQueue[AnswerT | PhotofindError] = queue.SimpleQueue()
        self.send(command, answers.put, answers.put)
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            try:
                # In slices: on Windows a wait without end can't be interrupted by Ctrl-C.
                answer = answers.get(timeout=_WAIT_SLICE_S)
            except queue.Empty:
                if deadline is None or time.monotonic() <= deadline:
                    continue
                raise PhotofindError(
                    "worker_slow", "photofind's background process doesn't answer. Try again."
                ) from None
            if isinstance(answer, PhotofindError):
                raise answer
            return answer

    def wait_until_lost(self, timeout_s: float) -> bool:
        """Waits; True once this client has given up on having a worker."""
        self._reader.join(timeout_s)
        return not self._reader.is_alive()

    def close(self, timeout_s: float = 5.0) -> None:
        """Leaves. A worker without other clients finishes its batch and ends.

        One that doesn't end in time is killed: that is safe, every batch is one transaction.
        """
        self._closing.set()
        unresponsive = self.is_unresponsive
        if self._silence is not None:
            self._silence.end()
        stays = threading.Event()
        connection = self._connection
        if unresponsive:
            # It would not hear of it, and another word may not even fit into the socket.
            timeout_s = min(timeout_s, _UNRESPONSIVE_S)
            if connection is not None:
                hang_up(connection)
                self._reader.join(timeout_s)
        elif connection is not None and self._reader.ident is not None:
            try:
                self.send(Shutdown(), lambda _: stays.set())
                self._reader.join(timeout_s)
            finally:
                hang_up(connection)
            self._reader.join(timeout_s)
            if stays.is_set() and self._process is not None:
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

    def _write_all_pending(self) -> None:
        for pending in self._pending.values():
            self._write_pending(pending)

    def _write_pending(self, pending: _Pending) -> None:
        if pending.was_sent:
            pending.command = msgspec.structs.replace(pending.command, resent=True)
        pending.was_sent |= self._write(pending.command)

    def _write(self, command: BaseCommand[Any]) -> bool:
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
                self._refuse_pending(for_good=True)
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

    def _ping(self) -> None:
        # Whoever has the lock may be sending what a worker that is stopped doesn't take.
        if self._lock.acquire(blocking=False):
            try:
                self._write(Ping())
            finally:
                self._lock.release()

    def _receive(self, event: Event | BaseAnswer) -> None:
        if self._silence is not None:
            self._silence.heard()
        if isinstance(event, BaseAnswer):
            self._settle(event)
            return
        if isinstance(event, PhotosReady):
            self._back_off_s = self._back_off_base_s
            self._deaths = 0
        if isinstance(event, Hello) and event.recovers:
            self._deaths = 0  # a photo may be why; it will be found out
        self._on_event(event)

    def _settle(self, answer: BaseAnswer) -> None:
        with self._lock:
            pending = self._pending.pop(answer.request_id, None)
        if pending is None:
            return
        if isinstance(answer, Refused):
            pending.refused(answer.error)
        else:
            pending.done(answer)

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
                    sentence=Sentence("photofind's background process had to be restarted."),
                )
            )
        self._deaths += 1
        if self._deaths > _MOST_DEATHS:
            # One worker after the other died, and no photo is to blame: don't repeat for ever
            # what they died of.
            self._refuse_pending()
        while not self._closing.wait(self._back_off_s):
            self._back_off_s = min(2 * self._back_off_s, self._back_off_most_s)
            try:
                connection = self._attach_or_launch()
            except PhotofindError as error:
                logger.exception("no worker")
                self._on_event(Notice(code=error.code, sentence=error.sentence))
                continue
            with self._lock:
                self._connection = connection
                if self._watches:
                    self._write(Watch())
                self._write_all_pending()
            return True
        return False

    def _refuse_pending(self, *, for_good: bool = False) -> None:
        """Gives up what was not answered.

        Args:
            for_good: what is sent from now on, too.
        """
        with self._lock:
            self._ended = for_good
            given_up, self._pending = list(self._pending.values()), {}
        for pending in given_up:
            pending.refused(_gone())

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
        self._pid = address.pid
        try:
            return connect(address)
        except (OSError, EOFError, AuthenticationError) as error:
            logger.debug("no worker listens: %s", error)
            self._pid = None
            return None


def _gone() -> PhotofindError:
    return PhotofindError(
        "worker_gone",
        "photofind's background process ended before it had finished. Try again: "
        "what is indexed stays indexed.",
    )
