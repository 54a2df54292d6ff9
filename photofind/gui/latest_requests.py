"""Background threads that always work on what is wanted now, never on what scrolled away."""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

logger = logging.getLogger(__name__)

_PATIENCE_S = 5.0
"""A decoder waiting for a network folder that never answers is left behind (a daemon)."""

K = TypeVar("K", bound="Hashable")
Worker = AbstractContextManager["Callable[[K], None]"]


class LatestRequestPool(Generic[K]):
    """Threads that take keys from one list, which every call of `want` replaces.

    Each thread enters a worker of its own (so that a database connection stays in its
    thread) and calls what that yields once a key; the call delivers its own result.
    """

    def __init__(self, name: str, threads: int, enter: Callable[[], Worker[K]]) -> None:
        self._enter = enter
        self._changed = threading.Condition()
        self._wanted: deque[K] = deque()
        self._busy: set[K] = set()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def want(self, keys: Iterable[K]) -> None:
        """Says what to work on from now on, the most urgent first."""
        with self._changed:
            self._wanted = deque(keys)
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the threads after what they are doing now."""
        with self._changed:
            self._closed = True
            self._wanted.clear()
            self._changed.notify_all()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(_PATIENCE_S)

    def _next(self) -> K | None:
        with self._changed:
            while not self._closed:
                while self._wanted:
                    key = self._wanted.popleft()
                    if key not in self._busy:
                        self._busy.add(key)
                        return key
                self._changed.wait()
        return None

    def _run(self) -> None:
        with self._enter() as work:
            while (key := self._next()) is not None:
                try:
                    work(key)
                except Exception:
                    logger.exception("a background picture failed")
                finally:
                    with self._changed:
                        self._busy.discard(key)
