"""A background thread for what is slow and is neither a search nor a picture."""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photofind.domain import PhotofindError
from photofind.gui.translation import BUG, in_words

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE_S = 30.0
"""Longer than the worker gets to end in order."""

_left: set[BackgroundCalls] = set()
"""Whose threads did not end. The last reference to one must not go with its thread: Qt's objects
are destroyed on the thread that they belong to, or the program crashes."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    deliver: Callable[[Any], None]
    value: Any


class BackgroundCalls(QObject):
    """Runs calls one after the other off the GUI thread, and brings their results back to it."""

    failed = Signal(str)
    """A sentence for people: a call failed whose caller leaves that to others."""
    _finished = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        # A daemon: a network folder that never answers must not keep the program from ending.
        self._thread = threading.Thread(target=self._work, name=f"photofind-{name}", daemon=True)
        self._thread.start()

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], None] | None = None,
        refused: Callable[[PhotofindError], None] | None = None,
    ) -> None:
        """Has `call` called on the background thread.

        Args:
            done: called with its result on the GUI thread.
            refused: called with its PhotofindError on the GUI thread; without it the sentence
                goes out through `failed`.
        """
        if self._closed:
            return

        def task() -> None:
            try:
                result = call()
            except PhotofindError as error:
                self._tell(refused or self._fail, error)
            except Exception:
                logger.exception("a background call failed")
                self._tell(self.failed.emit, in_words(BUG))
            else:
                if done is not None:
                    self._tell(done, result)

        self._tasks.put(task)

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Finishes what was begun or is waiting; results are not delivered any more.

        Args:
            patience_s: how long to wait for that.
        """
        if self._closed:
            return
        self._closed = True
        self._tasks.put(None)
        self._thread.join(patience_s)
        if self._thread.is_alive():
            logger.info("%s doesn't end and is left", self._thread.name)
            _left.add(self)

    def _tell(self, deliver: Callable[[Any], None], value: Any) -> None:
        if not self._closed:  # else this object's other half may be gone
            self._finished.emit(_Outcome(deliver, value))

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if not self._closed:
            outcome.deliver(outcome.value)

    def _fail(self, error: PhotofindError) -> None:
        self.failed.emit(in_words(error.sentence))
