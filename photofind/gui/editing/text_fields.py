"""Title and note of the photo on show: read as text, changed where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from photofind.catalog.editing import MOST_CHARACTERS
from photofind.domain import EditedField

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from photofind.domain import Photo, PhotoId

_NOTE_LINES = 6
_NOTE_MARGIN = 14


class TextFields(QWidget):
    """Says what the person wrote once they leave a field or press Enter; Escape takes it back."""

    titled = Signal(object, str)
    """PhotoId and the new title, "" for none."""
    noted = Signal(object, str)
    left = Signal()
    """The keyboard is wanted back by the photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = _TitleField(self)
        self._note = _NoteField(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._note)
        self._title.finished.connect(self.titled)
        self._note.finished.connect(self.noted)
        self._title.left.connect(self.left)
        self._note.left.connect(self.left)

    def show_photo(self, photo: Photo) -> None:
        """Shows title and note; a field that is being written in keeps what was typed, as long as
        it is the same photo."""
        self._title.show_words(photo.title or "", photo.id)
        self._note.show_words(photo.note, photo.id)


class _Written:
    """What a field holds, and what it held before it was written in.

    What was asked of the catalog before the new words were there may be answered after they were
    written, and would put the old ones back.
    """

    def __init__(self) -> None:
        self.words = ""
        self.about: PhotoId | None = None
        self._replaced: str | None = None

    def is_news(self, words: str, about: PhotoId) -> bool:
        if about != self.about or words == self.words:
            self._replaced = None
        return words != self._replaced

    def show(self, words: str, about: PhotoId) -> None:
        self.words, self.about = words, about

    def write(self, words: str) -> None:
        self._replaced, self.words = self.words, words


class _TitleField(QLineEdit):
    finished = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._written = _Written()
        self.setProperty("kind", "inline")
        self.setMaxLength(MOST_CHARACTERS[EditedField.TITLE])
        self.setPlaceholderText(self.tr("Add a title"))
        self.setAccessibleName(self.tr("Title"))

    def show_words(self, words: str, about: PhotoId) -> None:
        if self.hasFocus() and about == self._written.about:
            return
        self._finish()
        if not self._written.is_news(words, about):
            return
        self._written.show(words, about)
        self.setText(words)
        self.setCursorPosition(0)

    def _finish(self) -> None:
        words = self.text().strip()
        if words != self._written.words:
            self._written.write(words)
            self.finished.emit(self._written.about, words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._written.words)
            self.left.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._finish()
            self.left.emit()
        else:
            super().keyPressEvent(event)
            event.accept()  # arrows at the ends would walk to another photo

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._finish()


class _NoteField(QPlainTextEdit):
    finished = Signal(object, str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._written = _Written()
        self.setProperty("kind", "inline")
        self.setTabChangesFocus(True)
        self.setPlaceholderText(self.tr("Add a note"))
        self.setAccessibleName(self.tr("Note"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.textChanged.connect(self._fit)
        self._fit()

    def show_words(self, words: str, about: PhotoId) -> None:
        if self.hasFocus() and about == self._written.about:
            return
        self._finish()
        if not self._written.is_news(words, about):
            return
        self._written.show(words, about)
        if self.toPlainText() != words:
            self.setPlainText(words)

    def event(self, event: QEvent) -> bool:
        """Ctrl+Enter ends the note here, and opens no photo."""
        if event.type() is QEvent.Type.ShortcutOverride and _is_ctrl_enter(event):
            event.accept()
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(100, self.minimumHeight())

    def _fit(self) -> None:
        """As high as its lines, up to some."""
        lines = min(_NOTE_LINES, max(1, self.document().lineCount()))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + _NOTE_MARGIN)

    def _finish(self) -> None:
        words = self.toPlainText().strip()
        if words != self._written.words:
            self._written.write(words)
            self.finished.emit(self._written.about, words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setPlainText(self._written.words)
            self.left.emit()
        elif _is_ctrl_enter(event):
            self._finish()
            self.left.emit()
        else:
            super().keyPressEvent(event)
            event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._finish()


def _is_ctrl_enter(event: QEvent) -> bool:
    return (
        isinstance(event, QKeyEvent)
        and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    )
