"""Ends the process when a decoder hangs or eats the memory: it can't be stopped any other way."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from photofind.media.memory import process_limit_of, usable_memory
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONGEST_S = 60.0
"""A photo that takes longer than this is taken to hang."""
_CHECK_S = 1.0


def memory_limit_bytes() -> int:
    """What the process may use on this machine."""
    return process_limit_of(usable_memory())


class DecodeWatchdog:
    """Watches the embedding threads from a thread of its own."""

    def __init__(
        self,
        end_process: Callable[[Sentence], None],
        *,
        longest_s: float = LONGEST_S,
        memory_bytes: int | None = None,
        check_s: float = _CHECK_S,
    ) -> None:
        """Prepares the watchdog; `start` has it watch.

        Args:
            end_process: called with the reason on the watchdog's thread.
        """
        self._end_process = end_process
        self._longest_s = longest_s
        self._memory_bytes = memory_limit_bytes() if memory_bytes is None else memory_bytes
        self._check_s = check_s
        self._lock = threading.Lock()
        self._began: dict[int, float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="decode-watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    @contextmanager
    def one_photo(self) -> Iterator[None]:
        """Everything inside is the work on one photo, on this thread."""
        thread = threading.get_ident()
        with self._lock:
            self._began[thread] = time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                del self._began[thread]

    def _run(self) -> None:
        process = psutil.Process()
        while not self._stopped.wait(self._check_s):
            with self._lock:
                oldest = min(self._began.values(), default=None)
            if oldest is None:
                continue
            if process.memory_info().rss > self._memory_bytes:
                gigabytes = f"{self._memory_bytes / 1e9:.1f}"
                self._end_process(
                    Sentence("Reading it took more than {size} GB of memory.", size=gigabytes)
                )
            elif time.monotonic() - oldest > self._longest_s:
                seconds = round(self._longest_s)
                self._end_process(Sentence("Reading it took longer than %Ln second(s).", n=seconds))
