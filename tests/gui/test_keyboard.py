"""Everything with the keyboard alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from photofind.worker.messages import Rescan, Watch

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier


def test_a_walk_from_the_search_field_through_the_photos_and_back(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.wait_pictures()
    window.press(Qt.Key.Key_Down)
    assert window.focused() is window.view
    assert window.view.current_row() == 0
    assert window.view.selected_rows() == [0]
    window.press(Qt.Key.Key_Right)
    assert window.view.current_row() == 1
    window.press(Qt.Key.Key_Down)
    line = window.view.currentIndex().row()
    assert line > 1
    window.press(Qt.Key.Key_Return)
    assert window.previews()
    window.press(Qt.Key.Key_Right)
    assert window.program.preview.photo_id == window.model.photo_id(line + 1)
    window.press(Qt.Key.Key_End)
    assert window.program.preview.photo_id == window.model.photo_id(indexed.count - 1)
    window.press(Qt.Key.Key_Home)
    window.press(Qt.Key.Key_Escape)
    assert not window.previews()
    assert window.focused() is window.view
    assert window.view.current_row() == 0
    window.press(Qt.Key.Key_Up)
    assert window.focused() is window.search_line


def test_f10_opens_the_menu(window: Driver, qtbot: QtBot) -> None:
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_F10)
    menu = window.window.menu_button.menu()
    qtbot.waitUntil(menu.isVisible)
    assert menu.activeAction() is menu.actions()[0]
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    assert window.focused() is window.view
    window.press(Qt.Key.Key_Return)
    window.press(Qt.Key.Key_F10)
    assert window.previews()
    assert not menu.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_the_key_that_opens_a_photo_closes_it(window: Driver, key: Qt.Key) -> None:
    window.press(Qt.Key.Key_Down)
    window.press(key)
    assert window.previews()
    window.press(key)
    assert not window.previews()


def test_escape_anywhere_in_the_questions_closes_them_and_not_the_photo(window: Driver) -> None:
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Return)
    window.press(Qt.Key.Key_Q)
    window.press(Qt.Key.Key_Tab)
    assert window.focused() is window.button(window.window.preview.questions, "Ask")
    window.press(Qt.Key.Key_Escape)
    assert window.window.preview.questions.isHidden()
    assert window.previews()
    window.press(Qt.Key.Key_Escape)
    assert not window.previews()


def test_typing_among_the_photos_goes_to_the_search_field(window: Driver) -> None:
    window.press(Qt.Key.Key_Down)
    window.type("coffee")
    assert window.focused() is window.search_line
    assert window.search_line.text() == "coffee"
    window.until(lambda: window.grid.title == "Found")


def test_slash_and_ctrl_f_go_to_the_search_field(window: Driver) -> None:
    for key, modifiers in (
        (Qt.Key.Key_Slash, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_F, CTRL),
    ):
        window.press(Qt.Key.Key_Down)
        assert window.focused() is window.view
        window.press(key, modifiers)
        assert window.focused() is window.search_line
        assert window.search_line.text() == ""
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Return)
    window.press(Qt.Key.Key_F, CTRL)
    assert not window.previews()
    assert window.focused() is window.search_line


def test_escape_in_the_search_field_clears_then_goes_to_the_photos(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.search("coffee")
    window.press(Qt.Key.Key_Escape)
    assert window.search_line.text() == ""
    window.wait_rows(indexed.count)
    window.press(Qt.Key.Key_Escape)
    assert window.focused() is window.view


def test_escape_lets_go_of_several_chosen_photos(window: Driver, indexed: IndexedPhotos) -> None:
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_A, CTRL)
    assert len(window.view.selected_rows()) == indexed.count
    assert window.grid.chosen_text == f"{indexed.count} selected"
    window.press(Qt.Key.Key_Escape)
    assert window.view.selected_rows() == []
    assert window.grid.chosen_text == ""


def test_enter_searches_without_waiting(window: Driver) -> None:
    window.window.search_bar.select_words()
    window.type("coffee")
    with window.qtbot.waitSignal(window.program.searcher.answered):
        window.press(Qt.Key.Key_Return)
    assert window.focused() is window.search_line


def test_the_menu_key_offers_every_action(window: Driver) -> None:
    window.wait_pictures()
    window.press(Qt.Key.Key_Down)
    place = window.view.mapToGlobal(window.cell(0))
    window.view.menu_requested.emit(place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    names = [action.text().replace("&", "") for action in menu.actions() if action.text()]
    assert names[:5] == ["Find similar", "Open", "Show in folder", "Copy image", "Copy path"]
    assert "Forget…" in names
    menu.close()


def test_every_letter_of_a_menu_means_one_thing(window: Driver) -> None:
    """Else the letter only walks through those that share it."""
    window.wait_pictures()
    main = window.window.menu_button.menu()
    window.press(Qt.Key.Key_Down)
    window.view.menu_requested.emit(window.view.mapToGlobal(window.cell(0)))
    context = QApplication.activePopupWidget()
    assert isinstance(context, QMenu)
    for menu in (main, context):
        texts = [action.text() for action in menu.actions() if action.text()]
        letters = Counter(text[text.index("&") + 1].lower() for text in texts)
        assert set(letters.values()) == {1}, (letters, texts)
    context.close()


def test_tab_reaches_every_part(window: Driver) -> None:
    window.wait_pictures()
    window.window.resize(1200, 800)
    window.window.show_folders(True)
    window.until(lambda: bool(window.program.state.status))
    reached: list[QWidget] = []
    for _ in range(30):
        widget = window.focused()
        if widget in reached:
            break
        reached.append(widget)
        window.press(Qt.Key.Key_Tab)
    names = [widget.accessibleName() for widget in reached]
    assert names[:2] == ["Search photos", "Photos"]
    for needed in ("Folders (Ctrl+B)", "Menu", "Size of the photos", "Close the folders panel"):
        assert needed in names
    assert any(name.startswith("Remove ") for name in names)


def test_everything_that_takes_the_keyboard_has_a_name(window: Driver) -> None:
    window.window.show_folders(True)
    window.until(lambda: bool(window.program.state.status))
    nameless = [
        widget
        for widget in window.window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not getattr(widget, "text", lambda: "")()
    ]
    assert nameless == []


def test_keys_of_the_menu(window: Driver) -> None:
    panel = window.window.folders_panel
    window.press(Qt.Key.Key_B, CTRL)
    assert panel.isVisible()
    window.press(Qt.Key.Key_B, CTRL)
    assert not panel.isVisible()
    before = window.view.photo_px
    window.press(Qt.Key.Key_Minus, CTRL)
    assert window.view.photo_px < before
    window.until(lambda: window.worker.commands == [Watch()])
    window.press(Qt.Key.Key_F5)
    window.until(lambda: window.worker.commands == [Watch(), Rescan()])
    window.press(Qt.Key.Key_Q, CTRL)
    assert not window.window.isVisible()


def test_alt_left_goes_back(window: Driver, indexed: IndexedPhotos) -> None:
    window.program.browsing.find_similar(window.model.photo_id(0), "x.jpg")
    window.until(lambda: window.model.rows.why != ())
    window.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    window.wait_rows(indexed.count)
