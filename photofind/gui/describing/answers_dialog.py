"""One question about many photos: a table of photos and answers."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from photofind.describe.job_params import question_problem
from photofind.describe.photo_export import guarded
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.describing.model_chooser import ModelChooser
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.translation import in_words
from photofind.gui.wording import count, display_path, photo_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.domain import Photo, PhotoId
    from photofind.gui.describing.model_chooser import OfferedModel

_NO_PARENT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


class AnswersModel(QAbstractTableModel):
    """Photos, and what was answered about each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photos: tuple[Photo, ...] = ()
        self._answers: dict[PhotoId, str] = {}
        self._failed: set[PhotoId] = set()
        self._titles = (self.tr("Photo"), self.tr("Answer"))

    @property
    def open(self) -> int:
        """Photos without an answer."""
        return len(self._photos) - len(self._answers)

    def show_photos(self, photos: Sequence[Photo]) -> None:
        self.beginResetModel()
        self._photos = tuple(photos)
        self._answers = {}
        self._failed = set()
        self.endResetModel()

    def clear_answers(self) -> None:
        self.show_photos(self._photos)

    def show_answer(self, photo_id: PhotoId, text: str, *, failed: bool = False) -> None:
        for row, photo in enumerate(self._photos):
            if photo.id == photo_id:
                self._answers[photo_id] = text
                if failed:
                    self._failed.add(photo_id)
                cell = self.index(row, 1)
                self.dataChanged.emit(cell, cell)

    def as_csv(self) -> str:
        """Every answer there is: path and answer, as spreadsheets read it."""
        text = io.StringIO()
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(("path", "answer"))
        for photo in self._photos:
            if photo.id in self._answers and photo.id not in self._failed and photo.paths:
                path = display_path(photo.paths[0])
                lines.writerow((guarded(path), guarded(self._answers[photo.id])))
        return text.getvalue()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._photos)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        photo = self._photos[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (photo_name(photo), self._answers.get(photo.id, ""))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            path = display_path(photo.paths[0]) if photo.paths else ""
            return tooltip((path, self._answers.get(photo.id, ""))[index.column()])
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None


class AnswersDialog(QDialog):
    """Asks the same of every chosen photo; nothing waits for it."""

    asked = Signal(str, str)
    """The question and the key of the model."""
    cancelled = Signal()

    def __init__(self, photos: Sequence[Photo], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Ask about photos"))
        self.resize(680, 480)
        self._photos = tuple(photos)
        self._question = ""
        self._model = AnswersModel(self)
        self._model.show_photos(photos)
        heading = PlainLabel(self.tr("Ask about %Ln photo(s)", "", len(self._photos)), self)
        heading.setProperty("textStyle", "heading")
        self._field = QLineEdit(self)
        self._field.setPlaceholderText(self.tr("How many people are there?"))
        self._field.setAccessibleName(self.tr("Question"))
        self._ask = PushButton(self.tr("Ask"), self, ButtonKind.PRIMARY)
        self._ask.setDefault(True)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._field, 1)
        line.addWidget(self._ask)
        self._chooser = ModelChooser(self)
        self._table = QTableView(self)
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(34)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 230)
        self._state = PlainLabel(self)
        self._state.setProperty("tone", "faint")
        self._state.setWordWrap(True)
        self._cancel = PushButton(self.tr("Stop"), self)
        self._copy = PushButton(self.tr("Copy as CSV"), self)
        close = PushButton(self.tr("Close"), self)
        buttons = QHBoxLayout()
        buttons.addWidget(self._state, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._copy)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addLayout(line)
        column.addWidget(self._chooser)
        column.addWidget(self._table, 1)
        column.addLayout(buttons)
        self._ask.clicked.connect(self._on_ask)
        self._cancel.clicked.connect(self._on_cancel)
        self._copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._model.as_csv())
        )
        close.clicked.connect(self.close)
        self._field.setFocus()
        self._show_state()

    @property
    def photo_ids(self) -> tuple[PhotoId, ...]:
        return tuple(photo.id for photo in self._photos)

    @property
    def question(self) -> str:
        """What is being asked; "" before anything was."""
        return self._question

    @property
    def state(self) -> str:
        return self._state.text()

    def offer_models(self, models: Sequence[OfferedModel]) -> None:
        """Which models may answer, the best first."""
        self._chooser.offer(models)

    def show_answer(self, photo_id: PhotoId, question: str, answer: str) -> None:
        """Takes an answer, if it is to this question."""
        if question == self._question:
            self._model.show_answer(photo_id, answer)
            self._show_state()

    def show_failure(self, photo_id: PhotoId, reason: str) -> None:
        if self._question:
            self._model.show_answer(photo_id, reason, failed=True)
            self._show_state()

    def show_refusal(self, reason: str) -> None:
        """Nothing is asked, for this reason."""
        self._question = ""
        self._show_state(reason)

    def _on_ask(self) -> None:
        question = " ".join(self._field.text().split())
        if question and (problem := question_problem(question)):
            self.show_refusal(in_words(problem))
        elif question:
            self._question = question
            self._model.clear_answers()
            self._show_state()
            self.asked.emit(question, self._chooser.key)

    def _on_cancel(self) -> None:
        self._question = ""
        self._show_state()
        self.cancelled.emit()

    def _show_state(self, reason: str = "") -> None:
        waits = bool(self._question) and self._model.open > 0
        self._cancel.setVisible(waits)
        answered = len(self._photos) - self._model.open
        self._copy.setEnabled(answered > 0)
        if reason:
            self._state.setText(reason)
        elif waits:
            self._state.setText(
                self.tr("{n} of {all} answered").format(
                    n=count(answered), all=count(len(self._photos))
                )
            )
        else:
            self._state.setText("")
