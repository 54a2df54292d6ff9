"""A strip above the photos with one sentence: never in the way, gone with one click."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from photofind.gui.buttons import ButtonKind, IconButton, PushButton
from photofind.gui.icons import IconLabel
from photofind.gui.plain_text import PlainLabel

_NOTICE_MS = 10_000
_ERROR_MS = 20_000
_CHARACTER_MS = 120
"""Twice as long as it takes to read, about 15 characters a second."""


class BannerLevel(StrEnum):
    NOTICE = "notice"
    ERROR = "error"


class Banner(QFrame):
    """Shows the latest message until it is dismissed or was there long enough to be read; one with
    something to do about it stays."""

    action_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._text = PlainLabel(self)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = PushButton("", self, ButtonKind.LINK)
        self._close = IconButton("close", self.tr("Dismiss this message"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 10, 6)
        row.setSpacing(12)
        row.addWidget(IconLabel("info", 20, QPalette.ColorRole.WindowText, self))
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._action.clicked.connect(self.action_requested)
        self._close.clicked.connect(self.hide)
        self._gone = QTimer(self)
        self._gone.setSingleShot(True)
        self._gone.timeout.connect(self._go)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_message(
        self, text: str, level: BannerLevel = BannerLevel.ERROR, action: str = ""
    ) -> None:
        """Shows a sentence, and a button if there is something to do about it."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self.setProperty("level", level.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self.show()
        self._gone.stop()
        if not action:
            least = _ERROR_MS if level is BannerLevel.ERROR else _NOTICE_MS
            self._gone.start(max(least, len(text) * _CHARACTER_MS))

    def _go(self) -> None:
        if self.underMouse() or self._close.hasFocus():
            self._gone.start(_NOTICE_MS)  # somebody is at it
        else:
            self.hide()
