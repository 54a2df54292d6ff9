"""An indexing job: what it still waits for, and its result."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from photofind.domain import IndexReport

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.files import FileRow
    from photofind.domain import ContentId, FileCounts, FolderId, PhotofindError, Problem

_MOST_SCANS = 5
"""A root in which things keep moving is scanned this many times, then the job ends and says so."""


class Outcome(StrEnum):
    """The result for one file; the value is the name of the count that it adds to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    MOVED = "moved"
    COPIES = "copies"
    FAILED = "failed"
    FORGOTTEN = "ignored"
    """Not indexed, because the person had it forgotten."""
    RESTLESS = "restless"
    """Gone before its turn came, or still being written: its root is scanned again."""
    SKIPPED = "skipped"
    """Out of reach for now: counted nowhere."""


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

    It is over when its scan has ended and every file it expects is finished. If files or folders
    moved away or changed under it meanwhile, their roots are scanned once more, a few times at
    most. `on_finished` is called once, on the thread that finished it.
    """

    def __init__(
        self,
        on_finished: Callable[[Job], None],
        scan_again: Callable[[Job, Collection[FolderId]], None] | None = None,
        *,
        retries: bool = False,
    ) -> None:
        """
        Args:
            scan_again: begins another scan of some roots for this job.
            retries: files that failed for a reason that may have passed are tried again.
        """
        self._on_finished = on_finished
        self._scan_again = scan_again
        self.retries = retries
        self._round = 1
        self._restless: set[FolderId] = set()
        self._unfinished = 0
        self._scanned: dict[FolderId | None, FileCounts] = {}
        self._failed_paths: set[Path] = set()
        self._fresh: set[ContentId] = set()
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._elapsed_s = 0.0
        self._outstanding = 1  # the scan itself
        self._counts: Counter[str] = Counter()
        self._embedded = 0
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
        counts: FileCounts | None = None,
        *,
        gone: Iterable[FileRow] = (),
        problems: Sequence[Problem] = (),
        folder_problems: Sequence[Problem] = (),
        folder_id: FolderId | None = None,
    ) -> None:
        """Adds the results of a scan that need no further work.

        Args:
            counts: without `missing` and `failed`, which follow from `gone` and `problems`. Of a
                second scan of a root, what it found unchanged was counted before.
            problems: of files, which are counted as failed.
            folder_problems: of folders; how many files they hold is unknown.
        """
        with self._lock:
            if counts is not None:
                if (earlier := self._scanned.get(folder_id)) is not None:
                    counts = replace(counts, unchanged=earlier.unchanged)
                self._scanned[folder_id] = counts
            news = [each for each in problems if each.path not in self._failed_paths]
            self._counts[Outcome.FAILED] += len(news)
            self._failed_paths.update(each.path for each in news)
            known = {each.path for each in self._problems}
            self._problems += [*news, *(each for each in folder_problems if each.path not in known)]
            # A file that this job found and that moved before it could be read isn't missing.
            self._gone += [row for row in gone if self._round == 1 or row.content_id is not None]

    def look_again(self, folder_id: FolderId, files: int = 1) -> None:
        """Some files or folders of a root moved away or changed before they could be read."""
        with self._lock:
            self._restless.add(folder_id)
            self._unfinished += files

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
            known_as: the content. A copy counts as moved if the scan finds that an older path of it
                is gone, and not at all if that was new to this job.
        """
        with self._lock:
            if problem is not None:
                if problem.path in self._failed_paths:  # tried again by a second scan
                    self._counts[outcome] -= 1
                self._failed_paths.add(problem.path)
                self._problems = [each for each in self._problems if each.path != problem.path]
            self._counts[outcome] += 1
            self._embedded += embedded
            if outcome is Outcome.NEW and known_as is not None:
                self._fresh.add(known_as)
            elif known_as is not None and outcome in {Outcome.COPIES, Outcome.MOVED}:
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
            again: Collection[FolderId] = ()
            may_go_on = self._scan_again is not None and self._error is None
            if over and may_go_on and self._restless and self._round < _MOST_SCANS:
                again, over = frozenset(self._restless), False
                self._restless.clear()
                self._unfinished = 0
                self._round += 1
                self._outstanding = 1
            if over:
                self._elapsed_s = time.monotonic() - self._began
        if again and self._scan_again is not None:
            self._scan_again(self, again)
        if over:
            self._on_finished(self)

    def result(self) -> JobResult:
        """Sums up a job that is over."""
        with self._lock:
            gone = Counter(row.content_id for row in self._gone if row.content_id is not None)
            moved, departed, followed = self._pair(gone)
            elapsed = self._elapsed_s
            counts = self._counts.copy()
            for scanned in self._scanned.values():
                counts.update(scanned.counts())
            counts["unfinished"] += self._unfinished
            counts["moved"] += moved
            counts["copies"] -= moved
            counts["moved"] -= followed
            counts["missing"] += len(self._gone) - sum(departed.values())
            del counts[Outcome.SKIPPED], counts[Outcome.RESTLESS]
            report = IndexReport(
                **counts,
                elapsed_s=round(elapsed, 3),
                images_per_s=round(self._embedded / elapsed, 2) if elapsed > 0 else 0.0,
                problems=tuple(self._problems),
            )
            return JobResult(report, departed, self._error)

    def _pair(self, gone: Counter[ContentId]) -> tuple[int, Counter[ContentId], int]:
        """Pairs paths that are gone with new paths of the same content: those files moved.

        Returns:
            How many of the copies are moves, how many gone paths each content left for new ones,
            and how many of the moves are of files that this job counted as new before.
        """
        moves = followed = 0
        departed: Counter[ContentId] = Counter()
        for content_id, left in gone.items():
            arrived = self._moved[content_id] + self._copied[content_id]
            if pairs := min(left, arrived):
                departed[content_id] = pairs
                moves += max(0, pairs - self._moved[content_id])
                followed += pairs if content_id in self._fresh else 0
        return moves, departed, followed
