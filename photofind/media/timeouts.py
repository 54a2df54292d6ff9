"""Calls into file systems that may never return: an unplugged server, a drive that hangs."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from photofind.domain import FolderError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_T = TypeVar("_T")

PATIENCE_S = 5.0
"""A drive that sleeps spins up in less."""


class TimedCalls:
    """Makes each call on a thread of its own, which is abandoned when it takes too long.

    A system call that never returns can't be ended any other way. A place with a call outstanding
    gets no other one until that returns, so at most one thread a place is lost.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._unanswered: dict[Path, threading.Thread] = {}

    def call(self, place: Path, question: Callable[[], _T], patience_s: float = PATIENCE_S) -> _T:
        """Returns the answer, or raises what the question raises.

        Raises:
            FolderError: folder_stalled, there is no answer in time.
        """
        with self._lock:
            earlier = self._unanswered.get(place)
            if earlier is not None and earlier.is_alive():
                raise _stalled(place)
            self._unanswered.pop(place, None)
        asked = _Asked(question)
        thread = threading.Thread(target=asked.run, name="answering", daemon=True)
        thread.start()
        thread.join(patience_s)
        if thread.is_alive():
            with self._lock:
                self._unanswered[place] = thread
            raise _stalled(place)
        if asked.error is not None:
            raise asked.error
        return asked.answers[0]


class _Asked(Generic[_T]):
    def __init__(self, question: Callable[[], _T]) -> None:
        self._question = question
        self.answers: list[_T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answers.append(self._question())
        except BaseException as error:  # noqa: BLE001 (raised where it was asked)
            self.error = error


def _stalled(place: Path) -> FolderError:
    return FolderError(
        "folder_stalled",
        "The drive of {folder} isn't responding. Check its connection; photofind "
        "continues as soon as it does.",
        folder=place,
    )


_calls = TimedCalls()
call_with_timeout = _calls.call
"""For the whole process: who waits for a place need not be the one who asked first."""
