"""The worker as the window sees it: commands with what their answers call, and events as Qt
signals; all on the GUI thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from photofind.domain import WorkProgress
from photofind.gui.pacing import Throttler
from photofind.gui.translation import in_words
from photofind.worker.description_messages import (
    DescriptionEvent,
    DescriptionProgress,
    OcrDone,
)
from photofind.worker.messages import (
    CatalogChanged,
    Hello,
    IndexingProgress,
    Notice,
    PhotosReady,
    PhotosRefined,
    RecentSearchesChanged,
    SavedSearchesChanged,
    SettingsChanged,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.domain import PhotofindError
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.worker.messages import Event
    from photofind.worker.wire import AnswerT, BaseCommand

INTERVAL_MS = 250


class Client(Protocol):
    """What the window needs of the connection to the worker."""

    def start(self) -> None: ...

    def send(
        self,
        command: BaseCommand[AnswerT],
        done: Callable[[AnswerT], None],
        refused: Callable[[PhotofindError], None],
    ) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Call:
    """What an answer calls."""

    callback: Callable[[Any], None]
    value: object


class WorkerLink(QObject):
    """Sends commands, and tells what comes back in at most four rounds a second.

    Of several `IndexingProgress` only the last is told; `photos_ready` and `catalog_changed` are
    told once a round. Answers and notices are told singly, in the order they came.
    """

    starting = Signal()
    """The worker is wanted for the first time: what is sent now, it gets first."""
    missing = Signal(object)
    """No worker can be started: the PhotofindError that says why. What was sent waits for one."""
    failed = Signal(str)
    """A sentence for people: a command was refused whose sender leaves that to others."""
    greeted = Signal(Hello)
    settings_changed = Signal(object)
    """The Settings as they are now."""
    progressed = Signal(WorkProgress)
    photos_ready = Signal()
    photos_refined = Signal(object)
    """The contents, a frozenset."""
    catalog_changed = Signal()
    saved_searches_changed = Signal()
    recent_searches_changed = Signal()
    described = Signal(object)
    """An event about captions and questions; of several `DescriptionProgress` the last."""
    read = Signal(object)
    """An event about text in photos."""
    noticed = Signal(str, str)
    """Code and a sentence for people."""
    _arrived = Signal()
    _called = Signal(object)

    def __init__(
        self,
        make_client: Callable[[Callable[[Event], None]], Client],
        calls: BackgroundCalls,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            make_client: makes the connection to the worker, which gives its events to what it is
                made with.
            calls: carries the commands to the worker, in order.
        """
        super().__init__(parent)
        self._client = make_client(self.receive)
        self._calls = calls
        self._is_known = self._is_started = self._is_closed = False
        self._lock = threading.Lock()
        self._arrivals: list[Event | _Call] = []
        self._throttler = Throttler(INTERVAL_MS, self)
        self._throttler.triggered.connect(self._tell)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._called.connect(self._call)

    def send(
        self,
        command: BaseCommand[AnswerT],
        done: Callable[[AnswerT], None] | None = None,
        refused: Callable[[PhotofindError], None] | None = None,
    ) -> None:
        """Sends a command to the worker, which is started if it was not yet.

        The callbacks are called on the GUI thread, in order with the signals; not after the
        window was closed, and not if they are methods of a QObject that Qt has destroyed.

        Args:
            done: called with the answer.
            refused: called with the reason why the command was not carried out; without it the
                sentence goes out through `failed`.
        """
        self.start()

        def on_done(answer: AnswerT) -> None:
            if done is not None:
                self._take(_Call(done, answer))

        def on_refused(error: PhotofindError) -> None:
            self._take(_Call(refused or self._fail, error))

        self._calls.run(lambda: self._client.send(command, on_done, on_refused))

    def start(self) -> None:
        """Starts the worker unless it was started; also again after it was `missing`."""
        if self._is_started:
            return
        self._is_started = True
        self._calls.run(self._client.start, refused=self._on_missing)
        if not self._is_known:
            self._is_known = True
            self.starting.emit()

    def close(self) -> None:
        """Leaves the worker, once it was started if it is just being; nothing is told any more."""
        with self._lock:
            self._is_closed = True
            self._arrivals.clear()
        self._calls.run(self._client.close)

    def receive(self, event: Event) -> None:
        """Takes one event; callable from any thread."""
        self._take(event)

    def _take(self, arrival: Event | _Call) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._arrivals.append(arrival)
            if len(self._arrivals) == 1:
                self._arrived.emit()

    def _on_missing(self, error: PhotofindError) -> None:
        self._is_started = False
        self.missing.emit(error)

    def _fail(self, error: PhotofindError) -> None:
        self.failed.emit(in_words(error.sentence))

    @Slot()
    def _on_arrived(self) -> None:
        self._throttler.call()

    @Slot()
    def _tell(self) -> None:
        with self._lock:
            arrivals, self._arrivals = self._arrivals, []
        last_progress: WorkProgress | None = None
        last_described: DescriptionProgress | None = None
        refined: set[int] = set()
        ready = changed = saved = recent = False
        for arrival in arrivals:
            match arrival:
                case _Call():
                    self._called.emit(arrival)  # what goes wrong in one spoils no other
                case IndexingProgress(progress=progress):
                    last_progress = progress
                case PhotosReady():
                    ready = True
                case PhotosRefined(content_ids=content_ids):
                    refined.update(content_ids)
                case CatalogChanged():
                    changed = True
                case SavedSearchesChanged():
                    saved = True
                case RecentSearchesChanged():
                    recent = True
                case SettingsChanged(settings=settings):
                    self.settings_changed.emit(settings)
                case Hello():
                    self.greeted.emit(arrival)
                case Notice(code=code, sentence=sentence):
                    self.noticed.emit(code, in_words(sentence))
                case DescriptionProgress():
                    last_described = arrival
                case OcrDone():
                    self.read.emit(arrival)
                case _ if isinstance(arrival, DescriptionEvent):
                    self.described.emit(arrival)
                case _:
                    pass
        if last_described is not None:
            self.described.emit(last_described)
        if last_progress is not None:
            self.progressed.emit(last_progress)
        if ready:
            self.photos_ready.emit()
        if refined:
            self.photos_refined.emit(frozenset(refined))
        if changed:
            self.catalog_changed.emit()
        if saved:
            self.saved_searches_changed.emit()
        if recent:
            self.recent_searches_changed.emit()

    @Slot(object)
    def _call(self, call: _Call) -> None:
        if not self._is_closed and _is_alive(call.callback):
            call.callback(call.value)


def _is_alive(callback: Callable[[Any], None]) -> bool:
    """Whether the object whose method this is was not destroyed by Qt meanwhile."""
    while isinstance(callback, partial):
        callback = callback.func
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)
