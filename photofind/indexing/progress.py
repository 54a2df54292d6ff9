"""How far indexing is, how fast it goes, when it will be done."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from photofind.domain import Activity, WorkProgress

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW_S = 10.0
"""The rate is that of the last ten seconds: long enough to be calm, short enough to be true."""


class ProgressTracker:
    """Counts files from the moment work begins until the queue is empty again; thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._scans = 0
        self._found = 0
        self._total = 0
        self._done = 0
        self._failed = 0
        self._embedded = 0
        self._samples: deque[tuple[float, int, int]] = deque()

    def scan_began(self) -> None:
        with self._lock:
            if self._scans == 0 and self._done == self._total:
                self._found = self._total = self._done = self._failed = 0
                self._samples.clear()
            self._scans += 1

    def scan_found(self, files: int) -> None:
        with self._lock:
            self._found += files

    def scan_ended(self) -> None:
        with self._lock:
            self._scans -= 1

    def queued(self, files: int) -> None:
        with self._lock:
            if not self._samples:
                # From here: measured from the first finished file, the first rate would be
                # that of files finished at the same moment.
                self._samples.append((self._clock(), self._done, self._embedded))
            self._total += files

    def finished(self, *, embedded: bool = False, failed: bool = False) -> None:
        with self._lock:
            self._done += 1
            self._failed += failed
            self._embedded += embedded
            self._samples.append((self._clock(), self._done, self._embedded))

    def snapshot(self) -> WorkProgress:
        with self._lock:
            now = self._clock()
            # One sample older than the window stays, so that slow work has a rate too.
            while len(self._samples) > 2 and self._samples[1][0] < now - _WINDOW_S:
                self._samples.popleft()
            left = self._total - self._done
            files_per_s = images_per_s = 0.0
            if left and self._samples and (span := now - self._samples[0][0]) > 0:
                _, done_then, embedded_then = self._samples[0]
                files_per_s = (self._done - done_then) / span
                images_per_s = (self._embedded - embedded_then) / span
            activity = Activity.SCANNING if self._scans else Activity.IDLE
            if left:
                activity = Activity.INDEXING
            return WorkProgress(
                activity=activity,
                found=self._found,
                done=self._done,
                total=self._total,
                failed=self._failed,
                images_per_s=images_per_s,
                eta_s=left / files_per_s if files_per_s > 0 else None,
            )
