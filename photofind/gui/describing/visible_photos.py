"""Tells the worker what the grid shows, so that these photos are described and read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.pacing import Debouncer
from photofind.worker.description_messages import DescriptionProgress, ShowInGrid

if TYPE_CHECKING:
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.view import PhotoGridView
    from photofind.gui.worker_link import WorkerLink

REST_MS = 400
"""The grid rests for so long before the queue is ordered anew."""
_MOST = 500
"""Cells; more at once are too small to be looked at."""


class VisiblePhotosReporter(QObject):
    """Costs nothing while there is no queue, and nothing while the grid is scrolled."""

    def __init__(
        self,
        view: PhotoGridView,
        model: PhotoGridModel,
        link: WorkerLink,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._link = link
        self._queued = False
        self._total = 0
        self._told: tuple[int, ...] = ()
        self._rested = Debouncer(REST_MS, self)
        self._rested.triggered.connect(self._tell)
        view.sight_changed.connect(self._on_sight_changed)
        link.described.connect(self._on_described)

    def _on_sight_changed(self) -> None:
        if self._queued:
            self._rested.call()

    def _on_described(self, event: object) -> None:
        if not isinstance(event, DescriptionProgress):
            return
        progress = event.progress
        self._queued = progress.total > progress.done
        if progress.total > self._total:  # some of what is new may be in sight
            self._told = ()
            self._on_sight_changed()
        self._total = progress.total

    def _tell(self) -> None:
        if not self._queued:
            return
        sight = self._view.rows_in_sight()[:_MOST]
        photo_ids = self._model.rows.photo_ids[sight.start : sight.stop].tolist()
        seen = tuple(photo_ids)
        if seen and seen != self._told:
            self._told = seen
            self._link.send(ShowInGrid(photo_ids=seen))
