"""Remembers what was searched for, and offers it again in the menu."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from photofind.catalog.recent_searches import read_recent_searches
from photofind.domain import QueryError
from photofind.gui.plain_text import in_line, unaccelerated
from photofind.search.query import parse
from photofind.worker.messages import ForgetSearches, RememberSearch

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.settings_store import SettingsStore
    from photofind.gui.worker_link import WorkerLink
    from photofind.paths import AppFolders
    from photofind.settings import Settings

_MOST_IN_MENU = 12
_MOST_CHARACTERS = 60


class SearchHistory(QObject):
    """The recent searches as the window knows them; the worker keeps them."""

    search_requested = Signal(str)
    """A query to be typed for the person."""
    changed = Signal(object)
    """The recent searches as they are now, the last one first."""

    def __init__(
        self,
        folders: AppFolders,
        link: WorkerLink,
        calls: BackgroundCalls,
        store: SettingsStore,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folders = folders
        self._link = link
        self._calls = calls
        self._store = store
        self._queries: tuple[str, ...] = ()
        self._menu: QMenu | None = None
        link.recent_searches_changed.connect(self.read)
        store.changed.connect(self._show_settings)

    def read(self) -> None:
        """Reads them anew."""
        self._calls.run(lambda: tuple(read_recent_searches(self._folders)), self._take)

    def remember(self, query: str) -> None:
        """The person has looked at what a query finds."""
        query = query.strip()
        if not self._store.settings.remembers_searches or query in {"", *self._queries[:1]}:
            return
        try:
            parse(query)
        except QueryError:
            return
        self._take((query, *(each for each in self._queries if each != query)))
        self._link.send(RememberSearch(query=query))

    def forget_all(self) -> None:
        """Nothing of them is kept."""
        self._take(())
        self._link.send(ForgetSearches())

    def fill(self, menu: QMenu) -> None:
        """Makes a menu of them, anew whenever it opens."""
        self._menu = menu
        menu.aboutToShow.connect(self._show_menu)
        self._show_menu()

    def _show_menu(self) -> None:
        menu = self._menu
        assert menu is not None
        menu.clear()
        for query in self._queries[:_MOST_IN_MENU]:
            line = in_line(query)
            short = line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}…"
            run = partial(self._run, query)
            menu.addAction(unaccelerated(short)).triggered.connect(run)
        if not self._queries:
            menu.addAction(self.tr("No recent searches")).setEnabled(False)
        menu.addSeparator()
        remembers = menu.addAction(self.tr("&Remember searches"))
        remembers.setCheckable(True)
        remembers.setChecked(self._store.settings.remembers_searches)
        remembers.triggered.connect(self._choose)
        forget = menu.addAction(self.tr("&Forget them"))
        forget.setEnabled(bool(self._queries))
        forget.triggered.connect(lambda _checked: self.forget_all())

    def _run(self, query: str, _checked: bool = False) -> None:
        self.search_requested.emit(query)

    def _choose(self, remembers: bool) -> None:
        self._store.choose_now(remembers_searches=remembers)

    def _show_settings(self, settings: Settings) -> None:
        if not settings.remembers_searches:
            self._take(())

    def _take(self, queries: tuple[str, ...]) -> None:
        if queries != self._queries:
            self._queries = queries
            self.changed.emit(queries)
