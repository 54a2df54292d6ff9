"""Labels: one line that is shortened to fit, and paragraphs that wrap."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QStyle, QWidget

from photofind.gui.plain_text import PlainLabel, tooltip


class ElidedLabel(PlainLabel):
    """Shows as much of its text as fits; the whole of it is its tooltip while shortened."""

    def __init__(self, text: str, mode: Qt.TextElideMode, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._mode = mode

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + 2, super().sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:  # what is cut off can be read after all
            fits = self.sizeHint().width() <= self.contentsRect().width()
            self.setToolTip("" if fits else tooltip(self.text()))
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        self.style().drawItemText(
            painter,
            room,
            QStyle.visualAlignment(self.layoutDirection(), self.alignment()),
            self.palette(),
            self.isEnabled(),
            shown,
            QPalette.ColorRole.WindowText,
        )
        painter.end()


def paragraph(
    parent: QWidget, text: str, width_px: int, *, name: str = "", tone: str = ""
) -> PlainLabel:
    """Plain text that wraps, and that a dialog gives enough height.

    Args:
        name, tone: selectors for the style sheet.
    """
    label = PlainLabel(text, parent)
    label.setObjectName(name)
    label.setProperty("tone", tone)
    label.setWordWrap(True)
    label.setFixedWidth(width_px)
    # Qt sizes a dialog before it has asked its labels how high they get.
    label.ensurePolished()
    label.setMinimumHeight(max(0, label.heightForWidth(width_px)))
    return label
