"""What nobody waits for: deleting what was forgotten, letting go of what is long gone, copies."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from typing import TYPE_CHECKING

from photofind.catalog.backups import is_due
from photofind.catalog.forgetting import (
    count_marked_for_deletion,
    expire_contents,
    note_missing,
    purge_photos,
    scrub_words,
)
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import CatalogError

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import PhotofindError
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

KEPT_DAYS = 30
"""So long vectors, previews and texts of photos that are gone are kept: they may come back."""
_DAY_MS = 86_400_000
_HOUR_S = 3600.0
_FIRST_ROUND_S = 1.0
"""Whoever starts photofind waits for other things; but a short run must see a round, too, or a
person who uses only commands would never have a copy."""
_RETRY_S = 0.5
_MOST_SCRUBS = 20
"""Tries to empty the write-ahead logs while others read, before it is left for an hour."""


class Housekeeper:
    """A thread that sleeps most of the time."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        *,
        halted: Callable[[PhotofindError], None],
        broken: Callable[[BaseException], None],
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        first_round_s: float = _FIRST_ROUND_S,
    ) -> None:
        """
        Args:
            halted: told when the catalog can't be written; what was to be done is done later.
            broken: told of a bug; the process should end.
        """
        self._folders = folders
        self._writer = writer
        self._halted = halted
        self._broken = broken
        self._now_ms = now_ms
        self._first_round_s = first_round_s
        self._expired_ms: int | None = None
        self._changed = threading.Condition()
        self._waiting: list[Callable[[PhotofindError | None], None]] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what is left to forget is hidden already and goes the next time."""
        with self._changed:
            self._stopped.set()
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def purge(self, on_gone: Callable[[PhotofindError | None], None]) -> None:
        """Deletes what is marked for deletion, soon.

        Args:
            on_gone: called on this thread when nothing of it is left, or with the reason why it
                could not be deleted now.
        """
        with self._changed:
            self._waiting.append(on_gone)
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            with ThumbnailStore(self._folders.thumbnails) as thumbnails:
                # The first round ends what a former worker left undone.
                next_round = time.monotonic() + self._first_round_s
                while not self._stopped.is_set():
                    due = time.monotonic() >= next_round
                    if due:
                        next_round = time.monotonic() + _HOUR_S
                    self._do_round(thumbnails, everything=due)
                    with self._changed:
                        if not self._waiting and not self._stopped.is_set():
                            self._changed.wait(max(0.0, next_round - time.monotonic()))
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._broken(error)

    def _do_round(self, thumbnails: ThumbnailStore, *, everything: bool) -> None:
        with self._changed:
            waiting, self._waiting = self._waiting, []
        failure: PhotofindError | None = None
        try:
            self._purge_all(thumbnails, always_scrub=bool(waiting))
            if everything:
                self._expire(thumbnails)
                self._back_up()
        except CatalogError as error:
            failure = error
            self._halted(error)
        if not self._stopped.is_set():
            for on_gone in waiting:
                on_gone(failure)

    def _purge_all(self, thumbnails: ThumbnailStore, *, always_scrub: bool) -> None:
        purged = 0
        while not self._stopped.is_set():
            with self._writer.transaction() as tx:
                count = purge_photos(tx, thumbnails.remove)
            purged += count
            if not count:
                with self._writer.transaction() as tx:
                    left = count_marked_for_deletion(tx)
                if not left:
                    break
                self._stopped.wait(_RETRY_S)  # somebody works on one just now
        if purged or always_scrub:
            self._scrub(thumbnails)

    def _scrub(self, thumbnails: ThumbnailStore) -> None:
        shutil.rmtree(self._folders.vectors, ignore_errors=True)  # made again when it pays
        for _ in range(_MOST_SCRUBS):
            with self._writer.transaction() as tx:
                scrub_words(tx)
            if self._writer.truncate_log() and thumbnails.scrub():
                return
            if self._stopped.wait(_RETRY_S):
                return
        logger.info("somebody reads all the time: the logs of the catalog are emptied later")

    def _expire(self, thumbnails: ThumbnailStore) -> None:
        now_ms = self._now_ms()
        if self._expired_ms is not None and 0 <= now_ms - self._expired_ms < _DAY_MS:
            return
        self._expired_ms = now_ms
        with self._writer.transaction() as tx:
            note_missing(tx, now_ms)
        before_ms = now_ms - KEPT_DAYS * _DAY_MS
        expired = 1
        while expired and not self._stopped.is_set():
            with self._writer.transaction() as tx:
                expired = expire_contents(tx, before_ms, thumbnails.remove)

    def _back_up(self) -> None:
        if is_due(self._folders.backups):
            self._writer.back_up()
