"""What is excluded of one folder: subfolders, patterns, and online-only photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.plain_text import PlainLabel
from photofind.gui.wording import count_photos, display_name

if TYPE_CHECKING:
    from photofind.catalog.status import FolderStatus

_WIDTH = 480
_HEIGHT = 500


class ExclusionsDialog(QDialog):
    """Shows one folder's patterns; says which one to add or to remove."""

    pattern_added = Signal(str)
    pattern_taken_back = Signal(str)
    subfolder_requested = Signal()
    online_only_chosen = Signal(bool)

    def __init__(self, folder: FolderStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Excluded"))
        self.resize(_WIDTH, _HEIGHT)
        self._folder = folder
        heading = PlainLabel(self.tr("Excluded from “{name}”"), self)
        heading.setText(heading.text().format(name=display_name(folder.path)))
        heading.setProperty("textStyle", "heading")
        heading.setWordWrap(True)
        explanation = PlainLabel(
            self.tr(
                "Excluded photos don't appear in searches. Their files are not touched, and your "
                "captions, tags and ratings are kept until you include them again."
            ),
            self,
        )
        explanation.setProperty("tone", "faint")
        explanation.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("What is excluded"))
        self.take_back = PushButton(self.tr("Include again"), self)
        self.subfolder = PushButton(self.tr("Exclude a subfolder…"), self)
        self.pattern = QLineEdit(self)
        self.pattern.setObjectName("field")
        self.pattern.setPlaceholderText(self.tr("Or a pattern, like *.png or Screenshots/"))
        self.pattern.setAccessibleName(self.tr("Pattern to exclude"))
        self.pattern.setClearButtonEnabled(True)
        self.add = PushButton(self.tr("Exclude"), self)
        self._problem = PlainLabel(self)
        self._problem.setProperty("tone", "warning")
        self._problem.setWordWrap(True)
        # Its room stays when it is empty, so that nothing jumps.
        self._problem.setMinimumHeight(self._problem.fontMetrics().height())
        self.online_only = QCheckBox(self)
        self._cost = PlainLabel(self.tr("photofind has to download a photo to look at it."), self)
        self._cost.setProperty("tone", "faint")
        self._cost.setWordWrap(True)
        close = PushButton(self.tr("Close"), self, ButtonKind.PRIMARY)
        self._arrange(heading, explanation, close)
        self.take_back.clicked.connect(self._on_take_back)
        self.subfolder.clicked.connect(self.subfolder_requested)
        self.pattern.textChanged.connect(lambda _: self._problem.clear())
        self.pattern.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.pattern.returnPressed.connect(self._on_add)
        self.add.clicked.connect(self._on_add)
        self.list.currentRowChanged.connect(lambda row: self.take_back.setEnabled(row >= 0))
        self.online_only.clicked.connect(self.online_only_chosen)
        close.clicked.connect(self.close)
        self.add.setEnabled(False)
        # Enter in the field leaves the pattern out; it must not press a button as well.
        for button in (self.take_back, self.subfolder, self.add, close):
            button.setAutoDefault(False)
        self.show_folder(folder)

    def show_folder(self, folder: FolderStatus) -> None:
        """Shows the folder as it is now."""
        self._folder = folder
        chosen = self.list.currentItem()
        text = "" if chosen is None else chosen.text()
        self.list.clear()
        self.list.addItems(list(folder.exclusions))
        if text in folder.exclusions:
            self.list.setCurrentRow(folder.exclusions.index(text))
        self.take_back.setEnabled(self.list.currentRow() >= 0)
        away = count_photos(folder.online_only)
        words = self.tr("Include online-only photos")
        self.online_only.setText(f"{words} ({away})" if folder.online_only else words)
        self.online_only.setChecked(folder.includes_online_only)

    def show_problem(self, problem: str) -> None:
        """Says why a pattern can't be used."""
        self._problem.setText(problem)

    def _arrange(self, heading: QLabel, explanation: QLabel, close: QWidget) -> None:
        entry = QHBoxLayout()
        entry.addWidget(self.pattern, 1)
        entry.addWidget(self.add)
        below = QHBoxLayout()
        below.addWidget(self.subfolder)
        below.addStretch(1)
        below.addWidget(self.take_back)
        end = QHBoxLayout()
        end.addStretch(1)
        end.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(explanation)
        column.addWidget(self.list, 1)
        column.addLayout(below)
        column.addLayout(entry)
        column.addWidget(self._problem)
        column.addWidget(self.online_only)
        column.addWidget(self._cost)
        column.addSpacing(6)
        column.addLayout(end)

    def _on_add(self) -> None:
        if pattern := self.pattern.text().strip():
            self.pattern_added.emit(pattern)

    def _on_take_back(self) -> None:
        if (chosen := self.list.currentItem()) is not None:
            self.pattern_taken_back.emit(chosen.text())
