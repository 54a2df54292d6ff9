"""Recent searches in the real window: remembered once they were looked at, offered, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from photofind.catalog.recent_searches import read_recent_searches, remember_search
from photofind.worker.messages import ForgetSearches, RecentSearchesChanged, RememberSearch

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def entries(window: Driver) -> dict[str, QAction]:
    """The menu of recent searches as it opens."""
    (menu,) = (
        each
        for each in window.window.findChildren(QMenu)
        if each.title().replace("&", "") == "Recent searches"
    )
    menu.aboutToShow.emit()
    return {each.text(): each for each in menu.actions() if each.text()}


def remembered(window: Driver) -> list[str]:
    return [each.query for each in window.worker.commands if isinstance(each, RememberSearch)]


def test_what_was_looked_at_is_remembered_and_what_was_typed_on_the_way_is_not(
    window: Driver, indexed: IndexedPhotos
) -> None:
    assert not entries(window)["No recent searches"].isEnabled()
    window.search("name:dr")
    window.search("name:drawn")
    window.wait_rows(indexed.count - 4)
    window.press(Qt.Key.Key_Down)
    window.until(lambda: remembered(window) == ["name:drawn"])
    window.press(Qt.Key.Key_Right)
    window.search("name:rocket a&b")
    window.press(Qt.Key.Key_Return)
    window.until(lambda: remembered(window) == ["name:drawn", "name:rocket a&b"])
    window.search("date:2023-99")
    window.press(Qt.Key.Key_Return)
    assert list(entries(window))[:2] == ["name:rocket a&&b", "name:drawn"]
    entries(window)["name:drawn"].trigger()
    window.wait_rows(indexed.count - 4)
    assert window.search_line.text() == "name:drawn"
    assert list(entries(window))[:2] == ["name:drawn", "name:rocket a&&b"]
    assert len(remembered(window)) == 3


def test_they_are_there_again_and_can_be_forgotten(desk: Driver, folders: AppFolders) -> None:
    desk.search("ext:jpg")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: read_recent_searches(folders) == ["ext:jpg"])
    entries(desk)["&Forget them"].trigger()
    desk.until(lambda: not folders.recent_searches.exists())
    assert "ext:jpg" not in entries(desk)


def test_another_program_may_forget_them(window: Driver, folders: AppFolders) -> None:
    remember_search(folders, "dogs")
    window.program.search_history.read()
    window.until(lambda: "dogs" in entries(window))
    folders.recent_searches.unlink()
    window.worker.on_event(RecentSearchesChanged())
    window.until(lambda: "dogs" not in entries(window))
    assert not window.worker.waits_for(ForgetSearches)


def test_they_are_not_remembered_where_that_is_turned_off(window: Driver) -> None:
    window.search("ext:jpg")
    window.press(Qt.Key.Key_Return)
    assert "ext:jpg" in entries(window)
    remembers = entries(window)["&Remember searches"]
    assert remembers.isChecked()
    remembers.trigger()
    window.until(lambda: ("remembers_searches", False) in window.worker.chosen())
    window.until(lambda: "ext:jpg" not in entries(window))
    window.search("name:drawn")
    window.press(Qt.Key.Key_Return)
    assert not entries(window)["&Remember searches"].isChecked()
    assert remembered(window) == ["ext:jpg"]
