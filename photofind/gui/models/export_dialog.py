"""Asks which checkpoint is to become a model."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from photofind.exporting.available import known_architectures, missing_tools, say_missing
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.labels import paragraph
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import in_words
from photofind.models.tasks import Export

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_WIDTH = 560
_FAMILIAR = "ViT-B-32"


def choose_checkpoint(parent: QWidget) -> Export | None:
    """Asks for a checkpoint and its architecture; None when the person would rather not."""
    dialog = ExportDialog(known_architectures(), missing_tools(), parent)
    dialog.exec()
    dialog.deleteLater()
    return dialog.chosen


class ExportDialog(QDialog):
    """The fields of an export, and what it needs and does."""

    def __init__(
        self,
        architectures: Sequence[str],
        missing: Sequence[str],
        parent: QWidget | None = None,
        choose_file: Callable[[str, str], str] | None = None,
    ) -> None:
        """
        Args:
            architectures: to choose from; another one may be typed.
            missing: packages without which nothing can be exported.
            choose_file: asks for a file by a title and kinds of files; "" when there is none.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Model from a checkpoint"))
        self.chosen: Export | None = None
        """What the person decided on, in the end."""
        self._missing = bool(missing)
        self._choose_file = choose_file or self._ask_for_file
        heading = PlainLabel(self.tr("A model from a PyTorch checkpoint"), self)
        heading.setProperty("textStyle", "heading")
        about = paragraph(
            self,
            self.tr(
                "For CLIP and SigLIP models that are not in the list: the weights become a model"
                " of photofind. It is compared with PyTorch on pictures and texts, and is only"
                " installed if it gives the same numbers. That takes some minutes. Nothing in the"
                " file is executed."
            ),
            _WIDTH,
        )
        self.architecture = QComboBox(self)
        self.architecture.setEditable(True)
        self.architecture.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.architecture.addItems(list(architectures))
        self.architecture.setCurrentText(_FAMILIAR)
        if (completer := self.architecture.completer()) is not None:
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.weights = QLineEdit(self)
        self.weights.setPlaceholderText(self.tr("A file, or open_clip's name of published weights"))
        self.tokenizer = QLineEdit(self)
        self.tokenizer.setPlaceholderText(self.tr("Only where it isn't CLIP's own"))
        self.needs = paragraph(self, in_words(say_missing(missing)), _WIDTH, tone="danger")
        self.needs.setVisible(bool(missing))
        self.begin = PushButton(self.tr("Export and install"), self, ButtonKind.PRIMARY)
        self.begin.setDefault(True)
        cancel = PushButton(self.tr("Cancel"), self)
        cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.begin)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(14)
        column.addWidget(heading)
        column.addWidget(about)
        column.addWidget(self.needs)
        column.addLayout(self._fields())
        column.addLayout(buttons)
        for field in (self.weights, self.tokenizer):
            field.textChanged.connect(self._arrange)
        self.architecture.editTextChanged.connect(self._arrange)
        self.begin.clicked.connect(self._on_begin)
        cancel.clicked.connect(self.reject)
        for before, after in pairwise((*self._walk, self.begin, cancel)):
            self.setTabOrder(before, after)
        self._arrange()
        self.weights.setFocus()

    def _fields(self) -> QGridLayout:
        kinds = self.tr("Checkpoints") + " (*.safetensors *.pt *.pth *.bin)"
        weights = self._browse(self.weights, self.tr("The weights"), kinds)
        vocabulary = self.tr("Tokenizers") + " (*.json)"
        tokenizer = self._browse(self.tokenizer, self.tr("Its tokenizer.json"), vocabulary)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget, QWidget | None], ...] = (
            (self.tr("&Weights"), self.weights, weights),
            (self.tr("&Architecture"), self.architecture, None),
            (self.tr("&Tokenizer"), self.tokenizer, tokenizer),
        )
        self._walk = (self.weights, weights, self.architecture, self.tokenizer, tokenizer)
        for row, (name, field, button) in enumerate(rows):
            label = PlainLabel(name, self)
            label.setBuddy(field)
            field.setAccessibleName(name.replace("&", ""))
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1, 1, 2 if button is None else 1)
            if button is not None:
                grid.addWidget(button, row, 2)
        return grid

    def _browse(self, field: QLineEdit, title: str, kinds: str) -> PushButton:
        button = PushButton(self.tr("Choose…"), self)
        button.setAutoDefault(False)
        button.setAccessibleName(title)

        def choose() -> None:
            if name := self._choose_file(title, kinds):
                field.setText(name)

        button.clicked.connect(choose)
        return button

    def _ask_for_file(self, title: str, kinds: str) -> str:
        name, _ = QFileDialog.getOpenFileName(self, title, str(Path.home()), kinds)
        return name

    def _on_begin(self) -> None:
        tokenizer = self.tokenizer.text().strip()
        self.chosen = Export(
            self.architecture.currentText().strip(),
            self.weights.text().strip(),
            Path(tokenizer) if tokenizer else None,
        )
        self.accept()

    def _arrange(self) -> None:
        named = self.weights.text().strip() and self.architecture.currentText().strip()
        self.begin.setEnabled(bool(named) and not self._missing)
