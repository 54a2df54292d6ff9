"""One request to index: what it waits for, what came of it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from photofind.domain import IndexReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from photofind.catalog.rows import FileRow
    from photofind.domain import ContentId, PhotofindError, Problem


class Outcome(StrEnum):
    """What became of one file; but for the last two the names of IndexReport's counts."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    COPIES = "copies"
    FAILED = "failed"
    FORGOTTEN = "forgotten"
    """Stays out, because the person had it forgotten: counts as ignored."""
    SKIPPED = "skipped"
    """Gone before its turn came, or still being written: counted nowhere."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job did, or the reason why it could not be done.

    Attributes:
        departed: how many paths of a content are gone because it was found at new ones.
    """

    report: IndexReport
    departed: Mapping[ContentId, int]
    error: PhotofindError | None = None


class Job:
    """Counts what happens to the files of one request; thread-safe.

    It is over when its scan has ended and every file it expects is finished. `on_finished` is
    called once, on the thread that finished it.
    """

    def __init__(self, on_finished: Callable[[Job], None]) -> None:
        self._on_finished = on_finished
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._elapsed_s = 0.0
        self._outstanding = 1  # the scan itself
        self._counts: Counter[Outcome] = Counter()
        self._embedded = 0
        self._ignored = 0
        self._videos = 0
        self._online_only = 0
        self._excluded = 0
        self._gone: list[FileRow] = []
        self._copied: Counter[ContentId] = Counter()
        self._moved: Counter[ContentId] = Counter()
        self._problems: list[Problem] = []
        self._error: PhotofindError | None = None

    def expect_file(self) -> None:
        with self._lock:
            self._outstanding += 1

    def add_scan(
        self,
        *,
        unchanged: int = 0,
        ignored: int = 0,
        videos: int = 0,
        online_only: int = 0,
        excluded: int = 0,
        gone: Iterable[FileRow] = (),
        problems: Sequence[Problem] = (),
        folder_problems: Sequence[Problem] = (),
    ) -> None:
        """Adds what a scan settled by itself.

        Args:
            problems: of files, which are counted as failed.
            folder_problems: how many files are in there, nobody knows.
        """
        with self._lock:
            self._counts[Outcome.UNCHANGED] += unchanged
            self._counts[Outcome.FAILED] += len(problems)
            self._ignored += ignored
            self._videos += videos
            self._online_only += online_only
            self._excluded += excluded
            self._gone.extend(gone)
            self._problems += [*problems, *folder_problems]

    def file_ended(
        self,
        outcome: Outcome,
        *,
        known_as: ContentId | None = None,
        embedded: bool = False,
        problem: Problem | None = None,
    ) -> None:
        """Settles one expected file.

        Args:
            known_as: for COPIES and MOVED, the content. A copy counts as moved if the scan
                finds that an older path of it is gone.
        """
        with self._lock:
            self._counts[outcome] += 1
            self._embedded += embedded
            if known_as is not None:
                (self._moved if outcome is Outcome.MOVED else self._copied)[known_as] += 1
            if problem is not None:
                self._problems.append(problem)
        self._settle_one()

    def scan_ended(self, error: PhotofindError | None = None) -> None:
        self._settle_one(error)

    def file_dropped(self, error: PhotofindError) -> None:
        """One expected file will not be done, because nothing can be written any more."""
        self._settle_one(error)

    def _settle_one(self, error: PhotofindError | None = None) -> None:
        with self._lock:
            self._error = self._error or error
            self._outstanding -= 1
            over = self._outstanding == 0
            if over:
                self._elapsed_s = time.monotonic() - self._began
        if over:
            self._on_finished(self)

    def result(self) -> JobResult:
        """Sums up a job that is over."""
        with self._lock:
            gone = Counter(row.content_id for row in self._gone if row.content_id is not None)
            moved, departed = self._pair(gone)
            elapsed = self._elapsed_s
            report = IndexReport(
                new=self._counts[Outcome.NEW],
                changed=self._counts[Outcome.CHANGED],
                unchanged=self._counts[Outcome.UNCHANGED],
                moved=self._counts[Outcome.MOVED] + moved,
                copies=self._counts[Outcome.COPIES] - moved,
                missing=len(self._gone) - sum(departed.values()),
                failed=self._counts[Outcome.FAILED],
                ignored=self._ignored + self._counts[Outcome.FORGOTTEN],
                videos=self._videos,
                online_only=self._online_only,
                excluded=self._excluded,
                elapsed_s=round(elapsed, 3),
                images_per_s=round(self._embedded / elapsed, 2) if elapsed > 0 else 0.0,
                problems=tuple(self._problems),
            )
            return JobResult(report, departed, self._error)

    def _pair(self, gone: Counter[ContentId]) -> tuple[int, Counter[ContentId]]:
        """Pairs paths that are gone with new paths of the same content: those files moved.

        Returns:
            How many of the copies are moves, and how many gone paths each content left for
            new ones.
        """
        moves = 0
        departed: Counter[ContentId] = Counter()
        for content_id, left in gone.items():
            arrived = self._moved[content_id] + self._copied[content_id]
            if pairs := min(left, arrived):
                departed[content_id] = pairs
                moves += max(0, pairs - self._moved[content_id])
        return moves, departed
