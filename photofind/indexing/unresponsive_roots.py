"""Detects roots whose drives don't respond, so that other threads don't block on them."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

STALLED_S = 30.0
"""A file system that hasn't responded for so long counts as unresponsive."""
_CHECK_S = 1.0


@dataclass(slots=True)
class _Read:
    root: Path | None
    thread: int
    began_s: float
    given_up: bool = False


class UnresponsiveRoots:
    """Knows which roots don't respond; thread-safe."""

    def __init__(
        self,
        on_stalled: Callable[[Path | None, int], None],
        on_answering: Callable[[Path | None, int], None],
        *,
        stalled_s: float | None = None,
        check_s: float = _CHECK_S,
    ) -> None:
        """
        Args:
            on_stalled: called once per read with the root that doesn't respond (None: one that was
                removed) and the thread that is blocked.
            on_answering: called, on that thread, when it responds again.
        """
        self._on_stalled = on_stalled
        self._on_answering = on_answering
        self._stalled_s = STALLED_S if stalled_s is None else stalled_s
        self._check_s = check_s
        self._lock = threading.Lock()
        self._roots: tuple[Path, ...] = ()
        self._reads: dict[int, _Read] = {}
        self._silent: frozenset[Path] = frozenset()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="unresponsive-roots", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def set_roots(self, roots: Sequence[Path]) -> None:
        with self._lock:
            self._roots = tuple(roots)

    def is_silent(self, path: Path) -> bool:
        """Whether the path lies below a root that doesn't answer."""
        silent = self._silent
        return bool(silent) and any(path.is_relative_to(root) for root in silent)

    @contextmanager
    def reading(self, path: Path) -> Iterator[None]:
        """To be entered around every access to this file."""
        thread = threading.get_ident()
        with self._lock:
            root = next((each for each in self._roots if path.is_relative_to(each)), None)
            read = self._reads[thread] = _Read(root, thread, time.monotonic())
        try:
            yield
        finally:
            with self._lock:
                del self._reads[thread]
                if read.given_up:
                    self._silent = frozenset(
                        each.root
                        for each in self._reads.values()
                        if each.given_up and each.root is not None
                    )
            if read.given_up:
                self._on_answering(read.root, read.thread)

    def _run(self) -> None:
        while not self._stopped.wait(self._check_s):
            late = time.monotonic() - self._stalled_s
            with self._lock:
                stalled = [
                    read
                    for read in self._reads.values()
                    if read.began_s < late and not read.given_up
                ]
                for read in stalled:
                    read.given_up = True
                self._silent |= {read.root for read in stalled if read.root is not None}
            for read in stalled:
                self._on_stalled(read.root, read.thread)
