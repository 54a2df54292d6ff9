"""When folders are looked at again: after a change, after sleep, and every hour regardless."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, TypeAlias

from photofind.indexing.watcher import FolderWatcher, WatchListener
from photofind.media.volume import gives_events

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from photofind.catalog.rows import FolderRow
    from photofind.domain import FolderId

logger = logging.getLogger(__name__)

Parts: TypeAlias = "dict[FolderId, Collection[bytes] | None]"
"""Folders to look at, each with the relative paths in question (None: everything)."""

_HOUR_S = 3600.0
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
        notify: Callable[[str, str], None],
    ) -> None:
        """Sets it up; `begin` starts it.

        Args:
            look_at: begins to index these folders; callable from any thread.
            notify: tells the person (code, sentence).
        """
        self._read_folders = read_folders
        self._look_at = look_at
        self._notify = notify
        self._clock = ReconcileClock()
        self._silent_clock = ReconcileClock()
        self._silent: set[FolderId] = set()
        self._watcher: FolderWatcher | None = None

    def begin(self) -> None:
        """Begins to watch; twice does no harm."""
        if self._watcher is None:
            self._clock, self._silent_clock = ReconcileClock(), ReconcileClock()
            self._watcher = FolderWatcher(self, gives_events=gives_events)
            self._watcher.start()
            self.folders_changed()

    def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def folders_changed(self) -> None:
        """Watches the folders there are now."""
        if self._watcher is None:
            return
        folders = self._read_folders()
        self._silent &= {folder.id for folder in folders}
        # Those without events were asked before; asking again would tell the person again.
        self._watcher.watch([folder for folder in folders if folder.id not in self._silent])

    def look_at_all(self) -> None:
        """Has every folder looked through, for what was left undone."""
        self._look_at({folder.id: None for folder in self._read_folders()})

    def tick(self) -> None:
        """Asks for looks that are due."""
        if self._watcher is None:
            return
        hourly, silent = self._clock.is_due(_HOUR_S), self._silent_clock.is_due(_WITHOUT_EVENTS_S)
        if hourly:
            self.folders_changed()
            self.look_at_all()
        elif self._silent and silent:
            self._look_at(dict.fromkeys(self._silent))

    def paths_changed(self, folder_id: FolderId, rel_paths: frozenset[bytes]) -> None:
        self._look_at({folder_id: None if b"" in rel_paths else rel_paths})

    def unwatchable(self, folder: FolderRow, limit_reached: bool) -> None:
        self._silent.add(folder.id)
        minutes = round(_WITHOUT_EVENTS_S / 60)
        if limit_reached:
            self._notify(
                "watch_limit",
                f"This system lets no more folders be watched, so {folder.path} is looked "
                f"through every {minutes} minutes instead. On Linux the setting "
                "fs.inotify.max_user_watches raises the limit.",
            )
        else:
            self._notify(
                "watch_silent",
                f"The drive of {folder.path} does not tell about changes, so it is looked "
                f"through every {minutes} minutes instead.",
            )
