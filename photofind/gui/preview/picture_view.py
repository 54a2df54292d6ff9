"""Shows one picture as large as it fits; the wheel zooms, dragging moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from photofind.gui.icons import draw_icon
from photofind.gui.plain_text import tooltip
from photofind.gui.preview.text_overlay import TextOverlay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.texts import ReadLine

_MOST_ZOOM = 8.0
_MOST_ENLARGED = 2.0
"""Small pictures are blown up this much by themselves, not to the size of the window."""
_STEP = 1.25
_WHEEL_STEP = 120
_MARGIN = 24
_ICON_PX = 72
_NOTE_AIR = 10


class PictureView(QWidget):
    """Paints a pixmap. A sharper one of the same photo takes its place without a jump."""

    text_picked = Signal(str)
    """A line of text in the photo that the person clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = TextOverlay()
        self._outlines = False
        self._pixmap: QPixmap | None = None
        self._full_size = QSize()
        self._message = ""
        self._zoom = 1.0
        self._middle = QPointF(0.5, 0.5)
        self._dragged_from: QPoint | None = None
        self.setMinimumSize(120, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def has_picture(self) -> bool:
        return self._pixmap is not None

    @property
    def zoom(self) -> float:
        """1 means: the whole picture fits."""
        return self._zoom

    def show_picture(self, pixmap: QPixmap | None, full_size: QSize) -> None:
        """Shows another photo, fitted.

        Args:
            pixmap: None while there is nothing to show yet.
            full_size: the photo's own pixels; small photos are not blown up.
        """
        self._zoom = 1.0
        self._middle = QPointF(0.5, 0.5)
        self._full_size = full_size
        self._message = ""
        self._pixmap = pixmap
        self.unsetCursor()
        self.update()

    def sharpen(self, pixmap: QPixmap) -> None:
        """Shows the same photo in more detail, as it is zoomed and moved now."""
        self._pixmap = pixmap
        self._message = ""
        if self._full_size.isEmpty():
            self._full_size = pixmap.size()
        self.update()

    @property
    def problem(self) -> str:
        """What is said over the picture; "" for nothing."""
        return self._message

    def show_problem(self, problem: str) -> None:
        """Says why there is no picture, or none better than the one on show."""
        self._message = problem
        self.update()

    def set_text(self, lines: Sequence[ReadLine]) -> None:
        """What stands where in the photo; shown only with outlines."""
        self._text = TextOverlay(lines)
        self.update()

    def show_outlines(self, shown: bool) -> None:
        """Shows or hides where text stands; then a click takes a line of it."""
        self._outlines = shown
        self.setMouseTracking(shown)
        self.update()

    def zoom_by(self, steps: float, at: QPointF | None = None) -> None:
        """Zooms in (positive) or out around a point of the widget, its middle by default."""
        if self._pixmap is None:
            return
        before = self._place()
        anchor = at or QPointF(self.rect().center())
        share = QPointF(
            (anchor.x() - before.x()) / before.width(), (anchor.y() - before.y()) / before.height()
        )
        self._zoom = min(_MOST_ZOOM, max(1.0, self._zoom * _STEP**steps))
        size = self._fitted() * self._zoom
        middle = QPointF(self.rect().center())
        self._middle = QPointF(
            share.x() - (anchor.x() - middle.x()) / size.width(),
            share.y() - (anchor.y() - middle.y()) / size.height(),
        )
        self._keep_inside()

    def reset_zoom(self) -> None:
        self._zoom = 1.0
        self._keep_inside()

    def _fitted(self) -> QSizeF:
        """The picture's size at zoom 1, device-independent pixels."""
        assert self._pixmap is not None
        room = QSizeF(self.size()) - QSizeF(2 * _MARGIN, 2 * _MARGIN)
        natural = QSizeF(self._pixmap.size()) / self._pixmap.devicePixelRatio()
        if not self._full_size.isEmpty():
            natural = natural.scaled(
                QSizeF(self._full_size) * (_MOST_ENLARGED / self.devicePixelRatioF()),
                Qt.AspectRatioMode.KeepAspectRatio,
            )
        if natural.width() <= room.width() and natural.height() <= room.height():
            return natural
        return natural.scaled(room.expandedTo(QSizeF(1, 1)), Qt.AspectRatioMode.KeepAspectRatio)

    def _place(self) -> QRectF:
        size = self._fitted() * self._zoom
        middle = QPointF(self.rect().center())
        corner = middle - QPointF(self._middle.x() * size.width(), self._middle.y() * size.height())
        return QRectF(corner, size)

    def _keep_inside(self) -> None:
        """A picture smaller than the widget stays centred; a larger one has no empty edge."""
        if self._pixmap is None:
            return
        size = self._fitted() * self._zoom

        def clamp(middle: float, length: float, room: float) -> float:
            if length <= room:
                return 0.5
            reach = room / length / 2
            return min(1 - reach, max(reach, middle))

        self._middle = QPointF(
            clamp(self._middle.x(), size.width(), self.width()),
            clamp(self._middle.y(), size.height(), self.height()),
        )
        if self._zoom > 1:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixmap is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self._place(), self._pixmap, QRectF(self._pixmap.rect()))
            if self._outlines and self._text:
                accent = self.palette().color(QPalette.ColorRole.Highlight)
                self._text.paint(painter, self._place(), accent)
            if self._message:
                self._paint_note(painter)
        elif self._message:
            self._paint_message(painter)
        painter.end()

    def _paint_note(self, painter: QPainter) -> None:
        """The problem on a strip over the lower edge of the picture."""
        room = self.rect().adjusted(_MARGIN, 0, -_MARGIN, -_MARGIN)
        flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
        words = painter.fontMetrics().boundingRect(room, flags, self._message)
        strip = words.adjusted(-_NOTE_AIR, -_NOTE_AIR, _NOTE_AIR, _NOTE_AIR)
        strip.moveBottom(self.rect().bottom() - _MARGIN)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 190))
        painter.drawRoundedRect(strip, _NOTE_AIR, _NOTE_AIR)
        painter.setPen(Qt.GlobalColor.white)
        painter.drawText(strip, flags, self._message)

    def _paint_message(self, painter: QPainter) -> None:
        faint = self.palette().color(QPalette.ColorRole.PlaceholderText)
        icon = draw_icon("photo-broken", faint, _ICON_PX, self.devicePixelRatioF())
        middle = self.rect().center()
        painter.drawPixmap(middle - QPoint(_ICON_PX // 2, _ICON_PX), icon)
        painter.setPen(faint)
        room = self.rect().adjusted(_MARGIN, 0, -_MARGIN, 0)
        room.setTop(middle.y() + _MARGIN)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), self._message)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_inside()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / _WHEEL_STEP
        if steps:
            self.zoom_by(steps, event.position())
        event.accept()

    def _line_at(self, point: QPointF) -> str:
        if self._pixmap is None or not self._outlines:
            return ""
        return self._text.line_at(point, self._place())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and line:
            self.text_picked.emit(line)
            QToolTip.showText(
                event.globalPosition().toPoint(),
                tooltip(self.tr("Copied: {text}").format(text=line)),
                self,
            )
            return
        if event.button() == Qt.MouseButton.LeftButton and self._zoom > 1:
            self._dragged_from = event.position().toPoint()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is None:
            line = self._line_at(event.position())
            QToolTip.showText(event.globalPosition().toPoint(), tooltip(line), self)
            return
        here = event.position().toPoint()
        moved = here - self._dragged_from
        self._dragged_from = here
        size = self._fitted() * self._zoom
        self._middle -= QPointF(moved.x() / size.width(), moved.y() / size.height())
        self._keep_inside()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._dragged_from = None
        self._keep_inside()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zooms to the detail under the pointer, and back."""
        if self._zoom > 1:
            self.reset_zoom()
        else:
            self.zoom_by(4, event.position())
