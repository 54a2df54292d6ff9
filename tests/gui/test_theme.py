"""What the style sheet makes of widgets in both colour schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.stylesheet import Tones, style_sheet
from photofind.gui.theme import DARK, LIGHT, palette_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def dressed(box: QWidget, tones: Tones) -> None:
    box.setPalette(palette_of(tones))
    box.setStyleSheet(style_sheet(tones))
    box.ensurePolished()


def colours(picture: QImage) -> set[str]:
    places = ((x, y) for x in range(picture.width()) for y in range(picture.height()))
    return {QColor(picture.pixel(x, y)).name() for x, y in places}


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_a_box_to_tick_stands_out(qtbot: QtBot, tones: Tones) -> None:
    box = QCheckBox("")
    qtbot.addWidget(box)
    dressed(box, tones)
    assert tones.faint in colours(box.grab().toImage())
    box.setChecked(True)
    ticked = colours(box.grab().toImage())
    assert tones.accent in ticked
    assert tones.on_accent in ticked


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_a_button_that_does_nothing_yet_does_not_ask_to_be_pressed(
    qtbot: QtBot, tones: Tones
) -> None:
    button = PushButton("Export", None, ButtonKind.PRIMARY)
    qtbot.addWidget(button)
    dressed(button, tones)
    assert tones.accent in colours(button.grab().toImage())
    button.setDefault(True)
    button.setEnabled(False)
    assert tones.accent not in colours(button.grab().toImage())


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_a_list_of_choices_shows_that_it_opens(qtbot: QtBot, tones: Tones) -> None:
    box = QComboBox()
    qtbot.addWidget(box)
    dressed(box, tones)
    assert "#7f8693" in colours(box.grab().toImage())


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_the_offer_of_weaker_matches_can_be_read_with_the_keyboard_on_it(
    qtbot: QtBot, tones: Tones
) -> None:
    """As the default button it had white letters on its light ground."""
    button = PushButton("Show 56 weaker matches")
    button.setObjectName("weakerButton")
    qtbot.addWidget(button)
    dressed(button, tones)
    before = button.grab().toImage()
    button.setDefault(True)
    assert button.grab().toImage() == before


@pytest.mark.parametrize("kind", [ButtonKind.QUIET, ButtonKind.LINK])
def test_a_button_without_a_frame_keeps_its_letters_when_it_is_the_default(
    qtbot: QtBot, kind: ButtonKind
) -> None:
    """Qt makes a button the default when it gets the keyboard; bold, its text was cut off."""
    button = PushButton("4 problems", None, kind)
    qtbot.addWidget(button)
    dressed(button, LIGHT)
    before = button.grab().toImage()
    button.setDefault(True)
    assert button.grab().toImage() == before
