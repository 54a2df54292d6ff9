"""A label that shortens its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication

from photofind.gui.labels import ElidedLabel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_what_is_cut_off_now_can_be_read_and_not_what_was_before(qtbot: QtBot) -> None:
    label = ElidedLabel("", Qt.TextElideMode.ElideRight)
    qtbot.addWidget(label)
    label.resize(60, 20)
    label.show()

    def tooltip() -> str:
        place = QPoint(2, 2)
        event = QHelpEvent(QEvent.Type.ToolTip, place, label.mapToGlobal(place))
        QApplication.sendEvent(label, event)
        return label.toolTip()

    label.setText("the long name of the photo that was shown before")
    assert tooltip() == label.text()
    label.setText("the long name of the photo that is shown now")
    assert tooltip() == label.text()
    label.setText("a")
    assert tooltip() == ""
