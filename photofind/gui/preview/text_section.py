"""The text that was read in a photo, beside it: shown, copied, pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from photofind.gui.plain_text import PlainLabel

if TYPE_CHECKING:
    from photofind.catalog.texts import RecognisedText

_MOST_CHARACTERS = 600


class TextSection(QWidget):
    """Shows what was read and says what the person wants with it."""

    read_requested = Signal()
    copied = Signal(str)
    """This text is to be copied."""
    outlined = Signal(bool)
    """Whether the photo shows where the text stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found = ""
        self._is_reading = False
        self._text = PlainLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._read = _link(self.tr("Read the text in this photo"), self)
        self._copy = _link(self.tr("Copy"), self)
        self._outline = _link(self.tr("Show where (O)"), self)
        self._outline.setCheckable(True)
        links = QHBoxLayout()
        links.setContentsMargins(0, 0, 0, 0)
        links.setSpacing(16)
        links.addWidget(self._read)
        links.addWidget(self._copy)
        links.addWidget(self._outline)
        links.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._text)
        column.addLayout(links)
        self._read.clicked.connect(self._on_read)
        self._copy.clicked.connect(lambda: self.copied.emit(self._found))
        self._outline.toggled.connect(self._on_outline)
        self.show_text(None)

    @property
    def text(self) -> str:
        """What was read; "" for nothing."""
        return self._found

    def show_text(self, read: RecognisedText | None) -> None:
        """Shows what was read in a photo; None: it was not read yet."""
        self._found = "" if read is None else read.text
        shown = self._found
        if len(shown) > _MOST_CHARACTERS:
            shown = shown[:_MOST_CHARACTERS].rstrip() + " …"
        if read is None and self._is_reading:
            return
        self._is_reading = False
        self._text.setText(shown or self.tr("No text was found in this photo."))
        self._text.setVisible(read is not None)
        self._read.setVisible(read is None)
        self._copy.setVisible(bool(self._found))
        self._outline.setVisible(bool(self._found))

    def allow_reading(self) -> None:
        """It came to nothing: the person may ask again."""
        self._is_reading = False
        self.show_text(None)

    def forget_reading(self) -> None:
        """Another photo is shown."""
        self._is_reading = False

    def toggle_outline(self) -> None:
        """Shows or hides where the text stands."""
        if self._found:
            self._outline.toggle()

    def _on_outline(self, shown: bool) -> None:
        self._outline.setText(self.tr("Hide where (O)") if shown else self.tr("Show where (O)"))
        self.outlined.emit(shown)

    def _on_read(self) -> None:
        self._is_reading = True
        self._text.setText(self.tr("Reading the text…"))
        self._text.show()
        self._read.hide()
        self.read_requested.emit()


def _link(label: str, parent: QWidget) -> QPushButton:
    button = QPushButton(label, parent)
    button.setProperty("kind", "link")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
