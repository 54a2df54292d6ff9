"""Keeps searches under a name, shows how many photos each finds, and runs them."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QUndoCommand

from photofind.gui.pacing import Throttler
from photofind.gui.saved_search_dialog import SavedSearchDialog
from photofind.gui.translation import in_words
from photofind.search.query import with_absolute_paths
from photofind.worker.messages import RemoveSavedSearch, RenameSavedSearch, SaveSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QUndoStack

    from photofind.catalog.searches import SavedSearch
    from photofind.domain import PhotofindError
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.library_state import LibraryState
    from photofind.gui.searching import Searcher
    from photofind.gui.window import MainWindow
    from photofind.gui.worker_link import WorkerLink
    from photofind.worker.wire import BaseCommand, Done

logger = logging.getLogger(__name__)

_COUNT_MS = 5_000
"""Every count is a search."""


class SavedSearchesController(QObject):
    """Connects the saved searches of the sidebar with the worker and with searching."""

    search_requested = Signal(str)
    """A query to be typed for the person."""
    told = Signal(str)
    """Something the person should know."""
    kept = Signal(str)
    """A search was saved: a sentence for people."""
    changed = Signal(object)
    """The saved searches as they are now."""

    def __init__(
        self,
        window: MainWindow,
        link: WorkerLink,
        searcher: Searcher,
        state: LibraryState,
        calls: BackgroundCalls,
        reads: LibraryReads,
        stack: QUndoStack,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            reads: the catalog as `calls` reads it.
            stack: where steps go that can be undone.
        """
        super().__init__(parent)
        self._window = window
        self._panel = window.folders_panel
        self._places = window.folders_panel.places
        self._link = link
        self._searcher = searcher
        self._calls = calls
        self._reads = reads
        self._stack = stack
        self._searches: tuple[SavedSearch, ...] = ()
        self._dialog: SavedSearchDialog | None = None
        self._stale = Throttler(_COUNT_MS, self)
        self._stale.triggered.connect(self._read_if_seen)
        places = self._places
        places.saved_requested.connect(self._run)
        places.rename_requested.connect(self.rename)
        places.remove_requested.connect(self.remove)
        searcher.counted.connect(self._places.show_saved_count)
        link.saved_searches_changed.connect(self.read)
        self._panel.opened.connect(self.read)
        state.status_read.connect(lambda _: self._stale.call())

    @property
    def dialog(self) -> SavedSearchDialog | None:
        """The one that is open."""
        return self._dialog

    def read(self) -> None:
        """Reads the list anew, and counts what each of them finds."""
        self._calls.run(self._reads.saved_searches, self._on_read, self._on_refused)

    def save(self, query: str) -> None:
        """Asks for a name and keeps a query under it."""
        query = with_absolute_paths(query.strip())
        if not query:
            return

        def ask(searches: list[SavedSearch]) -> None:
            self._on_read(searches)
            known = next((each for each in searches if each.query == query), None)
            if known is not None:
                self.kept.emit(self.tr("This search is saved as “{name}”.").format(name=known.name))
                return
            taken = [each.name for each in searches]
            self._ask(self.tr("Save this search"), query, query, taken, partial(self._keep, query))

        self._calls.run(self._reads.saved_searches, ask)

    def rename(self, name: str) -> None:
        """Asks for another name of a saved search."""
        search = self._find(name)
        if search is not None:
            taken = [each.name for each in self._searches if each.name != name]
            title = self.tr("Rename saved search")
            self._ask(title, search.query, name, taken, partial(self._rename, name))

    def remove(self, name: str) -> None:
        """Removes a saved search, which can be undone."""
        search = self._find(name)
        if search is not None:
            self._push(
                self.tr("removal of “{name}”").format(name=name),
                RemoveSavedSearch(name=name),
                SaveSearch(name=name, query=search.query),
            )

    def _keep(self, query: str, name: str) -> None:
        self._places.open_saved()
        self._push(
            self.tr("saving of “{name}”").format(name=name),
            SaveSearch(name=name, query=query),
            RemoveSavedSearch(name=name),
        )
        if self._panel.isHidden():
            said = self.tr("Saved as “{name}”, under Saved searches in the folders panel (Ctrl+B).")
            self.kept.emit(said.format(name=name))

    def _rename(self, name: str, new_name: str) -> None:
        if new_name != name:
            self._push(
                self.tr("new name of “{name}”").format(name=name),
                RenameSavedSearch(name=name, new_name=new_name),
                RenameSavedSearch(name=new_name, new_name=name),
            )

    def _run(self, name: str) -> None:
        search = self._find(name)
        if search is not None:
            self.search_requested.emit(search.query)

    def _find(self, name: str) -> SavedSearch | None:
        return next((each for each in self._searches if each.name == name), None)

    def _ask(
        self, title: str, query: str, name: str, taken: Sequence[str], named: Callable[[str], None]
    ) -> None:
        if self._dialog is not None:
            self._dialog.close()
        dialog = SavedSearchDialog(title, query, name, taken, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.named.connect(named)
        dialog.finished.connect(self._forget_dialog)
        self._dialog = dialog
        dialog.open()

    def _forget_dialog(self) -> None:
        self._dialog = None

    def _push(self, step: str, does: BaseCommand[Done], undoes: BaseCommand[Done]) -> None:
        self._stack.push(_Step(step, does, undoes, self._send))

    def _send(self, command: BaseCommand[Done], refused: Callable[[], None]) -> None:
        def on_refused(error: PhotofindError) -> None:
            refused()
            self.told.emit(in_words(error.sentence))

        self._link.send(command, None, on_refused)

    def _read_if_seen(self) -> None:
        if self._panel.isVisible():
            self.read()

    def _on_read(self, searches: list[SavedSearch]) -> None:
        self._searches = tuple(searches)
        self._places.show_saved(self._searches)
        self.changed.emit(self._searches)
        if self._panel.isVisible():
            self._searcher.count([each.query for each in searches])

    def _on_refused(self, error: PhotofindError) -> None:
        logger.info("the saved searches can't be read: %s", error.code)


class _Step(QUndoCommand):
    """One step of the history: a command to the worker, and the one that takes it back."""

    def __init__(
        self,
        name: str,
        does: BaseCommand[Done],
        undoes: BaseCommand[Done],
        send: Callable[[BaseCommand[Done], Callable[[], None]], None],
    ) -> None:
        super().__init__(name)
        self._does = does
        self._undoes = undoes
        self._send = send

    def redo(self) -> None:
        self._send(self._does, self._on_refused)

    def undo(self) -> None:
        self._send(self._undoes, self._on_refused)

    def _on_refused(self) -> None:
        self.setObsolete(True)
