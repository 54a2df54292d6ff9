"""The grid's view: a list view whose geometry is arithmetic, so 100,000 rows open at once."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from photofind.gui.grid.delegate import GAP, PhotoDelegate
from photofind.gui.grid.rows import runs_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from photofind.domain import ContentId, PhotoId
    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache

_BATCH = 2000
"""Rows laid out before the first paint; the rest follows between events."""
_EDGE = 10
_END_ROOM = 12
_TYPING_S = 0.6
"""Keys that follow each other as fast as that are a word."""
_WHEEL_STEP = 120
_OPEN_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
_PLAIN = Qt.KeyboardModifier.NoModifier
_TYPING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


@dataclass(frozen=True, slots=True)
class _Held:
    """What stays where it is.

    Attributes:
        share: how much of its line is above the edge.
        value: of the scroll bar, as long as the person doesn't scroll.
    """

    photo_id: PhotoId
    share: float
    value: int


class PhotoGridView(QListView):
    """Shows the photos and says what the person did with them."""

    open_requested = Signal(int)
    """Enter, Space or a double click on this row."""
    menu_requested = Signal(QPoint)
    """The context menu, at this global position."""
    typed = Signal(str)
    """Text typed while the grid has the keyboard."""
    letters_taken = Signal(int)
    """So many keys that acted on photos were the beginning of a word that is being typed."""
    left_upwards = Signal()
    """Up from the first line of photos."""
    zoom_requested = Signal(int)
    """Steps larger (positive) or smaller."""
    sight_changed = Signal()
    """Other rows are in sight, or cells have another size."""

    def __init__(
        self, model: PhotoGridModel, pictures: PixmapCache, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._grid_model = model
        self._photo_px = 200
        self._columns = 1
        self._laid_out_to = 0
        self._footer: QWidget | None = None
        self._held: _Held | None = None
        self._letters = ""
        self._letter_at_s = 0.0
        self._delegate = PhotoDelegate(model, pictures, self)
        self.setObjectName("grid")
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        # List mode lays out twice as fast as icon mode and never moves items about.
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(_BATCH)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionRectVisible(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setViewportMargins(_EDGE, 0, 0, 0)
        self.setAccessibleName(self.tr("Photos"))
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        model.modelReset.connect(self._on_reset)
        model.rowsInserted.connect(self.sight_changed)
        model.rowsRemoved.connect(self.sight_changed)

    # What the controllers ask

    @property
    def photo_px(self) -> int:
        """The wished size of a photo; cells are stretched a little to fill the width."""
        return self._photo_px

    def set_photo_px(self, photo_px: int) -> None:
        """Changes the size and keeps the same photos in sight."""
        if photo_px == self._photo_px:
            return
        with self.anchored():
            self._photo_px = photo_px
            self._fit_cells()
        self.sight_changed.emit()

    def picture_side(self) -> int:
        """Device pixels of one cell's picture."""
        cell = self.gridSize()
        side = min(cell.width(), cell.height()) - GAP
        return max(1, round(side * self.devicePixelRatioF()))

    def rows_in_sight(self) -> range:
        """The rows that are at least partly visible."""
        height = max(1, self.gridSize().height())
        top = self.verticalScrollBar().value() // height
        bottom = (self.verticalScrollBar().value() + self.viewport().height()) // height
        count = self._grid_model.rowCount()
        return range(min(top * self._columns, count), min((bottom + 1) * self._columns, count))

    def current_row(self) -> int | None:
        """The row with the keyboard."""
        index = self.currentIndex()
        return index.row() if index.isValid() else None

    def selected_rows(self) -> list[int]:
        """The chosen rows in order."""
        chosen = self.selectionModel().selection()
        runs = [chosen.at(place) for place in range(chosen.count())]
        spans = sorted((run.top(), run.bottom()) for run in runs)
        return [row for first, last in spans for row in range(first, last + 1)]

    def selected_count(self) -> int:
        """How many rows are chosen; counts runs of them, for there may be 100,000."""
        chosen = self.selectionModel().selection()
        return sum(chosen.at(place).height() for place in range(chosen.count()))

    def selected_photos(self) -> list[PhotoId]:
        """The chosen photos in the grid's order."""
        return [self._grid_model.photo_id(row) for row in self.selected_rows()]

    def select_row(self, row: int) -> None:
        """Makes one row current and the only one chosen, and brings it in sight."""
        index = self._grid_model.index(row)
        self.selectionModel().setCurrentIndex(
            index, QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.scroll_to_row(row)

    def select_photos(self, photo_ids: Sequence[PhotoId], current: PhotoId | None) -> None:
        """Chooses photos by identifier, without scrolling."""
        selection = QItemSelection()
        rows, index = self._grid_model.rows, self._grid_model.index
        for first, last in runs_of(np.isin(rows.photo_ids, photo_ids)):
            selection.select(index(first), index(last))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        if current is not None and (row := rows.find(current)) is not None:
            self.selectionModel().setCurrentIndex(self._grid_model.index(row), flags.NoUpdate)

    def scroll_to_row(self, row: int) -> None:
        """Scrolls as little as needed to show a row whole."""
        height = self.gridSize().height()
        top = row // self._columns * height
        bar = self.verticalScrollBar()
        if top < bar.value():
            bar.setValue(top)
        elif top + height > bar.value() + self.viewport().height():
            bar.setValue(top + height - self.viewport().height())

    def repaint_content(self, content_id: ContentId) -> None:
        """Paints the cells in sight that show this content anew."""
        sight = self.rows_in_sight()
        contents = self._grid_model.rows.content_ids[sight.start : sight.stop]
        for place in np.flatnonzero(contents == content_id):
            self.update(self._grid_model.index(sight.start + int(place)))

    def set_footer(self, footer: QWidget) -> None:
        """Puts a widget below the last row; it scrolls with the photos."""
        footer.setParent(self.viewport())
        self._footer = footer
        self.updateGeometries()

    @contextmanager
    def anchored(self) -> Iterator[None]:
        """Keeps the photo at the top in its place while rows come and go and cells change their
        size. The same photo is held until the person scrolls: a panel that comes and goes leaves
        everything where it was.

        At the very top nothing is held.
        """
        bar = self.verticalScrollBar()
        held = self._held
        if held is None or held.value != bar.value():
            held = self._hold()
        yield
        row_now = None if held is None else self._grid_model.rows.find(held.photo_id)
        if held is None or row_now is None:
            self._held = None
            self.doItemsLayout()
            return
        self._laid_out_to = row_now + _BATCH // 4
        self.doItemsLayout()
        self._laid_out_to = 0
        new_height = max(1, self.gridSize().height())
        bar.setValue(round((row_now // self._columns + held.share) * new_height))
        self._held = replace(held, value=bar.value())

    def _hold(self) -> _Held | None:
        value = self.verticalScrollBar().value()
        height = max(1, self.gridSize().height())
        row = value // height * self._columns
        if value == 0 or row >= self._grid_model.rowCount():
            return None
        return _Held(self._grid_model.photo_id(row), (value % height) / height, value)

    def would_move(self, photo_ids: NDArray[np.int64]) -> bool:
        """Whether what is in sight would lie elsewhere if these were the photos, int64 [n].

        Not if a photo in sight is gone: that has to be seen. At the top, photos that come in above
        would push the others down.
        """
        if self.verticalScrollBar().maximum() == 0:
            return False
        sight = self.rows_in_sight()
        seen = self._grid_model.rows.photo_ids[sight.start : sight.stop]
        if not len(seen) or not np.isin(seen, photo_ids).all():
            return False
        first = int(np.flatnonzero(photo_ids == seen[0])[0])
        if not np.array_equal(photo_ids[first : first + len(seen)], seen):
            return True
        if self.verticalScrollBar().value() == 0:
            return first != sight.start
        return first % self._columns != sight.start % self._columns

    def top_photo(self) -> PhotoId | None:
        """The first photo in sight; None at the very top."""
        held = self._hold()
        return None if held is None else held.photo_id

    def scroll_to_top(self, row: int) -> None:
        """Scrolls so that a row is the first in sight."""
        self._laid_out_to = row + _BATCH // 4
        self.doItemsLayout()
        self._laid_out_to = 0
        self.verticalScrollBar().setValue(row // self._columns * self.gridSize().height())

    # Geometry

    def _fit_cells(self) -> None:
        width = max(1, self.viewport().width())
        self._columns = max(1, round(width / (self._photo_px + GAP)))
        cell = (width - 1) // self._columns  # a line filled to its last pixel would be wrapped
        size = QSize(cell, cell)
        if size != self.gridSize():
            self._delegate.set_cell(size)
            self.setGridSize(size)

    def _content_height(self) -> int:
        lines = -(-self._grid_model.rowCount() // self._columns)
        return lines * self.gridSize().height()

    def doItemsLayout(self) -> None:
        """Lays out the rows in sight before anything is painted, however deep they are."""
        needed = max(self.rows_in_sight().stop + _BATCH // 4, self._laid_out_to)
        self.setBatchSize(max(_BATCH, needed))
        super().doItemsLayout()
        last = self._grid_model.index(min(needed, self._grid_model.rowCount()) - _BATCH // 4)
        if self.visualRect(last).isValid():  # else a batch is going on, and the next does this
            self.setBatchSize(_BATCH)

    def updateGeometries(self) -> None:
        """The scroll range comes from arithmetic: the rows laid out so far would cut it off
        and throw the person back to the top."""
        bar = self.verticalScrollBar()
        value = bar.value()
        was_blocked = bar.blockSignals(True)
        super().updateGeometries()
        height = self.viewport().height()
        footer = 0
        if self._footer is not None and not self._footer.isHidden():
            footer = self._footer.sizeHint().height()
        room = self._content_height() + footer + _END_ROOM
        bar.setRange(0, max(0, room - height))
        bar.setEnabled(bar.maximum() > 0)
        bar.setPageStep(height)
        bar.setSingleStep(max(1, self.gridSize().height() // 3))
        bar.setValue(value)
        bar.blockSignals(was_blocked)
        if bar.value() != value:
            bar.valueChanged.emit(bar.value())
        self._place_footer()

    def _place_footer(self) -> None:
        if self._footer is None:
            return
        hint = self._footer.sizeHint()
        top = self._content_height() - self.verticalScrollBar().value()
        self._footer.setGeometry(0, top, self.viewport().width() - _EDGE, hint.height())

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        with self.anchored():
            self._fit_cells()
            super().resizeEvent(event)
        self.sight_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.current_row()
        if event.key() in _OPEN_KEYS and event.modifiers() in {
            _PLAIN,
            Qt.KeyboardModifier.KeypadModifier,
        }:
            if row is not None:
                self.open_requested.emit(row)
            return
        if event.key() == Qt.Key.Key_Up and (row is None or row < self._columns):
            self.left_upwards.emit()
            return
        text = event.text()
        if text.isprintable() and text and not event.modifiers() & ~_TYPING:
            letters = self._letters if self._is_typing_on() else ""
            self._letters = ""
            if letters:
                self.letters_taken.emit(len(letters))
            self.typed.emit(letters + text)
            return
        super().keyPressEvent(event)

    def remember_letter(self, letter: str) -> None:
        """A key acted on photos; it may turn out to be the beginning of a word."""
        self._letters = self._letters + letter if self._is_typing_on() else letter
        self._letter_at_s = time.monotonic()

    def _is_typing_on(self) -> bool:
        return time.monotonic() - self._letter_at_s < _TYPING_S

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.BackButton:
            event.ignore()  # the window goes back
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.open_requested.emit(index.row())
            return
        super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button chooses the photo under it; the Menu key uses the current one."""
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            if not index.isValid():
                return
            self.scroll_to_row(index.row())
            position = self.viewport().mapToGlobal(self.visualRect(index).center())
        else:
            index = self.indexAt(event.pos())
            position = event.globalPos()
        if not index.isValid():
            return
        if not self.selectionModel().isSelected(index):
            self.select_row(index.row())
        self.menu_requested.emit(position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            steps = event.angleDelta().y() / _WHEEL_STEP
            if steps:
                self.zoom_requested.emit(1 if steps > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def _on_scrolled(self) -> None:
        self._place_footer()
        self.sight_changed.emit()

    def _on_reset(self) -> None:
        self.verticalScrollBar().setValue(0)
        self.sight_changed.emit()
