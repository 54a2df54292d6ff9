"""A photo's tags as chips: searched for, confirmed, taken off and added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from photofind.catalog.tags import TagSource
from photofind.gui.buttons import IconButton

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from photofind.catalog.tags import TagRow

_MOST_TAGS = 16
_MARK_PX = 12


class TagEditor(QWidget):
    """Shows tags and says what the person wants with them."""

    searched = Signal(str)
    """For photos with this label."""
    added = Signal(str)
    """This label is to be given, or confirmed."""
    removed = Signal(str)
    left = Signal()
    """The person is through with typing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tags: tuple[TagRow, ...] = ()
        self._chips = QWidget(self)
        self._field = _Field(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._chips)
        column.addWidget(self._field)
        self._field.returnPressed.connect(self._on_return)
        self._field.left.connect(self.left)
        self.show_tags(())

    @property
    def labels(self) -> list[str]:
        """Those on show."""
        return [tag.label for tag in self._tags[:_MOST_TAGS]]

    def show_tags(self, tags: Sequence[TagRow]) -> None:
        """Shows a photo's tags, a person's first; what is being typed stays."""
        from superqt.utils import (
            QFlowLayout,  # takes longer than all else until the window is there
        )

        self._tags = tuple(tags)
        chips = QWidget(self)
        flow = QFlowLayout(chips)
        flow.setContentsMargins(0, 0, 0, 0)
        flow.setSpacing(6)
        for tag in self._tags[:_MOST_TAGS]:
            flow.addWidget(self._chip(tag, chips))
        column = self.layout()
        assert column is not None
        column.replaceWidget(self._chips, chips)
        self._chips.deleteLater()
        self._chips = chips
        self._chips.setVisible(bool(self._tags))

    def begin_typing(self) -> None:
        """Puts the keyboard into the field for a new tag."""
        self._field.setFocus()
        self._field.selectAll()

    def forget_typing(self) -> None:
        """Another photo: what was typed was meant for the last one."""
        self._field.clear()

    def _chip(self, tag: TagRow, parent: QWidget) -> QFrame:
        proposed = tag.source is TagSource.MODEL
        chip = QFrame(parent)
        chip.setObjectName("tagChip")
        chip.setProperty("proposed", proposed)
        row = QHBoxLayout(chip)
        row.setContentsMargins(8, 1, 3, 1)
        row.setSpacing(1)
        label = QToolButton(chip)
        label.setText(tag.label)
        label.setToolTip(self.tr("Show the photos with this tag"))
        label.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        label.clicked.connect(lambda: self.searched.emit(tag.label))
        row.addWidget(label)
        if proposed:
            tip = self.tr("Confirm the tag “{label}”").format(label=tag.label)
            confirm = self._mark("accept", tip, chip)
            confirm.clicked.connect(lambda: self.added.emit(tag.label))
            row.addWidget(confirm)
        tip = self.tr("Remove the tag “{label}”").format(label=tag.label)
        remove = self._mark("close", tip, chip)
        remove.clicked.connect(lambda: self.removed.emit(tag.label))
        row.addWidget(remove)
        return chip

    def _mark(self, icon: str, tip: str, parent: QWidget) -> IconButton:
        mark = IconButton(icon, tip, parent)
        mark.setIconSize(QSize(_MARK_PX, _MARK_PX))
        return mark

    def _on_return(self) -> None:
        label = " ".join(self._field.text().split())
        if label:
            self._field.clear()
            self.added.emit(label)


class _Field(QLineEdit):
    """Where a tag is typed; Escape leaves it."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("field")
        self.setMaxLength(100)
        self.setPlaceholderText(self.tr("Add a tag (T)"))
        self.setAccessibleName(self.tr("Add a tag"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
            event.accept()
        else:
            super().keyPressEvent(event)
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                event.accept()  # else the page would close
