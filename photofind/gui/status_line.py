"""The line at the bottom: how far indexing is, what failed, and which model looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QWidget

from photofind.domain import Activity, WorkProgress
from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.describing.status import DescriptionStatus
from photofind.gui.labels import ElidedLabel
from photofind.gui.plain_text import tooltip, unaccelerated
from photofind.gui.wording import count, count_photos, describe_duration, model_title

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_BAR_PX = 170
_NARROW_BAR_PX = 70
_NARROW_PX = 760
_BAR_STEPS = 1000
_IN_BACKGROUND = {Activity.BUILDING, Activity.REFINING, Activity.REMOVING}


@dataclass(frozen=True, slots=True)
class StatusText:
    """What the worker does, in words.

    Attributes:
        text: one short sentence.
        share: 0 … 1 done; None when there is nothing to measure.
        busy: there is something to pause.
    """

    text: str
    share: float | None
    busy: bool


class StatusLine(QFrame):
    """Shows progress; offers pause, the problems and the truth about the model."""

    pause_requested = Signal(bool)
    problems_requested = Signal()
    model_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusLine")
        self._paused = False
        self._photos = 0
        self._offline = 0
        self._progress = WorkProgress()
        self._text = ElidedLabel("", Qt.TextElideMode.ElideRight, self)
        self._text.setProperty("tone", "faint")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _BAR_STEPS)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_PX)
        self._bar.setAccessibleName(self.tr("Indexing progress"))
        self._pause = IconButton("pause", self.tr("Pause indexing"), self)
        self.descriptions = DescriptionStatus(self)
        self._problems = PushButton("", self, ButtonKind.QUIET)
        self._problems.hide()
        self._model = PushButton("", self, ButtonKind.QUIET)
        self._model.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 10, 4)
        row.setSpacing(10)
        row.addWidget(self._bar)
        row.addWidget(self._text, 1)
        row.addWidget(self._pause)
        row.addWidget(self.descriptions)
        row.addWidget(self._problems)
        row.addWidget(self._model)
        self._pause.clicked.connect(lambda: self.pause_requested.emit(not self._paused))
        self._problems.clicked.connect(self.problems_requested)
        self._model.clicked.connect(self.model_requested)
        self._show()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_progress(self, progress: WorkProgress) -> None:
        self._progress = progress
        self._show()

    def show_paused(self, paused: bool) -> None:
        """Shows the pause button as the person left it."""
        self._paused = paused
        if paused:
            self._pause.relabel("resume", self.tr("Resume indexing"))
        else:
            self._pause.relabel("pause", self.tr("Pause indexing"))
        self._show()

    def show_photos(self, photos: int, offline: int) -> None:
        """Sets how many photos can be found, and how many of them are out of reach now."""
        self._photos = photos
        self._offline = offline
        self._show()

    def show_problems(self, number: int) -> None:
        """Sets how many files can't be searched; the button hides at 0."""
        self._problems.setVisible(number > 0)
        self._problems.setText(self.tr("%Ln problem(s)", "", number))

    def show_model(self, name: str, explanation: str) -> None:
        """Names the model that search uses."""
        self._model.setVisible(bool(name))
        self._model.setText(unaccelerated(name))
        self._model.setToolTip(tooltip(explanation))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._bar.setFixedWidth(_NARROW_BAR_PX if self.width() < _NARROW_PX else _BAR_PX)

    def _show(self) -> None:
        status = self._describe(self._progress)
        self._text.setText(status.text)
        self._bar.setVisible(status.share is not None)
        if status.share is not None:
            self._bar.setValue(round(status.share * _BAR_STEPS))
        self._pause.setVisible(status.busy or self._paused)

    def _describe(self, progress: WorkProgress) -> StatusText:
        unfinished = progress.total > progress.done
        share = progress.done / progress.total if unfinished else None
        done_of = self.tr("{done} of %Ln photo(s)", "", progress.total).format(
            done=count(progress.done)
        )
        if self._paused or progress.activity is Activity.PAUSED:
            text = self.tr("Paused")
            return StatusText(f"{text} · {done_of}" if unfinished else text, share, True)
        if progress.activity is Activity.RESTING:
            text = self.tr("Waiting for mains power")
            return StatusText(f"{text} · {done_of}", share, True)
        if progress.activity is Activity.INDEXING:
            parts = [self.tr("Indexing {done_of}").format(done_of=done_of)]
            if progress.slower:
                parts.append(self.tr("slower on battery"))
            if progress.images_per_s >= 1:
                parts.append(self.tr("%Ln a second", "", round(progress.images_per_s)))
            if progress.eta_s is not None:
                parts.append(describe_duration(progress.eta_s))
            return StatusText(" · ".join(parts), share, True)
        if progress.activity in _IN_BACKGROUND:
            can_pause = progress.activity is not Activity.REMOVING
            return StatusText(self._describe_background(progress, done_of), share, can_pause)
        if progress.activity is Activity.SCANNING:
            found = self.tr("Scanning the folders · {n} found")
            return StatusText(found.format(n=count_photos(progress.found)), None, False)
        text = count_photos(self._photos) if self._photos else ""
        if self._offline:
            offline = self.tr("%Ln not connected", "", self._offline)
            text = f"{text} · {offline}"
        return StatusText(text, None, False)

    def _describe_background(self, progress: WorkProgress, done_of: str) -> str:
        if progress.activity is Activity.REFINING:
            parts = [self.tr("All searchable"), self.tr("refining {n}").format(n=done_of)]
        else:
            says = {
                Activity.BUILDING: self.tr("Getting {model} ready"),
                Activity.REMOVING: self.tr("Removing the index of {model}"),
            }
            title = model_title(progress.model)
            parts = [says[progress.activity].format(model=title), done_of]
        if progress.slower:
            parts.append(self.tr("slower on battery"))
        if progress.eta_s is not None:
            parts.append(describe_duration(progress.eta_s))
        return " · ".join(parts)
