"""The first page anybody sees: one sentence, one big button, one promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.icons import APP_ICON, IconLabel, draw_icon
from photofind.gui.plain_text import PlainLabel
from photofind.gui.wording import display_path

if TYPE_CHECKING:
    from pathlib import Path

_LOGO_PX = 104
_LOGO_NEEDS_PX = 420
_TEXT_PX = 560
_EDGE = 24


class FirstRunPage(QWidget):
    """Asks for the first folder and proposes the Pictures folder."""

    folder_accepted = Signal(object)
    """The proposed folder, a Path."""
    choose_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyPage")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._proposed: Path | None = None
        self._logo = PlainLabel(self)
        self._logo.setPixmap(
            draw_icon(APP_ICON, QColor(Qt.GlobalColor.black), _LOGO_PX, self.devicePixelRatio())
        )
        title = PlainLabel(self.tr("Find any photo by describing it"), self)
        title.setProperty("textStyle", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        text = PlainLabel(
            self.tr(
                "Choose a folder with photos. photofind looks at every picture once; you can "
                "search the first ones while it is still working on the rest."
            ),
            self,
        )
        text.setProperty("tone", "faint")
        text.setWordWrap(True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._accept = PushButton("", self, ButtonKind.PRIMARY)
        self._accept.setProperty("textStyle", "large")
        self._where = PlainLabel(self)
        self._where.setProperty("tone", "faint")
        self._where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._choose = PushButton("", self)
        promise = PlainLabel(
            self.tr("Nothing leaves this computer, and your photos are never changed."),
            self,
        )
        promise.setProperty("tone", "faint")

        # Labels that wrap know their height only inside a box of known width.
        self._box = QWidget(self)
        inner = QVBoxLayout(self._box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(12)
        inner.addWidget(self._logo, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addSpacing(6)
        inner.addWidget(title)
        inner.addWidget(text)
        inner.addSpacing(14)
        for part in (self._accept, self._where, self._choose):
            inner.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        foot_box = QWidget(self)
        foot = QHBoxLayout(foot_box)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(10)
        foot.addStretch(1)
        foot.addWidget(IconLabel("lock", 18, parent=foot_box))
        foot.addWidget(promise)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        column.addStretch(5)
        column.addWidget(self._box, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(4)
        column.addWidget(foot_box, 0, Qt.AlignmentFlag.AlignHCenter)

        self._accept.clicked.connect(self._on_accepted)
        self._choose.clicked.connect(self.choose_requested)
        self.propose(None)

    def propose(self, folder: Path | None) -> None:
        """Offers a folder with one big button; without one, asks to choose."""
        self._proposed = folder
        if folder is None:
            self._accept.setText(self.tr("Choose a folder…"))
            self._where.hide()
            self._choose.hide()
            self._fit()
            return
        self._accept.setText(self.tr("Add my Pictures folder"))
        self._where.setText(display_path(folder))
        self._where.show()
        self._choose.setText(self.tr("Choose another folder…"))
        self._choose.show()
        self._fit()

    def focus_first(self) -> None:
        """Puts the keyboard on the big button."""
        self._accept.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._logo.setVisible(self.height() >= _LOGO_NEEDS_PX)
        room = max(1, min(_TEXT_PX, self.width() - 2 * _EDGE))
        self._box.setFixedSize(room, self._box.heightForWidth(room))

    def _on_accepted(self) -> None:
        if self._proposed is None:
            self.choose_requested.emit()
        else:
            self.folder_accepted.emit(self._proposed)
