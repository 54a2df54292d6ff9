"""How far the captions are, in the line at the bottom: with pause, cancel and what failed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QWidget

from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.wording import count, describe_duration
from photofind.worker.description_messages import DescriptionProgress


class DescriptionStatus(QWidget):
    """Takes no room while there is nothing to say."""

    pause_requested = Signal(bool)
    cancel_requested = Signal()
    retry_requested = Signal()
    forget_requested = Signal()
    reasons_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paused = False
        self._text = QLabel(self)
        self._text.setProperty("tone", "faint")
        self._pause = IconButton("pause", self.tr("Pause describing"), self)
        self._cancel = IconButton("close", self.tr("Describe no more photos"), self)
        self._failed = PushButton("", self, ButtonKind.QUIET)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._text)
        row.addWidget(self._pause)
        row.addWidget(self._cancel)
        row.addWidget(self._failed)
        self._pause.clicked.connect(lambda: self.pause_requested.emit(not self._paused))
        self._cancel.clicked.connect(self.cancel_requested)
        self._failed.clicked.connect(self._offer)
        self.show_progress(DescriptionProgress(activity="idle"))

    @property
    def text(self) -> str:
        return self._text.text()

    def show_paused(self, paused: bool) -> None:
        """Shows the pause button as the person left it."""
        self._paused = paused
        if paused:
            self._pause.relabel("resume", self.tr("Go on describing"))
        else:
            self._pause.relabel("pause", self.tr("Pause describing"))

    def show_progress(self, progress: DescriptionProgress) -> None:
        works = progress.total > 0
        self._text.setText(self._describe(progress) if works else "")
        self._text.setToolTip(progress.reason)
        self._text.setVisible(works)
        self._pause.setVisible(works)
        self._cancel.setVisible(works)
        self._failed.setVisible(progress.failed > 0)
        self._failed.setText(
            self.tr("1 not described")
            if progress.failed == 1
            else self.tr("{n} not described").format(n=count(progress.failed))
        )
        self.setVisible(works or progress.failed > 0)

    def _describe(self, progress: DescriptionProgress) -> str:
        done_of = self.tr("{done} of {total}").format(
            done=count(progress.done), total=count(progress.total)
        )
        match progress.activity:
            case "paused":
                return self.tr("Describing is paused · {done_of}").format(done_of=done_of)
            case "waiting":
                waiting = count(progress.total - progress.done)
                return self.tr("{n} to describe after indexing").format(n=waiting)
            case "blocked":
                return self.tr("{n} wait for a model").format(
                    n=count(progress.total - progress.done)
                )
        text = self.tr("Describing {done_of}").format(done_of=done_of)
        if progress.eta_s is not None and progress.total - progress.done > 1:
            return f"{text} · {describe_duration(progress.eta_s)}"
        return text

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("&Show the reasons…"), self.reasons_requested.emit)
        menu.addAction(self.tr("&Try again"), self.retry_requested.emit)
        menu.addAction(self.tr("&Leave them out"), self.forget_requested.emit)
        menu.popup(self._failed.mapToGlobal(self._failed.rect().topLeft()))
