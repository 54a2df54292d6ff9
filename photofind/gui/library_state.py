"""What the catalog and the worker say of the library, as far as the window shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.domain import Activity, FolderState
from photofind.gui.pacing import Throttler
from photofind.gui.searching import OUTDATED
from photofind.gui.translation import in_words

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.catalog.status import CatalogStatus
    from photofind.domain import PhotofindError, WorkProgress
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.worker_link import WorkerLink
    from photofind.worker.messages import Hello

_STATUS_MS = 1000


class LibraryState(QObject):
    """Reads the catalog's status anew, at most once a second, when the worker says that something
    changed."""

    status_read = Signal(object)
    """The CatalogStatus."""
    offline_changed = Signal(object)
    """The folders out of reach, a frozenset of paths."""
    photos_changed = Signal()
    """Photos came or went."""
    paths_changed = Signal()
    """Names, places or states may be others now."""
    indexing_changed = Signal(bool)
    failed = Signal(str)
    """A sentence for people: the catalog can't be read."""

    def __init__(
        self,
        link: WorkerLink,
        rounds: BackgroundCalls,
        reads: LibraryReads,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            rounds: where the status is read; touching every folder can take long.
            reads: the catalog as `rounds` reads it.
        """
        super().__init__(parent)
        self._rounds = rounds
        self._reads = reads
        self._status: CatalogStatus | None = None
        self._offline: frozenset[Path] = frozenset()
        self._is_indexing = False
        self._stale = Throttler(_STATUS_MS, self)
        self._stale.triggered.connect(self._read)
        link.greeted.connect(self._on_greeted)
        link.progressed.connect(self._on_progress)
        link.photos_ready.connect(self._on_photos_ready)
        link.catalog_changed.connect(self._on_catalog_changed)

    @property
    def status(self) -> CatalogStatus | None:
        """What was read last; None before the first time."""
        return self._status

    @property
    def is_indexing(self) -> bool:
        """Whether new photos are looked for or indexed."""
        return self._is_indexing

    def refresh(self) -> None:
        """Reads the status soon."""
        self._stale.call()

    def _on_greeted(self, _: Hello) -> None:
        if self._status is None:  # the worker may have brought the catalog up to date
            self._on_catalog_changed()

    def _on_progress(self, progress: WorkProgress) -> None:
        is_indexing = progress.activity in {Activity.SCANNING, Activity.INDEXING}
        if is_indexing != self._is_indexing:
            self._is_indexing = is_indexing
            self.indexing_changed.emit(is_indexing)

    def _on_photos_ready(self) -> None:
        self.refresh()
        self.photos_changed.emit()

    def _on_catalog_changed(self) -> None:
        self.refresh()
        self.photos_changed.emit()
        self.paths_changed.emit()

    def _read(self) -> None:
        self._rounds.run(self._reads.status, self._on_status, self._on_refused)

    def _on_status(self, status: CatalogStatus) -> None:
        self._status = status
        offline = frozenset(
            folder.path for folder in status.folders if folder.state is FolderState.OFFLINE
        )
        if offline != self._offline:
            self._offline = offline
            self.offline_changed.emit(offline)
            self.paths_changed.emit()
        self.status_read.emit(status)

    def _on_refused(self, error: PhotofindError) -> None:
        if error.code != OUTDATED:  # else the worker is at it, and greets when it is done
            self.failed.emit(in_words(error.sentence))
