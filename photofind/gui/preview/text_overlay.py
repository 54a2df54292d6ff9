"""Shows over a photo where text stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.texts import ReadLine


class TextOverlay:
    """The outlines of lines of text, and which one is where."""

    def __init__(self, lines: Sequence[ReadLine] = ()) -> None:
        self._lines = tuple(lines)

    def __bool__(self) -> bool:
        return bool(self._lines)

    def paint(self, painter: QPainter, place: QRectF, accent: QColor) -> None:
        """Paints outlines over a picture.

        Args:
            place: where the whole picture is.
        """
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(accent)
        fill.setAlpha(50)
        # Dark below light: seen on any picture.
        for colour, width in ((QColor(0, 0, 0, 130), 3.5), (accent, 1.5)):
            painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(fill if width < 2 else Qt.BrushStyle.NoBrush)
            for line in self._lines:
                painter.drawPolygon(_outline(line, place))

    def line_at(self, point: QPointF, place: QRectF) -> str:
        """The line of text at a point of the widget; "" for none."""
        for line in self._lines:
            if _outline(line, place).containsPoint(point, Qt.FillRule.OddEvenFill):
                return line.text
        return ""


def _outline(line: ReadLine, place: QRectF) -> QPolygonF:
    return QPolygonF(
        [
            QPointF(place.x() + x * place.width(), place.y() + y * place.height())
            for x, y in line.corners
        ]
    )
