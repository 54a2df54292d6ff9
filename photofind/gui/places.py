"""Where a person can look: the library, its favourites, folders, tags and years, as a tree."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeySequence, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from photofind.catalog.places import Place, PlaceKind
from photofind.gui.icons import themed_icon
from photofind.gui.pacing import Throttler
from photofind.gui.plain_text import in_line, tooltip
from photofind.gui.wording import count, display_name, display_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QKeyEvent

    from photofind.catalog.places import Overview
    from photofind.catalog.searches import SavedSearch
    from photofind.domain import PhotofindError
    from photofind.gui.background_calls import BackgroundCalls
    from photofind.gui.browsing import BrowseController
    from photofind.gui.folders_panel import FoldersPanel
    from photofind.gui.library_reads import LibraryReads
    from photofind.gui.library_state import LibraryState
    from photofind.gui.problems import ProblemsController

logger = logging.getLogger(__name__)

_KEY = Qt.ItemDataRole.UserRole
"""The key of a row's place: Qt makes lists of tuples, and copies of the rest."""
_LEAST_HEIGHT = 28
_COUNT_MS = 5_000
"""Counting walks through all photos."""
EVERYTHING = "everything"
PROBLEMS = "problems"


class PlacesTree(QTreeWidget):
    """Shows the places with how many photos are there; says which one is wanted.

    Its height is that of its rows: it stands in something that scrolls.
    """

    everything_requested = Signal()
    problems_requested = Signal()
    place_requested = Signal(object)
    """A `Place`."""
    tag_requested = Signal(str)
    saved_requested = Signal(str)
    """What a saved search finds, by its name."""
    rename_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("places")
        self.setAccessibleName(self.tr("Places"))
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setIconSize(QSize(18, 18))
        self.setUniformRowHeights(True)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._items: dict[object, QTreeWidgetItem] = {}
        self._places: dict[str, object] = {}
        self._overview: Overview | None = None
        self._photos = self._problems = 0
        self._saved: tuple[SavedSearch, ...] = ()
        self._counts: dict[str, int | None] = {}
        self._opened: set[str] = set()
        self.itemClicked.connect(lambda item, _column: self._choose(item))
        self.itemActivated.connect(lambda item, _column: self._choose(item))
        self.itemExpanded.connect(self._on_opened)
        self.itemCollapsed.connect(self._on_closed)

    def opened(self) -> str:
        """Which rows are open, one a line."""
        return "\n".join(sorted(self._opened))

    def open_places(self, opened: str) -> None:
        """Opens these rows once they are there."""
        self._opened = set(opened.splitlines())
        for item in self._items.values():
            item.setExpanded(item.data(0, _KEY) in self._opened)
        self._fit()

    def show_overview(self, overview: Overview, photos: int, problems: int) -> None:
        """Shows other counts; what is open and chosen stays.

        Args:
            photos: how many there are in all.
            problems: how many files can't be searched.
        """
        shown = (overview, photos, problems)
        if shown != (self._overview, self._photos, self._problems):
            self._overview, self._photos, self._problems = shown
            self._show()

    def show_saved(self, searches: tuple[SavedSearch, ...]) -> None:
        """Shows other saved searches."""
        if searches != self._saved:
            self._saved = searches
            queries = {search.query for search in searches}
            self._counts = {
                query: number for query, number in self._counts.items() if query in queries
            }
            self._show()

    def show_saved_count(self, query: str, number: int | None) -> None:
        """Shows how many photos saved searches of this query find; None: they can't be answered."""
        self._counts[query] = number
        for search in self._saved:
            item = self._items.get(("saved", search.name))
            if search.query == query and item is not None:
                item.setText(1, "" if number is None else count(number))

    def open_saved(self) -> None:
        """Unfolds the saved searches, once there are any."""
        self._opened.add(repr("saved"))
        if (item := self._items.get("saved")) is not None:
            item.setExpanded(True)

    def _show(self) -> None:
        if self._overview is None:
            return
        overview, problems = self._overview, self._problems
        current = self.currentItem()
        chosen = None if current is None else current.data(0, _KEY)
        was_blocked = self.blockSignals(True)
        self.clear()
        self._items = {}
        counts = overview.counts
        self._add(None, EVERYTHING, self.tr("Library"), "photo", self._photos)
        for kind, text, icon in (
            (PlaceKind.FAVOURITES, self.tr("Favourites"), "heart"),
            (PlaceKind.RECENT, self.tr("Recently added"), "refresh"),
            (PlaceKind.ON_THIS_DAY, self.tr("On this day"), "calendar"),
            (PlaceKind.SCREENSHOTS, self.tr("Screenshots"), "text"),
        ):
            if kind is PlaceKind.FAVOURITES or counts.get(kind, 0):
                self._add(None, Place(kind), text, icon, counts.get(kind, 0))
        if problems:
            self._add(None, PROBLEMS, self.tr("Problems"), "info", problems)
        self._add_saved()
        self._add_folders(overview.folders)
        if overview.tags:
            tags = self._add(None, "tags", self.tr("Tags"), "tag", None)
            for label, number in overview.tags.items():
                self._add(tags, ("tag", label), label, "", number)
        if overview.years:
            years = self._add(None, "years", self.tr("Years"), "calendar", None)
            for year, number in overview.years.items():
                place = Place(PlaceKind.YEAR, year=year)
                self._add(years, place, str(year), "", number)
        for item in self._items.values():
            item.setExpanded(item.data(0, _KEY) in self._opened)
            if item.data(0, _KEY) == chosen:
                self.setCurrentItem(item)
        self.blockSignals(was_blocked)
        self._fit()

    def choose_none(self) -> None:
        """Something is shown that is no place."""
        self.setCurrentItem(None)  # type: ignore[call-overload]
        self.clearSelection()

    def _add_saved(self) -> None:
        if not self._saved:
            return
        top = self._add(None, "saved", self.tr("Saved searches"), "search", None)
        for search in self._saved:
            number = self._counts.get(search.query)
            item = self._add(top, ("saved", search.name), in_line(search.name), "", number)
            item.setToolTip(0, tooltip(in_line(search.query)))

    def _add_folders(self, folders: dict[Path, int]) -> None:
        """Roots first, then what lies in them; parents come before children by their order."""
        if not folders:
            return
        top = self._add(None, "folders", self.tr("Folders"), "folder", None)
        for folder, number in folders.items():
            parent = self._items.get(Place(PlaceKind.FOLDER, folder=folder.parent), top)
            place = Place(PlaceKind.FOLDER, folder=folder)
            item = self._add(parent, place, display_name(folder), "", number)
            item.setToolTip(0, tooltip(display_path(folder)))

    def _add(
        self,
        parent: QTreeWidgetItem | None,
        place: object,
        text: str,
        icon: str,
        number: int | None,
    ) -> QTreeWidgetItem:
        item = QTreeWidgetItem([text, "" if number is None else count(number)])
        key = repr(place)
        self._places[key] = place
        item.setData(0, _KEY, key)
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setForeground(1, self.palette().brush(QPalette.ColorRole.PlaceholderText))
        if icon:
            item.setIcon(0, themed_icon(icon, self.palette()))
        self._items[place] = item
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        return item

    def _choose(self, item: QTreeWidgetItem) -> None:
        match self._places[item.data(0, _KEY)]:
            case Place() as place:
                self.place_requested.emit(place)
            case ("tag", str(label)):
                self.tag_requested.emit(label)
            case ("saved", str(name)):
                self.saved_requested.emit(name)
            case place if place == EVERYTHING:
                self.everything_requested.emit()
            case place if place == PROBLEMS:
                self.problems_requested.emit()
            case _:
                item.setExpanded(not item.isExpanded())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        name = self._saved_name(self.currentItem())
        if name is not None and event.key() == Qt.Key.Key_F2:
            self.rename_requested.emit(name)
        elif name is not None and event.key() == Qt.Key.Key_Delete:
            self.remove_requested.emit(name)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        name = self._saved_name(item)
        if name is None or item is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, keys, signal in (
            (self.tr("&Search"), "", self.saved_requested),
            (self.tr("&Rename…"), "F2", self.rename_requested),
            (self.tr("Re&move"), "Del", self.remove_requested),
        ):
            action = menu.addAction(text)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(partial(_emit, signal, name))
        where = self.visualItemRect(item).bottomLeft() if by_key else event.pos()
        menu.popup(self.viewport().mapToGlobal(where))

    def _saved_name(self, item: QTreeWidgetItem | None) -> str | None:
        match None if item is None else self._places[item.data(0, _KEY)]:
            case ("saved", str(name)):
                return name
        return None

    def _on_opened(self, item: QTreeWidgetItem) -> None:
        self._opened.add(item.data(0, _KEY))
        self._fit()

    def _on_closed(self, item: QTreeWidgetItem) -> None:
        self._opened.discard(item.data(0, _KEY))
        self._fit()

    def _fit(self) -> None:
        rows = sum(1 for _ in self._visible_items())
        height = max(_LEAST_HEIGHT, self.sizeHintForRow(0)) if rows else 0
        self.setFixedHeight(rows * height + 4)

    def _visible_items(self) -> Iterable[QTreeWidgetItem]:
        item = self.topLevelItem(0)
        while item is not None:
            yield item
            item = self.itemBelow(item)


def _emit(signal: SignalInstance, name: str, _checked: bool = False) -> None:
    signal.emit(name)


class PlacesController(QObject):
    """Keeps the counts up to date while the places can be seen, and shows what is chosen there."""

    tag_requested = Signal(str)
    folder_shown = Signal(object)
    """A folder whose photos are shown, a Path."""

    def __init__(
        self,
        panel: FoldersPanel,
        browsing: BrowseController,
        state: LibraryState,
        problems: ProblemsController,
        rounds: BackgroundCalls,
        reads: LibraryReads,
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            reads: the catalog as `rounds` reads it.
        """
        super().__init__(parent)
        self._panel = panel
        self._places = panel.places
        self._browsing = browsing
        self._state = state
        self._rounds = rounds
        self._reads = reads
        self._stale = Throttler(_COUNT_MS, self)
        self._stale.triggered.connect(self._read)
        places = self._places
        places.everything_requested.connect(browsing.show_everything)
        places.problems_requested.connect(problems.show)
        places.place_requested.connect(self._show)
        places.tag_requested.connect(self.tag_requested)
        panel.show_requested.connect(self._show_folder)
        panel.opened.connect(self._read)
        state.status_read.connect(lambda _: self._stale.call())

    def _show(self, place: Place) -> None:
        self._browsing.show_place(place, self._name(place))

    def _show_folder(self, folder: Path) -> None:
        self._show(Place(PlaceKind.FOLDER, folder=folder))

    def _name(self, place: Place) -> str:
        match place:
            case Place(kind=PlaceKind.FAVOURITES):
                return self.tr("Favourites")
            case Place(kind=PlaceKind.RECENT):
                return self.tr("Recently added")
            case Place(kind=PlaceKind.ON_THIS_DAY):
                return self.tr("On this day")
            case Place(kind=PlaceKind.SCREENSHOTS):
                return self.tr("Screenshots")
            case Place(folder=Path() as folder):
                return display_name(folder)
            case _:
                return str(place.year)

    def _read(self) -> None:
        if self._panel.isVisible():
            self._rounds.run(self._reads.overview, self._on_read, self._on_refused)

    def _on_read(self, overview: Overview) -> None:
        status = self._state.status
        if status is not None:
            problems = status.failed + status.preview_only + status.closed_folders
            self._places.show_overview(overview, status.ready, problems)

    def _on_refused(self, error: PhotofindError) -> None:
        logger.info("the places can't be counted: %s", error.code)
