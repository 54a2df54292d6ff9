"""The choice of a model server on this computer: off until the person turns it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from photofind.describe.model_server import DEFAULT_ADDRESS
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.labels import paragraph
from photofind.gui.plain_text import PlainLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 520


class ServerDialog(QDialog):
    """Asks where the server is and which of its models answers; says what that means."""

    looked_for = Signal(str)
    """The address of a server whose models should be listed."""
    chosen = Signal(str, str)
    """Address and model; both empty: no server is used."""

    def __init__(self, address: str, model: str, parent: QWidget) -> None:
        """
        Args:
            address, model: as they are chosen now; an empty address: it is off.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Model server"))
        heading = PlainLabel(self.tr("A model server on this computer"), self)
        heading.setProperty("textStyle", "heading")
        about = paragraph(
            self,
            self.tr(
                "For long answers, photofind can ask a larger model that another program runs here:"
                " Ollama, llama.cpp's server, or any other that speaks the OpenAI chat format. It"
                " connects to this computer alone, and sends the photo small and without what its"
                " file says about place, time and camera."
            ),
            _WIDTH,
        )
        warning = paragraph(
            self,
            self.tr(
                "What that program does with photos and questions is up to it: it may keep them, or"
                " pass them on to other computers. photofind can't see that. Use one that you"
                " trust."
            ),
            _WIDTH,
            name="warningBox",
        )
        self._on = QCheckBox(self.tr("Use a model server"), self)
        self._on.setChecked(bool(address))
        self._address = QLineEdit(address or DEFAULT_ADDRESS, self)
        self._address.setAccessibleName(self.tr("Address of the model server"))
        self._look = PushButton(self.tr("Look for models"), self)
        self._look.setAutoDefault(False)
        self._models = QComboBox(self)
        self._models.setAccessibleName(self.tr("Model on the server"))
        if model:
            self._models.addItem(model)
        self._state = paragraph(self, "", _WIDTH)
        self._state.setMinimumHeight(2 * self._state.fontMetrics().lineSpacing())
        fields = QGridLayout()
        fields.setHorizontalSpacing(12)
        fields.setVerticalSpacing(10)
        fields.setColumnStretch(1, 1)
        fields.addWidget(PlainLabel(self.tr("Address"), self), 0, 0)
        fields.addWidget(self._address, 0, 1)
        fields.addWidget(self._look, 0, 2)
        fields.addWidget(PlainLabel(self.tr("Model"), self), 1, 0)
        fields.addWidget(self._models, 1, 1, 1, 2)
        self._save = PushButton(self.tr("Save"), self, ButtonKind.PRIMARY)
        self._save.setDefault(True)
        cancel = PushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(14)
        for widget in (heading, about, warning, self._on):
            column.addWidget(widget)
        column.addLayout(fields)
        column.addWidget(self._state)
        column.addLayout(buttons)
        self._on.toggled.connect(self._arrange)
        self._address.textChanged.connect(self._models.clear)
        self._look.clicked.connect(self._on_look)
        self._models.currentIndexChanged.connect(self._arrange)
        self._save.clicked.connect(self._on_save)
        cancel.clicked.connect(self.close)
        self._arrange()

    @property
    def state(self) -> str:
        """What is said about the server."""
        return self._state.text()

    def show_models(self, models: Sequence[str]) -> None:
        """The models that the server has."""
        chosen = self._models.currentText()
        self._models.clear()
        self._models.addItems(list(models))
        if chosen in models:
            self._models.setCurrentText(chosen)
        self._say(
            self.tr("It answers. Choose a model that can look at pictures.")
            if models
            else self.tr("It answers, but it has no models. Get one with that program first."),
            "faint",
        )

    def show_problem(self, reason: str) -> None:
        """Why there are no models to be had."""
        self._say(reason, "danger")

    def _on_look(self) -> None:
        self._say(self.tr("Looking…"), "faint")
        self.looked_for.emit(self._address.text())

    def _on_save(self) -> None:
        if self._on.isChecked():
            self.chosen.emit(self._address.text().strip(), self._models.currentText())
        else:
            self.chosen.emit("", "")
        self.close()

    def _say(self, text: str, tone: str) -> None:
        self._state.setText(text)
        self._state.setProperty("tone", tone)
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)
        self._arrange()

    def _arrange(self) -> None:
        on = self._on.isChecked()
        for widget in (self._address, self._look, self._models):
            widget.setEnabled(on)
        self._state.setEnabled(on)
        self._save.setEnabled(not on or bool(self._models.currentText()))
