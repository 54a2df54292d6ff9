"""The list of files that can't be searched, described or read, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from photofind.domain import Tried
from photofind.gui.buttons import PushButton
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.translation import in_words
from photofind.gui.wording import display_name, display_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.domain import Problem

_NO_PARENT = QModelIndex()
_TRIED = 1
"""Number of a column."""
Index = QModelIndex | QPersistentModelIndex


class ProblemsModel(QAbstractTableModel):
    """Name, what was tried, reason and folder of every file that failed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._titles = (
            self.tr("File"),
            self.tr("Tried"),
            self.tr("Reason"),
            self.tr("Folder"),
        )

    def show_problems(self, problems: Sequence[Problem]) -> None:
        self.beginResetModel()
        self._problems = tuple(problems)
        self.endResetModel()

    def problem(self, row: int) -> Problem:
        return self._problems[row]

    def row_of(self, problem: Problem) -> int:
        """Where what was tried with this file is listed now; the first row if it is not."""
        found = (
            row
            for row, other in enumerate(self._problems)
            if (other.path, other.tried, other.question)
            == (problem.path, problem.tried, problem.question)
        )
        return next(found, 0)

    @property
    def tried(self) -> frozenset[Tried]:
        return frozenset(problem.tried for problem in self._problems)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._problems)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        problem = self._problems[index.row()]
        cells = (
            display_name(problem.path),
            self._describe(problem),
            in_words(problem.reason),
            display_path(problem.path.parent),
        )
        if role == Qt.ItemDataRole.DisplayRole:
            return cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(f"{display_path(problem.path)}\n{cells[1]}\n{cells[2]}")
        return None

    def _describe(self, problem: Problem) -> str:
        match problem.tried:
            case Tried.CAPTION:
                return self.tr("Describe it")
            case Tried.TEXT:
                return self.tr("Read its text")
            case Tried.ASK:
                return self.tr("Answer “{question}”").format(question=problem.question)
        return self.tr("Open it")

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None


class ProblemsDialog(QDialog):
    """Shows the problems beside the window; nothing waits for it."""

    reveal_requested = Signal(object)
    """The path of a file."""
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Problems"))
        self.resize(820, 460)
        self._model = ProblemsModel(self)
        self._heading = PlainLabel(self)
        self._heading.setProperty("textStyle", "heading")
        self._explanation = PlainLabel(self)
        self._explanation.setProperty("tone", "faint")
        self._explanation.setWordWrap(True)
        self._table = QTableView(self)
        self._table.setModel(self._model)
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(36)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(0, 190)
        header.resizeSection(_TRIED, 130)
        header.resizeSection(3, 190)
        self._reason = PlainLabel(self)
        self._reason.setWordWrap(True)
        self._reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._reveal = PushButton(self.tr("Show in folder"), self)
        self._retry = PushButton(self.tr("Try all again"), self)
        close = PushButton(self.tr("Close"), self)
        close.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self._reveal)
        buttons.addWidget(self._retry)
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 18)
        column.setSpacing(12)
        column.addWidget(self._heading)
        column.addWidget(self._explanation)
        column.addWidget(self._table, 1)
        column.addWidget(self._reason)
        column.addLayout(buttons)
        self._reveal.clicked.connect(self._on_reveal)
        self._retry.clicked.connect(self.retry_requested)
        close.clicked.connect(self.close)
        self._table.doubleClicked.connect(self._on_reveal)
        self._table.selectionModel().currentRowChanged.connect(self._show_chosen)
        self._model.modelReset.connect(self._show_chosen)

    def show_problems(self, problems: Sequence[Problem], *, at_work: bool = False) -> None:
        """Lists these.

        Args:
            at_work: files are still being read or described, so that others may follow.
        """
        number = len(problems)
        chosen = self._chosen()
        scrolled = self._table.verticalScrollBar().value()
        self._model.show_problems(problems)
        self._retry.setEnabled(number > 0)
        self._explanation.setText(self._explain(at_work))
        # Where nothing but opening was tried, the reasons need the room more.
        self._table.setColumnHidden(_TRIED, self.tried <= {Tried.INDEX})
        if number == 0 and at_work:
            self._heading.setText(self.tr("No problems so far"))
        elif number == 0:
            self._heading.setText(self.tr("No problems"))
        else:
            self._heading.setText(self.tr("%Ln problem(s)", "", number))
        if number:
            self._table.selectRow(0 if chosen is None else self._model.row_of(chosen))
            self._table.verticalScrollBar().setValue(scrolled)  # who reads is not moved away

    @property
    def tried(self) -> frozenset[Tried]:
        """What came to nothing, of all that is listed."""
        return self._model.tried

    def _explain(self, at_work: bool) -> str:
        unread = self.tr(
            "These files and folders could not be read. All other photos are searched."
        )
        if not self.tried and at_work:
            return self.tr(
                "photofind is still working; what it can't read or describe is listed here."
            )
        if not self.tried:
            return self.tr("Every photo could be read.")
        if self.tried == {Tried.INDEX}:
            return unread
        if Tried.INDEX not in self.tried:
            return self.tr(
                "These photos are found, but a model could not describe them, read their text or"
                " answer a question about them."
            )
        return self.tr(
            "Files that could not be opened are not found. The others are, but a model could not"
            " describe them, read their text or answer a question about them."
        )

    def _chosen(self) -> Problem | None:
        index = self._table.currentIndex()
        return self._model.problem(index.row()) if index.isValid() else None

    def _on_reveal(self) -> None:
        if (problem := self._chosen()) is not None:
            self.reveal_requested.emit(problem.path)

    def _show_chosen(self) -> None:
        problem = self._chosen()
        self._reveal.setEnabled(problem is not None)
        self._reason.setText(in_words(problem.reason) if problem is not None else "")
