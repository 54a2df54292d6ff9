"""Which model answers: named when there is one, chosen when there are several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from photofind.gui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model that can be asked.

    Attributes:
        key: as a job's parameters name it.
        title: what a person reads.
    """

    key: str
    title: str


class ModelChooser(QWidget):
    """Shows the models it is offered; the first is chosen until the person chooses."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offered: tuple[OfferedModel, ...] = ()
        self._name = PlainLabel(self)
        self._name.setProperty("tone", "faint")
        self._box = QComboBox(self)
        self._box.setAccessibleName(self.tr("Model that answers"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._name, 1)
        row.addWidget(self._box, 1)
        self.offer(())

    @property
    def key(self) -> str:
        """The chosen model's key; "" when nothing was offered."""
        place = self._box.currentIndex()
        return self._offered[place].key if 0 <= place < len(self._offered) else ""

    def offer(self, models: Sequence[OfferedModel]) -> None:
        if self._offered == tuple(models) and self._box.count():
            return
        chosen = self.key
        self._offered = tuple(models)
        self._box.clear()
        self._box.addItems([model.title for model in models])
        keys = [model.key for model in models]
        if chosen in keys:
            self._box.setCurrentIndex(keys.index(chosen))
        self._box.setVisible(len(models) > 1)
        self._name.setVisible(len(models) == 1)
        self._name.setText(models[0].title if models else "")
        self.setVisible(bool(models))
