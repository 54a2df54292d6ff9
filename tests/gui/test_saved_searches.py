"""Searches that are kept under a name, saved, run, renamed and removed in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from photofind.catalog.reader import CatalogReader
from photofind.catalog.searches import read_saved_searches, save_search
from photofind.catalog.writer import CatalogWriter
from photofind.worker.messages import RemoveSavedSearch, SavedSearchesChanged, SaveSearch
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QTreeWidgetItem

    from photofind.gui.saved_search_dialog import SavedSearchDialog
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier
FLAGS = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive


def saved(folders: AppFolders) -> dict[str, str]:
    with CatalogReader(folders) as reader:
        return {each.name: each.query for each in read(reader, read_saved_searches)}


def item(window: Driver, text: str) -> QTreeWidgetItem | None:
    found = window.window.folders_panel.places.findItems(text, FLAGS)
    return found[0] if found else None


def known_item(window: Driver, text: str) -> QTreeWidgetItem:
    found = item(window, text)
    assert found is not None
    return found


def click(window: Driver, text: str) -> None:
    tree = window.window.folders_panel.places
    place = tree.visualItemRect(known_item(window, text)).center()
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)


def wait_for_dialog(window: Driver) -> SavedSearchDialog:
    window.until(lambda: window.program.saved_searches.dialog is not None)
    dialog = window.program.saved_searches.dialog
    assert dialog is not None
    return dialog


def back_to(window: Driver) -> None:
    """A dialog was closed: the window has the keyboard again."""
    with window.qtbot.waitActive(window.window):
        window.window.activateWindow()


def entry(menu: QMenu, text: str) -> QAction:
    (found,) = (each for each in menu.actions() if each.text().replace("&", "") == text)
    return found


@pytest.fixture
def opened(window: Driver, folders: AppFolders) -> Driver:
    """Two searches are saved, and the places are shown and unfolded."""
    with CatalogWriter(folders) as writer:
        write(writer, save_search, "Drawings", "name:drawn")
        write(writer, save_search, "Later", "name:drawn sort:-date date:2015..2020")
    window.press(Qt.Key.Key_B, CTRL)
    window.until(lambda: item(window, "Drawings") is not None)
    click(window, "Saved searches")
    return window


def test_a_search_is_saved_counted_run_renamed_removed_and_brought_back(
    desk: Driver, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    desk.search("name:drawn")
    desk.wait_rows(indexed.count - 4)
    desk.press(Qt.Key.Key_S, CTRL)
    dialog = wait_for_dialog(desk)
    assert dialog.field.text() == "name:drawn"
    QTest.keyClicks(dialog.field, "Drawings")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    desk.until(lambda: saved(folders) == {"Drawings": "name:drawn"})
    assert desk.window.banner.text.startswith("Saved as “Drawings”")
    back_to(desk)
    desk.press(Qt.Key.Key_B, CTRL)
    desk.until(lambda: item(desk, "Drawings") is not None)
    desk.until(lambda: known_item(desk, "Drawings").text(1) == str(indexed.count - 4))
    assert known_item(desk, "Saved searches").isExpanded()
    click(desk, "Library")
    desk.wait_rows(indexed.count)
    click(desk, "Drawings")
    desk.wait_rows(indexed.count - 4)
    assert desk.search_line.text() == "name:drawn"
    tree = desk.window.folders_panel.places
    QTest.keyClick(tree, Qt.Key.Key_F2)
    dialog = wait_for_dialog(desk)
    QTest.keyClicks(dialog.field, "Sketches")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    desk.until(lambda: item(desk, "Sketches") is not None)
    back_to(desk)
    click(desk, "Sketches")
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    desk.until(lambda: item(desk, "Sketches") is None)
    assert saved(folders) == {}
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: item(desk, "Sketches") is not None)
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: saved(folders) == {"Drawings": "name:drawn"})
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: saved(folders) == {})


def test_saved_searches_are_counted_and_any_query_runs(
    opened: Driver, indexed: IndexedPhotos
) -> None:
    opened.until(lambda: known_item(opened, "Later").text(1) == "6")
    assert known_item(opened, "Drawings").text(1) == str(indexed.count - 4)
    click(opened, "Later")
    opened.wait_rows(6)
    assert opened.search_line.text() == "name:drawn sort:-date date:2015..2020"
    opened.view.setFocus()
    opened.press(Qt.Key.Key_Escape)
    opened.wait_rows(indexed.count)


def test_the_menu_of_a_saved_search_does_the_same(opened: Driver) -> None:
    tree = opened.window.folders_panel.places

    def menu_of(text: str) -> QMenu:
        place = tree.visualItemRect(known_item(opened, text)).center()
        where = tree.viewport().mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
        QApplication.sendEvent(tree.viewport(), event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    menu = menu_of("Later")
    entry(menu, "Rename…").trigger()
    menu.close()
    dialog = wait_for_dialog(opened)
    for name, can_be_saved in (("drawings", False), (" ", False), ("LATER", True)):
        dialog.field.setText(name)
        assert dialog.save.isEnabled() is can_be_saved
    assert dialog.problem.text() == ""
    dialog.field.setText("Drawings")
    assert dialog.problem.text() == "Another saved search has this name already."
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    back_to(opened)
    menu = menu_of("Later")
    entry(menu, "Remove").trigger()
    menu.close()
    opened.wait_for_command(RemoveSavedSearch)
    opened.worker.refuse(RemoveSavedSearch, "saved_search_unknown", "It is gone.")
    opened.until(lambda: opened.window.banner.text == "It is gone.")
    back_to(opened)
    opened.press(Qt.Key.Key_Z, CTRL)
    assert not opened.worker.waits_for(SaveSearch)
    menu = menu_of("Later")
    entry(menu, "Search").trigger()
    menu.close()
    opened.wait_rows(6)


def test_what_another_program_saves_appears(opened: Driver, folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, save_search, "<b>Bold</b>", 'image:"/gone.jpg"')
    opened.worker.on_event(SavedSearchesChanged())
    opened.until(lambda: item(opened, "<b>Bold</b>") is not None)
    opened.until(lambda: known_item(opened, "Later").text(1) == "6")
    assert known_item(opened, "<b>Bold</b>").text(1) == ""


def test_only_a_search_can_be_saved(opened: Driver) -> None:
    (save,) = (each for each in opened.window.actions() if each.text() == "Save &this search…")
    assert not save.isEnabled()
    opened.search("name:drawn")
    assert save.isEnabled()
    line = opened.search_line
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), line.mapToGlobal(QPoint(5, 5))
    )
    QApplication.sendEvent(line, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry(menu, "Save this search…").trigger()
    menu.close()
    opened.until(lambda: "saved as “Drawings”" in opened.window.banner.text)
    assert opened.program.saved_searches.dialog is None
