"""The files waiting to be embedded, and who waits for them."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from photofind.domain import FileId, FolderId
    from photofind.indexing.job import Job
    from photofind.media.scan import ScannedFile


@dataclass(eq=False, slots=True)
class WorkItem:
    """One file to identify and, if its content is new, to embed.

    Attributes:
        folder_id: the root that the file lies in.
        sidecar: the `.xmp` file that speaks for the photo.
        told: stamp of the sidecar whose contents the catalog has.
        only_sidecar: the file's own bytes are as they were; nothing is to be hashed.
        may_download: it is opened even if it is online-only.
        suspect: it was in flight when an earlier worker died; tried last and alone, so that a
            further death tells which file is to blame.
        jobs: who counts this file.
    """

    file_id: FileId
    path: Path
    sidecar: ScannedFile | None = None
    told: bytes | None = None
    only_sidecar: bool = False
    may_download: bool = False
    suspect: bool = False
    jobs: list[Job] = field(default_factory=list)
    folder_id: FolderId | None = None

    @property
    def sidecar_stamp(self) -> bytes | None:
        return None if self.sidecar is None else self.sidecar.stamp

    @property
    def sidecar_is_news(self) -> bool:
        """Whether the sidecar changed, appeared or disappeared since the catalog read it."""
        return self.sidecar_stamp != self.told

    @property
    def sidecar_path(self) -> Path | None:
        if self.sidecar is None:
            return None
        return self.path.with_name(os.path.basename(os.fsdecode(self.sidecar.rel_path)))  # noqa: PTH119


class Background(Enum):
    """What there is to do when no file waits."""

    NONE = auto()
    SHARED = auto()
    """Work that several threads can do beside each other."""
    ALONE = auto()
    """A photo that may have ended a process: tried while nothing else is in flight."""


class WorkQueue:
    """Hands files to the embedding threads, a few at a time; thread-safe.

    A file is queued once, however many jobs wait for it.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[WorkItem] = deque()
        self._suspects: deque[WorkItem] = deque()
        self._known: dict[FileId, WorkItem] = {}
        self._in_flight = 0
        self._alone = False
        self._background = Background.NONE
        self._background_alone = False
        self._paused = False
        self._holds = 0
        self._closed = False

    def __len__(self) -> int:
        """Files that are waiting or being worked on."""
        with self._changed:
            return len(self._known)

    def put(self, items: Iterable[WorkItem], job: Job) -> int:
        """Adds files for a job; a file that is queued already gets the job as well.

        Returns:
            How many files were not queued before.
        """
        added = 0
        with self._changed:
            for item in items:
                queued = self._known.setdefault(item.file_id, item)
                job.expect_file()
                queued.jobs.append(job)
                queued.only_sidecar = queued.only_sidecar and item.only_sidecar
                if queued is item:
                    self._waiting.append(item)
                    added += 1
            self._changed.notify_all()
        return added

    def take(self, at_most: int) -> list[WorkItem] | None:
        """Waits for work and takes some.

        Returns:
            Files; none when there is time for a piece of background work, which
            `background_done` ends; None when the queue was closed.
        """
        with self._changed:
            while True:
                if self._closed:
                    return None
                if batch := self._next(at_most):
                    self._in_flight += len(batch)
                    return batch
                if self._is_time_for_background():
                    self._in_flight += 1
                    self._background_alone |= self._background is Background.ALONE
                    return []
                self._changed.wait()

    def set_background(self, background: Background) -> None:
        """Says what background work there is: it is done while no file waits."""
        with self._changed:
            self._background = background
            self._changed.notify_all()

    def background_done(self) -> None:
        """Ends a piece of background work."""
        with self._changed:
            self._in_flight -= 1
            if self._in_flight == 0:
                self._background_alone = False
            self._changed.notify_all()

    def put_back(self, items: Iterable[WorkItem]) -> None:
        """Puts files that were taken back to the front."""
        with self._changed:
            for item in items:
                self._in_flight -= 1
                if item.suspect:
                    self._alone = False
                    self._suspects.appendleft(item)
                else:
                    self._waiting.appendleft(item)
            self._changed.notify_all()

    def take_more(self, at_most: int) -> list[WorkItem]:
        """Takes more ordinary files without waiting, to fill a batch."""
        with self._changed:
            if self._is_held_back() or self._closed:
                return []
            batch = self._take_waiting(at_most)
            self._in_flight += len(batch)
            return batch

    def finished(self, item: WorkItem) -> list[Job]:
        """Takes a file out of the queue for good; returns the jobs that waited for it."""
        with self._changed:
            del self._known[item.file_id]
            self._in_flight -= 1
            if item.suspect:
                self._alone = False
            self._changed.notify_all()
            return item.jobs

    def defer(self, item: WorkItem) -> None:
        """Puts a file that was taken to the end of the queue, to be tried alone."""
        with self._changed:
            item.suspect = True
            self._in_flight -= 1
            self._suspects.append(item)
            self._changed.notify_all()

    def clear(self) -> list[WorkItem]:
        """Removes and returns everything that no thread has taken yet."""
        with self._changed:
            dropped = [*self._waiting, *self._suspects]
            self._waiting.clear()
            self._suspects.clear()
            for item in dropped:
                del self._known[item.file_id]
            return dropped

    def set_paused(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        return self._paused

    @contextmanager
    def held(self, *, alone: bool) -> Iterator[None]:
        """Hands out nothing inside the `with` block; with `alone` what was handed out is finished
        first."""
        with self._changed:
            self._holds += 1
            if alone:
                self._changed.wait_for(lambda: self._closed or not self._in_flight)
        try:
            yield
        finally:
            with self._changed:
                self._holds -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Releases every waiting thread; what is still queued is found again by the next scan."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _next(self, at_most: int) -> list[WorkItem]:
        if self._is_held_back():
            return []
        if self._waiting:
            return self._take_waiting(at_most)
        if self._suspects and self._in_flight == 0:
            self._alone = True
            return [self._suspects.popleft()]
        return []

    def _is_held_back(self) -> bool:
        return self._paused or self._alone or self._background_alone or bool(self._holds)

    def _is_time_for_background(self) -> bool:
        if self._is_held_back():
            return False
        if self._background is Background.ALONE:
            return self._in_flight == 0
        # Suspects among the files wait until nothing else is in flight.
        return self._background is Background.SHARED and not self._suspects

    def _take_waiting(self, at_most: int) -> list[WorkItem]:
        return [self._waiting.popleft() for _ in range(min(at_most, len(self._waiting)))]
