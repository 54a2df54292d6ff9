"""Offers the model that is missing: what it does, how large it is, under which licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from photofind.describe.orders import CAPTIONER_MISSING
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.wording import describe_size
from photofind.inference import registry
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec

_WIDTH = 500


class InstallOffer(QDialog):
    """Says what is missing and how to get it.

    Args:
        code: which kind of model is missing, as the refusal said.
    """

    def __init__(self, code: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        captions = code == CAPTIONER_MISSING
        specs: tuple[ModelSpec, ...] = registry.specs_of(
            CaptionerSpec if captions else AnswererSpec
        )
        key = specs[0].key if specs else ("blip-base" if captions else "blip-vqa-base")
        self._command = f"photofind models install {key}"
        title = (
            self.tr("A model that describes photos")
            if captions
            else self.tr("A model that answers questions")
        )
        self.setWindowTitle(title)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        heading = QLabel(title, self)
        heading.setProperty("textStyle", "heading")
        column.addWidget(heading)
        column.addWidget(
            self._line(
                self.tr(
                    "photofind brings no such model along. Once one is installed, it works on this"
                    " computer, and no photo leaves it."
                )
            )
        )
        if specs:
            column.addWidget(self._line(_facts(specs[0])))
        column.addWidget(self._line(self.tr("To install it, run this command once:")))
        box = QFrame(self)
        box.setObjectName("commandBox")
        row = QHBoxLayout(box)
        row.setContentsMargins(14, 8, 8, 8)
        command = QLabel(self._command, box)
        command.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        command.setProperty("textStyle", "code")
        copy = PushButton(self.tr("Copy"), box)
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._command))
        row.addWidget(command, 1)
        row.addWidget(copy)
        column.addWidget(box)
        close = PushButton(self.tr("Close"), self, ButtonKind.PRIMARY)
        close.setDefault(True)
        close.clicked.connect(self.close)
        close.setFocus()
        column.addSpacing(4)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)

    @property
    def command(self) -> str:
        return self._command

    def _line(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setMinimumWidth(_WIDTH)
        return label


def _facts(spec: ModelSpec) -> str:
    """Title, size of the download, licence and what it is good for."""
    parts = [spec.title]
    if spec.download_bytes is not None:
        size = QCoreApplication.translate("InstallOffer", "{size} to download")
        parts.append(size.format(size=describe_size(spec.download_bytes)))
    licence = QCoreApplication.translate("InstallOffer", "licence {licence}")
    parts.append(licence.format(licence=spec.licence))
    return " · ".join(parts) + f"\n{spec.notice}"
