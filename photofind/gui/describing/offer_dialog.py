"""Offers the model that is missing: what it does, how large it is, under which licence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from photofind.describe.job_params import CAPTIONER_MISSING
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.labels import paragraph
from photofind.gui.plain_text import PlainLabel
from photofind.gui.translation import Context, known_in_words
from photofind.gui.wording import describe_size
from photofind.inference import registry
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
from photofind.inference.steps import Step

if TYPE_CHECKING:
    from photofind.inference.spec import ModelSpec

Installation = Context("Installation")


_WIDTH = 480
_BAR_STEPS = 1000


class InstallOffer(QDialog):
    """Says what is missing, and installs it when the person says so.

    Args:
        code: which kind of model is missing, as the refusal said.
    """

    install_requested = Signal(str)
    """Key of the model; its licence was shown."""
    cancel_requested = Signal()

    def __init__(self, code: str, parent: QWidget) -> None:
        super().__init__(parent)
        captions = code == CAPTIONER_MISSING
        self._spec: ModelSpec = registry.specs_of(CaptionerSpec if captions else AnswererSpec)[0]
        self._command = f"photofind models install {self._spec.key}"
        title = (
            self.tr("A model that describes photos")
            if captions
            else self.tr("A model that answers questions")
        )
        self.setWindowTitle(title)
        heading = PlainLabel(title, self)
        heading.setProperty("textStyle", "heading")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _BAR_STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Installation progress"))
        self._state = paragraph(self, "", _WIDTH)
        self._state.setMinimumHeight(2 * self._state.fontMetrics().lineSpacing())
        how = self.tr("The command for it: {c}").format(c=self._command)
        command = paragraph(self, how, _WIDTH, tone="faint")
        self._install = PushButton(self.tr("Download and install"), self, ButtonKind.PRIMARY)
        self._cancel = PushButton(self.tr("Stop"), self)
        self._close = PushButton(self.tr("Not now"), self)
        # It opens in answer to Enter: a second one must not start a download of a gigabyte.
        self._close.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._install)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.addWidget(heading)
        about = self.tr(
            "photofind does not include such a model. It is downloaded once, from "
            "where its authors published it; after that it runs on this computer "
            "alone, and no photo leaves it."
        )
        for text in (about, _facts(self._spec)):
            column.addWidget(paragraph(self, text, _WIDTH))
        column.addWidget(command)
        column.addWidget(self._state)
        column.addWidget(self._bar)
        column.addLayout(buttons)
        self._install.clicked.connect(self._on_install)
        self._cancel.clicked.connect(self.cancel_requested)
        self._close.clicked.connect(self.close)
        self._set_running(False)
        self._close.setFocus()

    @property
    def command(self) -> str:
        return self._command

    @property
    def state(self) -> str:
        """What is said about the installation."""
        return self._state.text()

    def show_progress(self, step: str, done: int, total: int) -> None:
        self._set_running(True)
        text = _step_words(Step(step))
        if total:
            sizes = self.tr("{done} of {total}").format(
                done=describe_size(done), total=describe_size(total)
            )
            text = f"{text} · {sizes}"
        self._say(text, "faint")
        self._bar.setRange(0, _BAR_STEPS if total else 0)
        if total:
            self._bar.setValue(round(done / total * _BAR_STEPS))

    def show_problem(self, reason: str) -> None:
        self._set_running(False)
        self._say(reason, "danger")

    def show_done(self) -> None:
        self._set_running(False)
        self._install.hide()
        self._close.setText(self.tr("Close"))
        self._say(self.tr("It is installed."), "faint")

    def _on_install(self) -> None:
        self.show_progress(Step.ASKING.value, 0, 0)
        self.install_requested.emit(self._spec.key)

    def _set_running(self, running: bool) -> None:
        self._bar.setVisible(running)
        self._cancel.setVisible(running)
        self._install.setVisible(not running)
        self._close.setVisible(not running)

    def _say(self, text: str, tone: str) -> None:
        self._state.setText(text)
        self._state.setProperty("tone", tone)
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)


def _facts(spec: ModelSpec) -> str:
    """Title, size of the download, licence and what it is good for."""
    parts = [spec.title]
    if spec.download_bytes is not None:
        size = Installation.tr("{size} to download")
        parts.append(size.format(size=describe_size(spec.download_bytes)))
    licence = Installation.tr("licence {licence}")
    parts.append(licence.format(licence=spec.licence))
    return " · ".join(parts) + f"\n{known_in_words(spec.notice)}"


def _step_words(step: Step) -> str:
    match step:
        case Step.DOWNLOADING:
            return Installation.tr("Downloading")
        case Step.VERIFYING:
            return Installation.tr("Checking the download")
        case Step.BINDING:
            return Installation.tr("Installing the weights")
        case Step.QUANTISING:
            return Installation.tr("Optimising it")
        case Step.TESTING:
            return Installation.tr("Testing it")
        case _:
            return Installation.tr("Checking what is available")
