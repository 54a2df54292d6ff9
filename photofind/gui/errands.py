"""One background thread for everything slow that is neither a search nor a picture."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome:
    deliver: Callable[[Any], None]
    value: Any


class Errands(QObject):
    """Runs calls one after the other off the GUI thread, and brings their results back to it."""

    failed = Signal(str)
    """A sentence for people: an errand that nobody else answers for went wrong."""
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="photofind-errands")
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        errand: Callable[[], T],
        done: Callable[[T], None] | None = None,
        refused: Callable[[PhotofindError], None] | None = None,
    ) -> None:
        """Has `errand` called on the background thread.

        Args:
            done: called with its result on the GUI thread.
            refused: called with its PhotofindError on the GUI thread; without it the sentence
                goes out through `failed`.
        """
        if self._closed:
            return

        def work() -> None:
            try:
                result = errand()
            except PhotofindError as error:
                self._finished.emit(
                    _Outcome(refused or (lambda each: self.failed.emit(each.user_message)), error)
                )
            except Exception:
                logger.exception("an errand failed")
                self._finished.emit(_Outcome(self.failed.emit, self._bug_message()))
            else:
                if done is not None:
                    self._finished.emit(_Outcome(done, result))

        self._executor.submit(work)

    def close(self) -> None:
        """Finishes what was begun or is waiting; results are not delivered any more."""
        self._closed = True
        self._executor.shutdown(wait=True)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if not self._closed:
            outcome.deliver(outcome.value)

    def _bug_message(self) -> str:
        return self.tr("Something went wrong. The details are in photofind's log.")
