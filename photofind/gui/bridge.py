"""The worker's events as Qt signals on the GUI thread, at most four rounds a second."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photofind.gui.pacing import Throttler
from photofind.worker.description_messages import DescriptionEvent, DescriptionProgress
from photofind.worker.messages import (
    CatalogChanged,
    Done,
    Hello,
    JobFinished,
    Notice,
    PhotosReady,
    PhotosRefined,
    Progress,
    Refused,
    report_from_wire,
)
from photofind.worker.text_messages import TextRead

if TYPE_CHECKING:
    from photofind.worker.messages import Event

INTERVAL_MS = 250


class WorkerBridge(QObject):
    """Takes events on the client's thread and tells them, gathered, on the GUI thread.

    Of several `Progress` only the last is told; `photos_ready` and `catalog_changed` are told
    once a round. Answers and notices are told singly, in the order they came.
    """

    greeted = Signal(Hello)
    progressed = Signal(Progress)
    photos_ready = Signal()
    photos_refined = Signal(object)
    """The contents, a frozenset."""
    catalog_changed = Signal()
    job_finished = Signal(int, object)
    """Request number and IndexReport."""
    done = Signal(int)
    refused = Signal(int, str, str)
    """Request number, code and a sentence for people."""
    described = Signal(object)
    """An event about captions and questions; of several `DescriptionProgress` the last."""
    read = Signal(object)
    """An event about text in photos."""
    noticed = Signal(str, str)
    """Code and a sentence for people."""
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._events: list[Event] = []
        self._throttler = Throttler(INTERVAL_MS, self)
        self._throttler.triggered.connect(self._tell)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def receive(self, event: Event) -> None:
        """Takes one event; callable from any thread."""
        with self._lock:
            self._events.append(event)
            first = len(self._events) == 1
        if first:
            self._arrived.emit()

    @Slot()
    def _on_arrived(self) -> None:
        self._throttler.call()

    @Slot()
    def _tell(self) -> None:
        with self._lock:
            events, self._events = self._events, []
        last_progress: Progress | None = None
        last_described: DescriptionProgress | None = None
        refined: set[int] = set()
        ready = changed = False
        for event in events:
            match event:
                case Progress():
                    last_progress = event
                case PhotosReady():
                    ready = True
                case PhotosRefined(content_ids=content_ids):
                    refined.update(content_ids)
                case CatalogChanged():
                    changed = True
                case Hello():
                    self.greeted.emit(event)
                case JobFinished(request_id=number, report=report):
                    self.job_finished.emit(number, report_from_wire(report))
                case Done(request_id=number):
                    self.done.emit(number)
                case Refused(request_id=number, code=code, message=message):
                    self.refused.emit(number, code, message)
                case Notice(code=code, message=message):
                    self.noticed.emit(code, message)
                case DescriptionProgress():
                    last_described = event
                case TextRead():
                    self.read.emit(event)
                case _ if isinstance(event, DescriptionEvent):
                    self.described.emit(event)
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
