"""The years beside the scroll bar: where in the grid each begins, and the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QWidget

from photofind.catalog.photos import NO_DATE

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.rows import GridRows
    from photofind.gui.grid.view import PhotoGridView

_WIDTH = 58
_LEAVE_MS = 500
_EPOCH = 1970


class YearMark(NamedTuple):
    """Where a year begins: its first row."""

    year: int
    row: int


class YearScrubber(QWidget):
    """Comes up while the pointer is at the scroll bar; a click or a drag leads to a year."""

    jumped = Signal(int)
    """To this row."""

    def __init__(self, view: PhotoGridView, model: PhotoGridModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = view
        self._model = model
        self._rows: GridRows | None = None
        self._marks: list[YearMark] = []
        self._hovered: YearMark | None = None
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Years"))
        self._leaving = QTimer(self)
        self._leaving.setSingleShot(True)
        self._leaving.setInterval(_LEAVE_MS)
        self._leaving.timeout.connect(self.hide)
        view.verticalScrollBar().installEventFilter(self)
        self.hide()

    @property
    def marks(self) -> list[YearMark]:
        """The years of the rows on show, in their order."""
        if self._rows is not self._model.rows:
            self._rows = self._model.rows
            self._marks = year_marks(self._rows)
        return self._marks

    def come_up(self) -> None:
        """Shows the years, if there are several."""
        self._leaving.stop()
        if len(self.marks) < 2 or self._view.verticalScrollBar().maximum() == 0:
            return
        parent = self.parentWidget()
        assert parent is not None
        bar = self._view.verticalScrollBar()
        corner = bar.mapTo(parent, bar.rect().topLeft())
        self.setGeometry(corner.x() - _WIDTH - 2, corner.y(), _WIDTH, bar.height())
        self.show()
        self.raise_()

    def place_of(self, mark: YearMark) -> int:
        """Where a year stands, in pixels from the upper edge."""
        rows = max(1, self._model.rowCount())
        return round(mark.row / rows * (self.height() - self._line())) + self._line() // 2

    def shown_marks(self) -> list[YearMark]:
        """The years that there is room for."""
        shown: list[YearMark] = []
        last = -self.height()
        for mark in self.marks:
            if (place := self.place_of(mark)) >= last + self._line():
                shown.append(mark)
                last = place
        return shown

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Enter:
            self.come_up()
        elif event.type() == QEvent.Type.Leave:
            self._leaving.start()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self.palette().color(QPalette.ColorRole.Window)
        ground.setAlpha(225)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), 8, 8)
        for mark in self.shown_marks():
            is_hovered = mark == self._hovered
            role = QPalette.ColorRole.Accent if is_hovered else QPalette.ColorRole.WindowText
            painter.setPen(self.palette().color(role))
            line = QRect(0, self.place_of(mark) - self._line() // 2, self.width(), self._line())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, str(mark.year))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._nearest(event.position().y())
        if event.buttons() & Qt.MouseButton.LeftButton and self._hovered is not None:
            self.jumped.emit(self._hovered.row)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        mark = self._nearest(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and mark is not None:
            self.jumped.emit(mark.row)

    def enterEvent(self, _event: QEvent) -> None:
        self._leaving.stop()

    def leaveEvent(self, _event: QEvent) -> None:
        self._hovered = None
        self._leaving.start()

    def _nearest(self, y: float) -> YearMark | None:
        marks = self.shown_marks()
        return min(marks, key=lambda mark: abs(self.place_of(mark) - y)) if marks else None

    def _line(self) -> int:
        return self.fontMetrics().height() + 2


def year_marks(rows: GridRows) -> list[YearMark]:
    """Where each year begins in rows sorted by date, either way; undated ones have none."""
    dated = np.flatnonzero(rows.taken_at_ms != NO_DATE)
    if not len(dated):
        return []
    dates = rows.taken_at_ms[dated].astype("datetime64[ms]").astype("datetime64[Y]")
    years = dates.astype(np.int64) + _EPOCH
    begins = np.flatnonzero(np.diff(years, prepend=years[0] - 1))
    return [YearMark(int(years[each]), int(dated[each])) for each in begins]
