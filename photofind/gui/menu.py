"""The window's menu: every entry can be reached by the keyboard, too."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QUndoStack

    from photofind.gui.window import MainWindow


def _call(act: Callable[[], object], _checked: bool = False) -> None:
    act()


class _ActionMenu(QMenu):
    """Entries whose keys work in the whole window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def add(self, text: str, keys: str, act: Callable[[], object]) -> QAction:
        """Adds an entry.

        Args:
            keys: what else does it in the whole window; "" for nothing.
        """
        action = QAction(text, self._window)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(partial(_call, act))
        self.addAction(action)
        self._window.addAction(action)
        return action


class EditMenu(_ActionMenu):
    """What undoes and redoes, and what can be said of the chosen photos."""

    def add_undo(self, stack: QUndoStack) -> None:
        """Adds what undoes and redoes the last step, by its name."""
        self._undo = self.add(self.tr("&Undo"), "Ctrl+Z", stack.undo)
        self._redo = self.add(self.tr("&Redo"), "Ctrl+Shift+Z", stack.redo)
        stack.undoTextChanged.connect(self._name_undo)
        stack.redoTextChanged.connect(self._name_redo)
        for action, changed in (
            (self._undo, stack.canUndoChanged),
            (self._redo, stack.canRedoChanged),
        ):
            action.setEnabled(False)
            changed.connect(action.setEnabled)

    def _name_undo(self, step: str) -> None:
        named = self.tr("&Undo {step}").format(step=step)
        self._undo.setText(named if step else self.tr("&Undo"))

    def _name_redo(self, step: str) -> None:
        named = self.tr("&Redo {step}").format(step=step)
        self._redo.setText(named if step else self.tr("&Redo"))


class WindowMenu(_ActionMenu):
    """Opens at its button; F10 opens it, too."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        window.menu_button.setMenu(self)
        QShortcut(QKeySequence("F10"), window).activated.connect(self._open)

    def _open(self) -> None:
        button = self._window.menu_button
        if button.isVisible():  # above a large photo there is none
            self.setActiveAction(self.actions()[0])
            self.popup(button.mapToGlobal(button.rect().bottomLeft()))
