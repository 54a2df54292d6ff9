"""When folders are looked at again: after a change, after sleep, and every hour regardless."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeAlias

from photofind.domain import FolderError
from photofind.indexing.watcher import FolderWatcher, WatchListener
from photofind.media.mounts import Mounts, mount_table_state, read_mounts
from photofind.media.timeouts import call_with_timeout
from photofind.media.volume import gives_events
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.folders import FolderRow
    from photofind.domain import FolderId

logger = logging.getLogger(__name__)

Parts: TypeAlias = "dict[FolderId, Collection[bytes] | None]"
"""Folders to look at, each with the relative paths in question (None: everything)."""

_HOUR_S = 3600.0
_UNWATCHED_S = 120.0
"""How often folders are scanned for which the system had no watch left."""
_MOUNTS_S = 2.0
"""How often drives are looked for that were plugged in or unplugged."""
_WITHOUT_EVENTS_S = 600.0
"""How often folders that give no events are looked through."""
FIRST_RETRY_S = 60.0
"""After the catalog could not be written, indexing is tried again by itself: after this and then
ever longer waits."""
_LONGEST_RETRY_S = 600.0
_SLEPT_S = 60.0
"""If the clock on the wall ran so much further than the processor's, the computer slept. On
Windows the processor's clock runs on meanwhile; but nobody asked it for so long."""


class ReconcileClock:
    """Says when everything should be looked through again."""

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._last = self._asked = monotonic()
        self._ahead = wall() - monotonic()

    def is_due(self, interval_s: float) -> bool:
        """Whether so much time has passed since the last look, or the computer has slept.

        To be asked every few seconds. A clock that was set counts as sleep: looking once too often
        does no harm.
        """
        now = self._monotonic()
        ahead = self._wall() - now
        slept = abs(ahead - self._ahead) > _SLEPT_S or now - self._asked > _SLEPT_S
        self._ahead, self._asked = ahead, now
        if not slept and now - self._last < interval_s:
            return False
        self._last = now
        return True


class Recovery:
    """When to try again by itself after the catalog could not be written; thread-safe."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._code: str | None = None
        self._wait_s = FIRST_RETRY_S
        self._next_s: float | None = None

    def went_wrong(self, code: str) -> bool:
        """Plans another try; returns whether this is news."""
        with self._lock:
            news = code != self._code
            self._code = code
            if self._next_s is None:
                self._next_s = self._monotonic() + self._wait_s
                self._wait_s = min(2 * self._wait_s, _LONGEST_RETRY_S)
            return news

    def went_well(self) -> bool:
        """Returns whether it was in trouble until now."""
        with self._lock:
            was_in_trouble = self._code is not None
            self._code, self._next_s, self._wait_s = None, None, FIRST_RETRY_S
            return was_in_trouble

    def is_due(self) -> bool:
        """Whether to try now; says so once for each failure."""
        with self._lock:
            if self._next_s is None or self._monotonic() < self._next_s:
                return False
            self._next_s = None
            return True


class Watching(WatchListener):
    """Keeps a watcher on all folders and asks for looks at them; `tick` is called regularly."""

    def __init__(
        self,
        *,
        read_folders: Callable[[], Sequence[FolderRow]],
        look_at: Callable[[Parts], None],
        notify: Callable[[str, Sentence], None],
        store_unwatched: Callable[[Mapping[FolderId, int]], None],
    ) -> None:
        """Sets it up; `begin` starts it.

        Args:
            store_unwatched: stores how many folders of each root can't be watched.
            look_at: begins to index these folders; callable from any thread.
            notify: tells the person (code, sentence).
        """
        self._read_folders = read_folders
        self._look_at = look_at
        self._notify = notify
        self._clock = ReconcileClock()
        self._silent_clock = ReconcileClock()
        self._silent: set[FolderId] = set()
        self._unwatched_clock = ReconcileClock()
        self._unwatched: dict[FolderId, int] = {}
        self._store_unwatched = store_unwatched
        self._mounts: dict[FolderId, Mounts] = {}
        self._mount_table: object = None
        self._mounts_next_s = 0.0
        self._watcher: FolderWatcher | None = None

    def begin(self) -> None:
        """Begins to watch; twice does no harm."""
        if self._watcher is None:
            self._clock, self._silent_clock = ReconcileClock(), ReconcileClock()
            self._unwatched_clock = ReconcileClock()
            self._unwatched = {}
            self._mount_table = mount_table_state()
            self._store_unwatched({})
            self._watcher = FolderWatcher(self, gives_events=gives_events)
            self._watcher.start()
            self.folders_changed()
            self._tell_unwatched()

    def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def folders_changed(self, *, retries: bool = False) -> None:
        """Watches the folders there are now.

        Args:
            retries: tries again to watch what could not be watched; to be followed by a look at it,
                for what happens meanwhile is not noticed.
        """
        if self._watcher is None:
            return
        folders = self._read_folders()
        self._silent &= {folder.id for folder in folders}
        # Those without events were asked before; asking again would tell the person again.
        self._watcher.watch(
            [folder for folder in folders if folder.id not in self._silent], retries=retries
        )
        self._mounts = {folder.id: _read_mounts(folder.path) for folder in folders}

    def look_at_all(self) -> None:
        """Has every folder looked through, for what was left undone."""
        self._look_at({folder.id: None for folder in self._read_folders()})

    def tick(self) -> None:
        """Asks for looks that are due."""
        if self._watcher is None:
            return
        hourly, silent = self._clock.is_due(_HOUR_S), self._silent_clock.is_due(_WITHOUT_EVENTS_S)
        some = self._unwatched_clock.is_due(_UNWATCHED_S)
        if hourly:
            self.folders_changed(retries=True)
            self.look_at_all()
        else:
            self._look_at_what_was_mounted()
            if self._silent and silent:
                self._look_at(dict.fromkeys(self._silent))
            if some and (unwatched := self._watcher.unwatched()):
                self._look_at(
                    {
                        folder_id: None if b"" in places else places
                        for folder_id, (_, places) in unwatched.items()
                    }
                )
        self._tell_unwatched()

    def _look_at_what_was_mounted(self) -> None:
        """Nobody tells of a drive that is plugged in or unplugged below a root but this table."""
        now = time.monotonic()
        if now < self._mounts_next_s:
            return
        self._mounts_next_s = now + _MOUNTS_S
        state = mount_table_state()
        if state == self._mount_table:
            return
        self._mount_table = state
        before = self._mounts
        self.folders_changed()
        changed: Parts = {
            folder_id: None
            for folder_id, mounts in self._mounts.items()
            if folder_id in before and mounts.changed_places(before[folder_id])
        }
        if changed:
            self._look_at(changed)

    def _tell_unwatched(self) -> None:
        if self._watcher is None:
            return
        unwatched = self._watcher.unwatched()
        counts = {folder_id: count for folder_id, (count, _) in unwatched.items()}
        if counts == self._unwatched:
            return
        news = counts.keys() - self._unwatched.keys()
        self._unwatched = counts
        self._store_unwatched(counts)
        for folder in self._read_folders():
            if folder.id in news:
                self._notify(
                    "watch_limit",
                    Sentence(
                        "This system can't watch any more folders. Those in {folder} that are not "
                        "watched are scanned every %Ln minute(s) instead. On Linux, raise the "
                        "limit with the setting fs.inotify.max_user_watches.",
                        folder=folder.path,
                        n=round(_UNWATCHED_S / 60),
                    ),
                )

    def paths_changed(self, folder_id: FolderId, rel_paths: frozenset[bytes]) -> None:
        self._look_at({folder_id: None if b"" in rel_paths else rel_paths})

    def unwatchable(self, folder: FolderRow, limit_reached: bool) -> None:
        self._silent.add(folder.id)
        minutes = round(_WITHOUT_EVENTS_S / 60)
        if limit_reached:
            self._notify(
                "watch_limit",
                Sentence(
                    "This system can't watch any more folders, so {folder} is scanned every "
                    "%Ln minute(s) instead. On Linux, raise the limit with the setting "
                    "fs.inotify.max_user_watches.",
                    folder=folder.path,
                    n=minutes,
                ),
            )
        else:
            self._notify(
                "watch_silent",
                Sentence(
                    "The drive of {folder} doesn't report changes, so it is scanned every "
                    "%Ln minute(s) instead.",
                    folder=folder.path,
                    n=minutes,
                ),
            )


def _read_mounts(folder: Path) -> Mounts:
    try:
        return call_with_timeout(folder, lambda: read_mounts(folder))
    except FolderError:
        return Mounts()  # its drive doesn't answer
