"""The panel beside a photo in which questions are asked, with what was asked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.describe.job_params import question_problem
from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.describing.field import Field
from photofind.gui.describing.model_chooser import ModelChooser
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QKeyEvent

    from photofind.catalog.texts import AnswerRow
    from photofind.gui.describing.model_chooser import OfferedModel

_WIDTH = 330


@dataclass(frozen=True, slots=True)
class Pending:
    """A question without an answer yet.

    Attributes:
        text: as far as the answer is written; or why there is none.
        failed: there will be none.
    """

    question: str
    text: str = ""
    failed: bool = False


class AskPanel(QFrame):
    """Shows questions and answers; says what is asked."""

    asked = Signal(str, str)
    """The question and the key of the model."""
    cancelled = Signal()
    forgotten = Signal(int)
    """Number of a question that should go."""
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("detailsPanel")
        self.setFixedWidth(_WIDTH)
        title = PlainLabel(self.tr("Ask about this photo"), self)
        title.setProperty("textStyle", "heading")
        close = IconButton("close", self.tr("Close the questions (Q)"), self)
        head = QHBoxLayout()
        head.setContentsMargins(20, 16, 10, 0)
        head.addWidget(title, 1)
        head.addWidget(close)
        self._scroller = QScrollArea(self)
        self._scroller.setWidgetResizable(True)
        self._scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._field = Field(self)
        self._field.setPlaceholderText(self.tr("How many people are there?"))
        self._field.setAccessibleName(self.tr("Question"))
        self._ask = PushButton(self.tr("Ask"), self, ButtonKind.PRIMARY)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._field, 1)
        line.addWidget(self._ask)
        self._refusal = _words("", self)
        self._refusal.setProperty("tone", "danger")
        self._refusal.hide()
        self._chooser = ModelChooser(self)
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 8, 18, 18)
        foot.setSpacing(8)
        foot.addLayout(line)
        foot.addWidget(self._refusal)
        foot.addWidget(self._chooser)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)  # the panel's edge
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroller, 1)
        column.addLayout(foot)
        # A click into the panel leaves the keyboard where questions are written.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self._field)
        close.clicked.connect(self.closed)
        self._ask.clicked.connect(self._on_ask)
        self._field.submitted.connect(self._on_ask)
        self._field.left.connect(self.closed)
        self._field.textChanged.connect(self._refusal.hide)
        self.hide()

    @property
    def refusal(self) -> str:
        """Why the question in the field was not asked; "" while there is nothing against it."""
        return "" if self._refusal.isHidden() else self._refusal.text()

    @property
    def question(self) -> str:
        """What stands in the field."""
        return self._field.text()

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that is said in the panel, from top to bottom."""
        body = self._scroller.widget()
        return () if body is None else tuple(label.text() for label in body.findChildren(QLabel))

    def offer_models(self, models: Sequence[OfferedModel]) -> None:
        """Which models may answer, the best first."""
        self._chooser.offer(models)

    def focus_question(self) -> None:
        self._field.setFocus()
        self._field.selectAll()

    def show_history(
        self,
        answers: Sequence[AnswerRow],
        titles: Mapping[str, str],
        pending: Pending | None,
    ) -> None:
        """Shows what was asked about the photo, and what is being answered.

        Args:
            titles: names of the models for people, by catalog key.
        """
        body = QWidget()
        body.setObjectName("detailsBody")
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 4, 14, 8)
        column.setSpacing(12)
        for answer in answers:
            title = titles.get(answer.model, answer.model)
            column.addWidget(self._card(answer.question, answer.answer, title, answer.id, body))
        if pending is not None:
            column.addWidget(self._pending_card(pending, body))
        if not answers and pending is None:
            hint = _words(self.tr("What a model answers is kept here, with the photo."), body)
            hint.setProperty("tone", "faint")
            column.addWidget(hint)
        column.addStretch(1)
        self._scroller.setWidget(body)
        QTimer.singleShot(0, self._scroller, self._scroll_down)

    def clear_question(self) -> None:
        self._field.clear()

    def give_back(self, question: str) -> None:
        """Puts a question that can't be asked yet back where it was written."""
        if not self._field.text():
            self._field.setText(question)

    def _card(
        self, question: str, answer: str, model: str, number: int, parent: QWidget
    ) -> QWidget:
        card = QFrame(parent)
        card.setObjectName("answerCard")
        forget = IconButton("close", self.tr("Forget this question"), card)
        forget.setObjectName("small")
        forget.clicked.connect(lambda: self.forgotten.emit(number))
        asked = _words(question, card)
        asked.setProperty("tone", "faint")
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(asked, 1)
        head.addWidget(forget, 0, Qt.AlignmentFlag.AlignTop)
        said = _words(answer, card)
        said.setProperty("textStyle", "caption")
        by = _words(model, card)
        by.setProperty("tone", "faint")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 8, 8, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(said)
        column.addWidget(by)
        return card

    def _pending_card(self, pending: Pending, parent: QWidget) -> QWidget:
        card = QFrame(parent)
        card.setObjectName("answerCard")
        asked = _words(pending.question, card)
        asked.setProperty("tone", "faint")
        said = _words(pending.text or self.tr("Looking…"), card)
        if pending.failed:
            said.setProperty("tone", "danger")
        elif not pending.text:
            said.setProperty("tone", "faint")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 8, 8, 10)
        column.setSpacing(4)
        column.addWidget(asked)
        column.addWidget(said)
        if not pending.failed:
            cancel = PushButton(self.tr("Cancel"), card, ButtonKind.LINK)
            cancel.clicked.connect(self.cancelled)
            column.addWidget(cancel, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _scroll_down(self) -> None:
        bar = self._scroller.verticalScrollBar()
        bar.setValue(bar.maximum())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # from a button; the field says so itself
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _on_ask(self) -> None:
        question = self._field.text().strip()
        if question and (problem := question_problem(question)):
            self._refusal.setText(in_words(problem))  # the words stay, to be shortened
            self._refusal.show()
        elif question:
            self.asked.emit(question, self._chooser.key)


def _words(text: str, parent: QWidget) -> QLabel:
    label = PlainLabel(parent)
    label.setText(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
