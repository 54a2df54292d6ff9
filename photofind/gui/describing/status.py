"""How far the captions are, in the line at the bottom: with pause, cancel and what failed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from photofind.domain import Activity, WorkProgress
from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.plain_text import PlainLabel, tooltip
from photofind.gui.translation import in_words
from photofind.gui.wording import count, describe_duration


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
        self._text = PlainLabel(self)
        self._text.setProperty("tone", "faint")
        self._pause = IconButton("pause", self.tr("Pause describing"), self)
        self._cancel = IconButton("close", self.tr("Cancel describing"), self)
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
        self.show_progress(WorkProgress())

    @property
    def text(self) -> str:
        return self._text.text()

    def show_paused(self, paused: bool) -> None:
        """Shows the pause button as the person left it."""
        self._paused = paused
        if paused:
            self._pause.relabel("resume", self.tr("Resume describing"))
        else:
            self._pause.relabel("pause", self.tr("Pause describing"))

    def show_progress(self, progress: WorkProgress) -> None:
        works = progress.total > 0
        self._text.setText(self._describe(progress) if works else "")
        self._text.setToolTip(
            tooltip(in_words(progress.reason)) if progress.reason is not None else ""
        )
        self._text.setVisible(works)
        self._pause.setVisible(works)
        self._cancel.setVisible(works)
        self._failed.setVisible(progress.failed > 0)
        self._failed.setText(self.tr("%Ln not described", "", progress.failed))
        self.setVisible(works or progress.failed > 0)

    def _describe(self, progress: WorkProgress) -> str:
        done_of = self.tr("{done} of {total}").format(
            done=count(progress.done), total=count(progress.total)
        )
        match progress.activity:
            case Activity.PAUSED:
                return self.tr("Describing is paused · {done_of}").format(done_of=done_of)
            case Activity.WAITING:
                return self.tr("%Ln to describe after indexing", "", progress.total - progress.done)
            case Activity.BLOCKED:
                waiting = progress.total - progress.done
                return self.tr("%Ln (is|are) waiting for a model", "", waiting)
        text = self.tr("Describing {done_of}").format(done_of=done_of)
        if progress.eta_s is not None and progress.total - progress.done > 1:
            return f"{text} · {describe_duration(progress.eta_s)}"
        return text

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.addAction(self.tr("&Show the reasons…"), self.reasons_requested.emit)
        menu.addAction(self.tr("&Try again"), self.retry_requested.emit)
        menu.addAction(self.tr("&Skip them"), self.forget_requested.emit)
        menu.popup(self._failed.mapToGlobal(self._failed.rect().topLeft()))
