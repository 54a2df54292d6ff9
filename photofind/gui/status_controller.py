"""Decides what the line at the bottom says: photos, problems, progress and the model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.gui.translation import known_in_words
from photofind.inference import registry
from photofind.inference.spec import short_key

if TYPE_CHECKING:
    from photofind.catalog.status import CatalogStatus
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.library_state import LibraryState
    from photofind.gui.status_line import StatusLine
    from photofind.gui.worker_link import WorkerLink


class StatusController(QObject):
    """Connects the line with what the catalog and the worker say."""

    model_chosen = Signal(str)
    """The person wants to know more about the model in use, and about better ones."""

    def __init__(
        self,
        line: StatusLine,
        link: WorkerLink,
        state: LibraryState,
        rounds: BackgroundCalls,
        reads: LibraryReads,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            reads: the catalog as `rounds` reads it.
        """
        super().__init__(parent)
        self._line = line
        self._model_key = ""
        self._rounds = rounds
        self._reads = reads
        line.model_requested.connect(self._explain_model)
        link.progressed.connect(line.show_progress)
        state.status_read.connect(self._show)

    def _show(self, status: CatalogStatus) -> None:
        self._line.show_photos(status.ready, status.offline)
        self._line.show_problems(status.problems)
        self._model_key = short_key(status.model or "")
        self._show_model(self._model_key)

    def _show_model(self, key: str) -> None:
        """Names the model that search uses, and says what it can't do."""
        for spec in registry.ALL:
            if spec.key == key:
                self._line.show_model(spec.title, known_in_words(spec.notice))
                return
        if key:
            read = partial(self._reads.imported_model, key)
            self._rounds.run(read, lambda told: self._line.show_model(*told))

    def _explain_model(self) -> None:
        if self._model_key:
            self.model_chosen.emit(self._model_key)
