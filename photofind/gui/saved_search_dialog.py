"""Asks for the name of a saved search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from photofind.catalog.searches import MOST_NAME_CHARACTERS
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.labels import paragraph
from photofind.gui.plain_text import PlainLabel, in_line

if TYPE_CHECKING:
    from collections.abc import Collection

_WIDTH = 420
_MOST_SHOWN = 300


class SavedSearchDialog(QDialog):
    """A field for a name that no other search has."""

    named = Signal(str)

    def __init__(
        self, title: str, query: str, name: str, taken: Collection[str], parent: QWidget
    ) -> None:
        """
        Args:
            title: what is done, as a heading.
            name: to begin with.
            taken: names of other searches.
        """
        super().__init__(parent)
        self.setWindowTitle(title)
        self._taken = {each.casefold() for each in taken}
        heading = PlainLabel(title, self)
        heading.setProperty("textStyle", "heading")
        self.query = paragraph(self, in_line(query)[:_MOST_SHOWN], _WIDTH, tone="faint")
        self.field = QLineEdit(name[:MOST_NAME_CHARACTERS], self)
        self.field.setObjectName("field")
        self.field.setMaxLength(MOST_NAME_CHARACTERS)
        self.field.setAccessibleName(self.tr("Name of the search"))
        self.field.setPlaceholderText(self.tr("Name"))
        self.problem = PlainLabel(self)
        self.problem.setProperty("tone", "warning")
        # Its room stays when it is empty, so that nothing jumps.
        self.problem.setMinimumHeight(self.problem.fontMetrics().height())
        self.save = PushButton(self.tr("Save"), self, ButtonKind.PRIMARY)
        self.save.setDefault(True)
        cancel = PushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(10)
        for widget in (heading, self.query, self.field, self.problem):
            column.addWidget(widget)
        column.addLayout(buttons)
        self.field.textChanged.connect(self._check)
        self.save.clicked.connect(self._on_save)
        cancel.clicked.connect(self.reject)
        self.field.selectAll()
        self._check()

    @property
    def _name(self) -> str:
        return " ".join(self.field.text().split())

    def _check(self) -> None:
        is_taken = self._name.casefold() in self._taken
        self.problem.setText(
            self.tr("Another saved search has this name already.") if is_taken else ""
        )
        self.save.setEnabled(bool(self._name) and not is_taken)

    def _on_save(self) -> None:
        self.named.emit(self._name)
        self.accept()
