"""Tells the worker what the grid shows, so that these photos are described and read first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from photofind.gui.pacing import Debouncer
from photofind.worker.description_messages import DescriptionProgress, ShowInGrid

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.gui.bridge import WorkerBridge
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.view import PhotoGridView
    from photofind.worker.messages import Command

REST_MS = 400
"""The grid rests for so long before the queue is ordered anew."""
_MOST = 500
"""Cells; more at once are too small to be looked at."""


class SightFollower(QObject):
    """Costs nothing while there is no queue, and nothing while the grid is scrolled."""

    def __init__(
        self,
        view: PhotoGridView,
        model: PhotoGridModel,
        bridge: WorkerBridge,
        send: Callable[[Command], None],
        parent: QObject,
    ) -> None:
        """
        Args:
            send: hands a command to the worker.
        """
        super().__init__(parent)
        self._view = view
        self._model = model
        self._send = send
        self._queued = False
        self._total = 0
        self._told: tuple[int, ...] = ()
        self._rested = Debouncer(REST_MS, self)
        self._rested.triggered.connect(self._tell)
        view.sight_changed.connect(self._on_sight_changed)
        bridge.described.connect(self._on_described)

    def _on_sight_changed(self) -> None:
        if self._queued:
            self._rested.call()

    def _on_described(self, event: object) -> None:
        if not isinstance(event, DescriptionProgress):
            return
        self._queued = event.total > event.done
        if event.total > self._total:  # some of what is new may be in sight
            self._told = ()
            self._on_sight_changed()
        self._total = event.total

    def _tell(self) -> None:
        if not self._queued:
            return
        sight = self._view.rows_in_sight()[:_MOST]
        photo_ids = self._model.rows.photo_ids[sight.start : sight.stop].tolist()
        seen = tuple(photo_ids)
        if seen and seen != self._told:
            self._told = seen
            self._send(ShowInGrid(photo_ids=seen))
