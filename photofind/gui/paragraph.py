"""A few sentences in a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def paragraph(
    parent: QWidget, text: str, width_px: int, *, name: str = "", tone: str = ""
) -> QLabel:
    """Plain text, broken into lines, that the dialog leaves enough room for.

    Args:
        name, tone: what the style sheet knows it by.
    """
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setProperty("tone", tone)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setFixedWidth(width_px)
    # Qt sizes a dialog before it has asked its labels how high they get.
    label.ensurePolished()
    label.setMinimumHeight(max(0, label.heightForWidth(width_px)))
    return label
