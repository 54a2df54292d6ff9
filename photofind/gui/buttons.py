"""Buttons that Enter presses too, as Space does: nobody should have to know the difference."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from photofind.gui.icons import themed_icon
from photofind.gui.plain_text import tooltip

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class ButtonKind(StrEnum):
    """How much a button asks for attention."""

    PLAIN = "plain"
    PRIMARY = "primary"
    LINK = "link"
    QUIET = "quiet"


class PushButton(QPushButton):
    """A button with words on it."""

    def __init__(
        self, text: str, parent: QWidget | None = None, kind: ButtonKind = ButtonKind.PLAIN
    ) -> None:
        super().__init__(text, parent)
        self.setAutoDefault(True)
        self.setProperty("kind", kind.value)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Qt leaves Enter to the dialog, which presses its default button, if it has one.
        if event.key() not in _ENTER:
            super().keyPressEvent(event)
        elif self.menu() is not None:
            self.showMenu()
        else:
            self.click()


class IconButton(QToolButton):
    """A flat button with one icon that follows the palette.

    Args:
        name: the icon.
        label: what it does; the tooltip and the accessible name.
    """

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = name
        self.setIconSize(QSize(20, 20))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.relabel(name, label)

    def relabel(self, name: str, label: str) -> None:
        """Changes what the button shows and says."""
        self._icon_name = name
        self.setToolTip(tooltip(label))
        self.setAccessibleName(label)
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.click()
        else:
            super().keyPressEvent(event)

    def _draw(self) -> None:
        icon = themed_icon(self._icon_name, self.palette(), self.devicePixelRatio())
        self.setIcon(icon)

    def event(self, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.DevicePixelRatioChange}:
            self._draw()
        return super().event(event)
