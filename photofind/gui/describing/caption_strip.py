"""The captions of a photo, below it: read, corrected, accepted, thrown away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.describing.field import Field
from photofind.gui.icons import IconLabel
from photofind.gui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.catalog.texts import CaptionRow
    from photofind.domain import TextId

_MOST_SHOWN = 4
"""Captions below a photo, the person's own first: one a model, and nobody has many."""
_SIDE_PX = 18


class CaptionLine(QFrame):
    """One caption, with what can be done about it."""

    edited = Signal(object, str)
    accepted = Signal(object)
    deleted = Signal(object)
    again_requested = Signal(str)
    """Catalog key of the model that is to write again."""
    closed = Signal()
    """Editing is over; the keyboard may go back."""

    def __init__(self, caption: CaptionRow, model: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("captionLine")
        self._caption = caption
        sign = IconLabel("accept" if caption.is_own else "describe", _SIDE_PX, parent=self)
        self._text = PlainLabel(self)
        self._text.setText(caption.text)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setProperty("textStyle", "caption")
        note = PlainLabel(self._note(model), self)
        note.setProperty("tone", "faint")
        self._note_label = note
        self._field = Field(caption.text, self)
        self._field.setAccessibleName(self.tr("Caption"))
        self._field.hide()
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._text)
        words.addWidget(note)
        words.addWidget(self._field)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 8, 5)
        row.setSpacing(10)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        if not caption.is_own:
            self._button(row, "accept", self.tr("Accept this caption"), self._accept)
            again = self.tr("Describe it in other words")
            self._button(row, "refresh", again, self._ask_again)
        self._button(row, "edit", self.tr("Change the words (E)"), self.begin_editing)
        self._button(row, "delete", self.tr("Delete this caption"), self._delete)
        self._field.submitted.connect(self._finish_editing)
        self._field.left.connect(self._leave_editing)

    def begin_editing(self) -> None:
        self._field.setText(self._caption.text)
        self._show_field(True)
        self._field.setFocus()
        self._field.selectAll()

    @property
    def is_editing(self) -> bool:
        return not self._field.isHidden()

    def _note(self, model: str) -> str:
        if not self._caption.model:
            return self.tr("your words")
        if self._caption.edited:
            return self.tr("{model}, changed by you").format(model=model)
        if self._caption.accepted:
            return self.tr("{model}, accepted by you").format(model=model)
        return model

    def _button(self, row: QHBoxLayout, icon: str, label: str, act: Callable[[], object]) -> None:
        button = IconButton(icon, label, self)
        button.clicked.connect(lambda _checked=False: act())
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _accept(self) -> None:
        self.accepted.emit(self._caption.id)

    def _ask_again(self) -> None:
        self.again_requested.emit(self._caption.model)

    def _delete(self) -> None:
        self.deleted.emit(self._caption.id)

    def _finish_editing(self) -> None:
        text = self._field.text().strip()
        self._leave_editing()
        if text and text != self._caption.text:
            self.edited.emit(self._caption.id, text)

    def _show_field(self, shown: bool) -> None:
        self._field.setVisible(shown)
        self._text.setHidden(shown)
        self._note_label.setHidden(shown)

    def _leave_editing(self) -> None:
        self._show_field(False)
        self.closed.emit()


class CaptionStrip(QFrame):
    """Shows the captions it is given; says what the person wants of them."""

    describe_requested = Signal()
    again_requested = Signal(str)
    """Catalog key of the model that is to write again."""
    cancel_requested = Signal()
    written = Signal(str)
    """A caption in the person's own words."""
    edited = Signal(object, str)
    """TextId and the new words."""
    accepted = Signal(object)
    deleted = Signal(object)
    left = Signal()
    """The keyboard is wanted back by the photo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("captionStrip")
        self._lines: list[CaptionLine] = []
        self._shown: tuple[tuple[CaptionRow, ...], tuple[str, ...]] | None = None
        self._known = True
        self._waits = False
        self._invites = True
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._state = PlainLabel(self)
        self._state.setWordWrap(True)
        self._cancel = PushButton(self.tr("Cancel"), self, ButtonKind.LINK)
        self._describe = PushButton(self.tr("Describe this photo"), self, ButtonKind.LINK)
        self._describe.setToolTip(self.tr("Have a model write a sentence about it (Ctrl+D)"))
        self._write = PushButton(self.tr("Write a caption"), self, ButtonKind.QUIET)
        self._field = Field(self)
        self._field.setPlaceholderText(self.tr("What does this photo show?"))
        self._field.setAccessibleName(self._field.placeholderText())
        self._field.hide()
        foot = QHBoxLayout()
        self._foot = foot
        foot.setContentsMargins(12, 0, 8, 0)
        foot.setSpacing(8)
        foot.addWidget(self._state)
        foot.addWidget(self._field, 100)
        foot.addWidget(self._describe)
        foot.addWidget(self._write)
        foot.addWidget(self._cancel)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(2)
        column.addLayout(self._column)
        column.addLayout(foot)
        self._cancel.clicked.connect(self.cancel_requested)
        self._describe.clicked.connect(self.describe_requested)
        self._write.clicked.connect(self.begin_writing)
        self._field.submitted.connect(self._finish_writing)
        self._field.left.connect(self._leave_writing)
        self.show_captions((), {})

    @property
    def texts(self) -> tuple[str, ...]:
        """The captions on show."""
        return tuple(line._caption.text for line in self._lines)  # noqa: SLF001 (of this module)

    @property
    def state(self) -> str:
        """What is said about a caption that is not there (yet)."""
        return self._state.text()

    def begin(self) -> None:
        """Another photo comes: nothing is said until its captions are known, and the photo does
        not jump meanwhile."""
        self.setMinimumHeight(self.height() if self.isVisible() else 0)
        self._known = False
        self._clear()
        self._field.hide()
        self._waits = False
        self._state.clear()
        self._arrange()

    def show_captions(self, captions: Sequence[CaptionRow], titles: dict[str, str]) -> None:
        """Shows other captions; what is being edited is left alone while they are the same.

        Args:
            titles: names of the models for people, by catalog key.
        """
        self._known = True
        self.setMinimumHeight(0)
        names = tuple(titles.get(caption.model, caption.model) for caption in captions)
        if self._shown == (tuple(captions), names):
            self._arrange()
            return
        self._clear()
        self._shown = (tuple(captions), names)
        for caption, name in list(zip(captions, names, strict=True))[:_MOST_SHOWN]:
            line = CaptionLine(caption, name, self)
            line.edited.connect(self.edited)
            line.accepted.connect(self.accepted)
            line.deleted.connect(self.deleted)
            line.again_requested.connect(self.again_requested)
            line.closed.connect(self.left)
            self._column.addWidget(line)
            self._lines.append(line)
        self._arrange()

    def show_waiting(self, text: str) -> None:
        """Says that a caption is on its way, or "" that none is."""
        self._waits = bool(text)
        self._say(text, "faint")

    def show_problem(self, text: str) -> None:
        """Says why there is no caption."""
        self._waits = False
        self._say(text, "danger")

    def set_inviting(self, invites: bool) -> None:
        """Whether a photo without captions offers to get one."""
        self._invites = invites
        self._arrange()

    def edit_first(self) -> None:
        """Opens the first caption for editing, or an empty line if there is none."""
        if self._lines:
            self._lines[0].begin_editing()
        else:
            self.begin_writing()

    def begin_writing(self) -> None:
        self._field.clear()
        self._field.show()
        self._arrange()
        self._field.setFocus()

    def _clear(self) -> None:
        self._shown = None
        for line in self._lines:
            self._column.removeWidget(line)
            line.setParent(None)
            line.deleteLater()
        self._lines = []

    def _finish_writing(self) -> None:
        text = self._field.text().strip()
        self._leave_writing()
        if text:
            self.written.emit(text)

    def _leave_writing(self) -> None:
        self._field.hide()
        self._arrange()
        self.left.emit()

    def _say(self, text: str, tone: str) -> None:
        self._state.setText(text)
        long = tone == "danger"
        self._state.setWordWrap(long)
        self._foot.setStretchFactor(self._state, 100 if long else 0)
        self._state.setProperty("tone", tone)
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)
        self._arrange()

    def _arrange(self) -> None:
        writing = not self._field.isHidden()
        bare = self._known and not self._lines and not self._waits and not writing
        self._state.setVisible(bool(self._state.text()) and not writing)
        self._describe.setVisible(bare and self._invites)
        self._write.setVisible(bare and self._invites)
        self._cancel.setVisible(self._waits)
        something = self._lines or self._waits or writing or self._state.text()
        self.setVisible(bool(something) or self._invites or not self._known)

    def caption_ids(self) -> list[TextId]:
        """Of the captions on show."""
        return [line._caption.id for line in self._lines]  # noqa: SLF001 (of this module)
