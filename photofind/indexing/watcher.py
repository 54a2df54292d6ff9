"""Notices changes below the roots as they happen. Events are hints; a scan is the truth."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
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
from photofind.media.answering import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from watchdog.observers.api import BaseObserver, ObservedWatch

    from photofind.catalog.rows import FolderRow
    from photofind.domain import FolderId

logger = logging.getLogger(__name__)

QUIET_S = 2.0
"""A path must be left alone so long before it is looked at: half a copy is no photo."""
_MOST_PATHS = 2_000
"""With more changed paths than this in one root, the whole root is looked through instead."""

_EVENTS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""What can change a photo; that a file was opened or read can't."""

_LIMIT_ERRNOS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENFILE})
"""How inotify says that it watches too many folders already."""


class WatchListener(Protocol):
    """Told what the watcher notices, on its threads."""

    def paths_changed(self, folder_id: FolderId, rel_paths: frozenset[bytes]) -> None:
        """These paths below a root changed and are quiet now; b"" means anything below it."""

    def unwatchable(self, folder: FolderRow, limit_reached: bool) -> None:
        """No events come from this root: the system's limit is reached, or it gives none."""


@dataclass(frozen=True, slots=True)
class _Watched:
    folder: FolderRow
    watch: ObservedWatch


class FolderWatcher:
    """Watches roots and everything below them."""

    def __init__(
        self,
        listener: WatchListener,
        *,
        gives_events: Callable[[Path], bool],
        quiet_s: float = QUIET_S,
        make_observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        """Sets the watcher up; it watches nothing yet.

        Args:
            gives_events: whether a folder's file system tells about changes at all.
        """
        self._listener = listener
        self._gives_events = gives_events
        self._quiet_s = quiet_s
        self._observer = make_observer()
        self._watched: dict[FolderId, _Watched] = {}
        self._changed = threading.Condition()
        self._dirty: dict[tuple[FolderId, bytes], float] = {}
        self._stopped = False
        self._releasing = threading.Thread(target=self._release, name="watch-release")

    def start(self) -> None:
        self._observer.start()
        self._releasing.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._releasing.ident is not None:
            self._releasing.join()
            self._observer.stop()
            self._observer.join()

    def watch(self, folders: Sequence[FolderRow]) -> None:
        """Watches these roots and no others; call it again when one may have come or gone.

        A root that was away is watched anew once it is back.
        """
        wanted = {folder.id: folder for folder in folders}
        for folder_id, watched in list(self._watched.items()):
            same = (folder := wanted.get(folder_id)) and folder.path == watched.folder.path
            if not (same and self._is_alive(watched.watch)):
                self._observer.unschedule(watched.watch)
                del self._watched[folder_id]
        for folder in folders:
            if folder.id not in self._watched and _is_there(folder.path):
                self._watch(folder)

    def _watch(self, folder: FolderRow) -> None:
        if not self._gives_events(folder.path):
            self._listener.unwatchable(folder, False)
            return
        handler = _Handler(folder, self._note)
        try:
            watch = self._observer.schedule(
                handler, os.fspath(folder.path), recursive=True, event_filter=_EVENTS
            )
        except OSError as error:
            logger.info("can't watch a folder: %s", error.strerror)
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):  # else it just went away
                self._listener.unwatchable(folder, error.errno in _LIMIT_ERRNOS)
            return
        self._watched[folder.id] = _Watched(folder, watch)

    def _is_alive(self, watch: ObservedWatch) -> bool:
        """The thread behind a watch ends when its root goes away."""
        return any(
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
        return ask(folder, folder.is_dir)
    except FolderError:
        return False  # its drive doesn't answer; it is asked again within the hour


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
