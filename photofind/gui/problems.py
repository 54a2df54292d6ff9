"""Decides about problems: lists them, and has them tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.domain import Tried
from photofind.gui.problems_dialog import ProblemsDialog
from photofind.worker.description_messages import DescriptionProgress, RetryDescriptions
from photofind.worker.messages import RetryProblems

if TYPE_CHECKING:
    from photofind.domain import Problem
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.library_state import LibraryState
    from photofind.gui.window import MainWindow
    from photofind.gui.worker_link import WorkerLink


class ProblemsController(QObject):
    """Keeps the dialog up to date while it is shown."""

    reveal_requested = Signal(object)
    """The path of a file that the person wants to see in its folder."""

    def __init__(
        self,
        window: MainWindow,
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
        self._window = window
        self._link = link
        self._state = state
        self._rounds = rounds
        self._reads = reads
        self._dialog: ProblemsDialog | None = None
        self._describing = False
        self._not_described = 0
        window.status_line.problems_requested.connect(self.show)
        window.status_line.descriptions.reasons_requested.connect(self.show)
        link.described.connect(self._on_described)
        state.status_read.connect(self._refresh)
        state.indexing_changed.connect(self._refresh)

    def show(self) -> None:
        """Opens the dialog."""
        if self._dialog is None:
            self._dialog = ProblemsDialog(self._window)
            self._dialog.reveal_requested.connect(self.reveal_requested)
            self._dialog.retry_requested.connect(self._on_retry)
        self._read()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _on_retry(self) -> None:
        assert self._dialog is not None
        tried = self._dialog.tried
        if Tried.INDEX in tried:
            self._link.send(RetryProblems())
        if tried - {Tried.INDEX}:
            self._link.send(RetryDescriptions())

    def _on_described(self, event: object) -> None:
        if not isinstance(event, DescriptionProgress):
            return
        now = event.progress.total > 0, event.progress.failed
        if now != (self._describing, self._not_described):
            self._describing, self._not_described = now
            self._refresh()

    def _refresh(self) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._read()

    def _read(self) -> None:
        self._rounds.run(self._reads.problems, self._show)

    def _show(self, problems: list[Problem]) -> None:
        if self._dialog is not None:
            at_work = self._state.is_indexing or self._describing
            self._dialog.show_problems(problems, at_work=at_work)
