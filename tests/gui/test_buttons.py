"""Enter presses the button that has the keyboard, whatever the dialog would make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu, QVBoxLayout

from photofind.gui.buttons import PushButton

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
@pytest.mark.parametrize("may_be_default", [True, False])
def test_it_and_no_other_is_pressed(qtbot: QtBot, key: Qt.Key, may_be_default: bool) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    column, pressed = QVBoxLayout(dialog), []
    for name in ("Close", "Check it"):
        button = PushButton(name, dialog)
        button.setAutoDefault(may_be_default)
        button.clicked.connect(lambda _checked=False, name=name: pressed.append(name))
        column.addWidget(button)
    dialog.show()
    QTest.keyClick(button, key)
    assert pressed == ["Check it"]
    assert dialog.isVisible()


def test_its_menu_opens(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    button, menu = PushButton("Import a model", dialog), QMenu(dialog)
    button.setAutoDefault(False)
    button.setMenu(menu)
    menu.addAction("From a folder…")
    dialog.show()
    QTest.keyClick(button, Qt.Key.Key_Return)
    qtbot.waitUntil(menu.isVisible)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
