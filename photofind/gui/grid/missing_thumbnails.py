"""Tells the worker which thumbnails the cache has lost, so that it makes them anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.pacing import Throttler
from photofind.worker.messages import MakeThumbnails

if TYPE_CHECKING:
    from photofind.domain import ContentId
    from photofind.gui.grid.thumbnails import ThumbnailLoader
    from photofind.gui.worker_link import WorkerLink

_GATHER_MS = 2000


class MissingThumbnailsReporter(QObject):
    """Gathers what was missing; starts no worker for it."""

    def __init__(self, loader: ThumbnailLoader, link: WorkerLink, parent: QObject) -> None:
        super().__init__(parent)
        self._link = link
        self._missing: dict[ContentId, None] = {}
        self._is_reachable = False
        self._gathered = Throttler(_GATHER_MS, self, waits=True)
        self._gathered.triggered.connect(self._tell)
        loader.missing.connect(self._on_missing)
        link.greeted.connect(self._on_greeted)

    def _on_missing(self, content_id: ContentId) -> None:
        self._missing[content_id] = None
        self._gathered.call()

    def _on_greeted(self) -> None:
        self._is_reachable = True
        self._gathered.call()

    def _tell(self) -> None:
        if self._is_reachable and self._missing:
            self._link.send(MakeThumbnails(content_ids=tuple(self._missing)))
            self._missing.clear()
