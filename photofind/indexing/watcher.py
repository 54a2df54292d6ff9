"""Notices changes below the roots as they happen. Events are hints; a scan is the truth."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import platform
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from photofind.domain import FolderError
from photofind.indexing.reconcile import lies_in
from photofind.media.timeouts import call_with_timeout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from watchdog.observers.api import BaseObserver, ObservedWatch

    from photofind.catalog.folders import FolderRow
    from photofind.domain import FolderId

logger = logging.getLogger(__name__)

QUIET_S = 2.0
"""A path is read only after it has been quiet for this long: half a copy is no photo."""
_MOST_PATHS = 2_000
"""With more changed paths than this in one root, the whole root is scanned instead."""

_EVENTS: list[type[FileSystemEvent]] = [
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""What can change a photo, permissions included; that a file was opened or read can't."""


LIMIT_ERRNOS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE})
"""How inotify says that it watches too many folders already."""


def _make_observer(
    refused: Callable[[bytes], None], overflowed: Callable[[], None]
) -> BaseObserver:
    if platform.system() != "Linux":
        return Observer()
    from photofind.indexing.inotify import InotifyObserver

    return InotifyObserver(refused, overflowed)


ObserverFactory: TypeAlias = "Callable[[Callable[[bytes], None], Callable[[], None]], BaseObserver]"


class WatchListener(Protocol):
    """Receives what the watcher notices, on its threads."""

    def paths_changed(self, folder_id: FolderId, rel_paths: frozenset[bytes]) -> None:
        """These paths below a root changed and are quiet now; b"" means anything below it."""

    def unwatchable(self, folder: FolderRow, limit_reached: bool) -> None:
        """This root can't be watched: the system's limit is reached, or it reports no changes."""


@dataclass(frozen=True, slots=True)
class _Watched:
    folder: FolderRow
    watch: ObservedWatch


@dataclass(slots=True)
class _Unwatched:
    count: int = 0
    places: set[bytes] = field(default_factory=set)


class FolderWatcher:
    """Watches roots and everything below them."""

    def __init__(
        self,
        listener: WatchListener,
        *,
        gives_events: Callable[[Path], bool],
        quiet_s: float = QUIET_S,
        make_observer: ObserverFactory | None = None,
    ) -> None:
        """Sets the watcher up; it watches nothing yet.

        Args:
            gives_events: whether a folder's file system tells about changes at all.
            make_observer: given what to call with the path of a folder that can't be watched, and
                when events were lost.
        """
        self._listener = listener
        self._gives_events = gives_events
        self._quiet_s = quiet_s
        self._watched: dict[FolderId, _Watched] = {}
        self._roots: dict[FolderId, bytes] = {}
        self._changed = threading.Condition()
        self._unwatched: dict[FolderId, _Unwatched] = {}
        self._observer: BaseObserver | None = None
        with contextlib.suppress(OSError):  # no inotify instance is left: nothing can be watched
            self._observer = (make_observer or _make_observer)(self._refused, self._overflowed)
        self._dirty: dict[tuple[FolderId, bytes], float] = {}
        self._stopped = False
        self._releasing = threading.Thread(target=self._release, name="watch-release")

    def start(self) -> None:
        if self._observer is not None:
            self._observer.start()
        self._releasing.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._releasing.ident is not None:
            self._releasing.join()
            if self._observer is not None:
                self._observer.stop()
                self._observer.join()

    def watch(self, folders: Sequence[FolderRow], *, retries: bool = False) -> None:
        """Watches these roots and no others; call it again when one may have come or gone.

        A root that was offline is watched again once it is back.

        Args:
            retries: also tries again to watch roots that could only be watched in part.
        """
        wanted = {folder.id: folder for folder in folders}
        for folder_id, watched in list(self._watched.items()):
            same = (folder := wanted.get(folder_id)) and folder.path == watched.folder.path
            stays = not retries or folder_id not in self._unwatched
            if not (same and stays and self._is_alive(watched.watch)):
                self._unwatch(folder_id)
        for folder in folders:
            if folder.id not in self._watched and _is_there(folder.path):
                self._watch(folder)

    def unwatched(self) -> dict[FolderId, tuple[int, frozenset[bytes]]]:
        """The roots that are watched only in part because the system's limit is reached: how many
        of their folders are not watched, and which parts (relative paths) to scan instead."""
        with self._changed:
            return {
                folder_id: (each.count, frozenset(each.places))
                for folder_id, each in self._unwatched.items()
            }

    def _unwatch(self, folder_id: FolderId) -> None:
        watched = self._watched.pop(folder_id)
        if self._observer is not None:
            self._observer.unschedule(watched.watch)
        with self._changed:
            self._unwatched.pop(folder_id, None)

    def _watch(self, folder: FolderRow) -> None:
        if not self._gives_events(folder.path):
            self._listener.unwatchable(folder, False)
            return
        if self._observer is None:
            self._listener.unwatchable(folder, True)
            return
        handler = _Handler(folder, self._note)
        self._roots[folder.id] = os.fsencode(folder.path)
        try:
            watch = self._observer.schedule(
                handler, os.fspath(folder.path), recursive=True, event_filter=_EVENTS
            )
        except OSError as error:
            logger.info("can't watch a folder: %s", error.strerror)
            with self._changed:
                self._unwatched.pop(folder.id, None)
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):  # else it just went away
                self._listener.unwatchable(folder, error.errno in LIMIT_ERRNOS)
            return
        self._watched[folder.id] = _Watched(folder, watch)

    def _refused(self, path: bytes) -> None:
        """Records a folder that can't be watched, and where to scan instead, unless it lies in one
        that is scanned already."""
        separator = os.fsencode(os.sep)
        with self._changed:
            for folder_id, root in self._roots.items():
                if path.startswith(root + separator):
                    rel_path = path[len(root) + 1 :]
                    known = self._unwatched.setdefault(folder_id, _Unwatched())
                    known.count += 1
                    if not lies_in(rel_path, known.places):
                        known.places.add(rel_path)
                    if len(known.places) > _MOST_PATHS:
                        known.places = {b""}

    def _overflowed(self) -> None:
        for folder_id in list(self._watched):
            self._note(folder_id, b"")

    def _is_alive(self, watch: ObservedWatch) -> bool:
        """The thread behind a watch ends when its root goes away."""
        return self._observer is not None and any(
            emitter.watch == watch and emitter.is_alive() for emitter in self._observer.emitters
        )

    def _note(self, folder_id: FolderId, rel_path: bytes) -> None:
        with self._changed:
            self._dirty[folder_id, rel_path] = time.monotonic()
            self._changed.notify_all()

    def _release(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not (ready := self._quiet_ones()):
                    self._changed.wait(self._until_quiet_s())
                if self._stopped:
                    return
                for folder_id, rel_paths in ready.items():
                    for rel_path in rel_paths:
                        del self._dirty[folder_id, rel_path]
            for folder_id, rel_paths in ready.items():
                few = len(rel_paths) <= _MOST_PATHS
                self._listener.paths_changed(
                    folder_id, frozenset(rel_paths) if few else frozenset({b""})
                )

    def _quiet_ones(self) -> dict[FolderId, list[bytes]]:
        until = time.monotonic() - self._quiet_s
        quiet: dict[FolderId, list[bytes]] = {}
        for (folder_id, rel_path), noted in self._dirty.items():
            if noted <= until:
                quiet.setdefault(folder_id, []).append(rel_path)
        return quiet

    def _until_quiet_s(self) -> float | None:
        if not self._dirty:
            return None
        return max(0.0, min(self._dirty.values()) + self._quiet_s - time.monotonic())


def _is_there(folder: Path) -> bool:
    try:
        return call_with_timeout(folder, folder.is_dir)
    except FolderError:
        return False  # its drive doesn't respond; tried again within the hour


class _Handler(FileSystemEventHandler):
    """Turns the events of one root into paths below it."""

    def __init__(self, folder: FolderRow, note: Callable[[FolderId, bytes], None]) -> None:
        self._folder_id = folder.id
        self._root = os.fsencode(folder.path)
        self._note = note

    def on_any_event(self, event: FileSystemEvent) -> None:
        for raw in (event.src_path, event.dest_path):
            if raw:
                self._note_path(os.fsencode(raw))

    def _note_path(self, path: bytes) -> None:
        if path == self._root:
            self._note(self._folder_id, b"")
        elif path.startswith(self._root + os.fsencode(os.sep)):
            self._note(self._folder_id, path[len(self._root) + 1 :])
