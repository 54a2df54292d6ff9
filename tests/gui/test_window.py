"""The window as a person meets it: what is there at the start, and what typing brings."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photofind.domain import Activity, WorkProgress
from photofind.gui.app import open_engine
from photofind.settings import Settings, write_settings
from photofind.worker.messages import IndexingProgress
from tests.plugins.patience import PATIENCE_MS

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.gui.searching import Engine
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def test_the_keyboard_is_in_the_search_field_at_the_start(window: Driver) -> None:
    assert window.focused() is window.search_line


def test_an_empty_query_shows_everything_newest_first(window: Driver) -> None:
    window.wait_pictures()
    drawn = [name for name in window.names() if name.startswith("drawn")]
    assert drawn
    assert drawn == sorted(drawn, reverse=True)
    assert window.grid.title == "All photos"


def test_typing_finds_and_clearing_brings_everything_back(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.search("a cat")
    window.wait_pictures()
    assert window.names()[0] == "chelsea.jpg"
    assert window.model.rowCount() < indexed.count
    assert window.grid.title == "Found"
    window.click(window.button(window.window.search_bar, "Clear the search"))
    window.wait_rows(indexed.count)
    assert window.focused() is window.search_line


def test_weaker_matches_wait_behind_a_button(window: Driver, indexed: IndexedPhotos) -> None:
    window.search("a cat")
    found = window.model.rowCount()
    assert 0 < found < indexed.count
    button = window.button(window.grid, f"Show {indexed.count - found} weaker matches")
    window.click(button)
    assert window.model.rowCount() == indexed.count
    assert not window.model.is_weak(found - 1)
    assert window.model.is_weak(found)
    assert not button.isVisible()
    assert "weaker matches are faded" in window.grid.note


def test_says_so_when_nothing_matches_well(window: Driver, indexed: IndexedPhotos) -> None:
    window.search("quarterly tax declaration spreadsheet")
    assert window.grid.title == "Nothing matches well"
    assert window.grid.note == "These are the nearest photos."
    assert window.model.rowCount() == indexed.count
    assert all(window.model.is_weak(row) for row in range(indexed.count))


def test_says_what_plain_words_were_read_as(window: Driver) -> None:
    window.search("1975")
    window.until(lambda: window.grid.empty_text == "Nothing found")
    assert "date:1975" in window.grid.empty_hint


def test_an_empty_answer_says_whether_it_may_still_fill(window: Driver) -> None:
    window.search("tag:unicorn")
    for_good = "No photo has what you ask for. Try other words, or fewer."
    assert for_good in window.words(window.grid)
    window.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.INDEXING, done=1, total=2))
    )
    window.until(lambda: window.grid.empty_text == "Nothing found yet")
    window.worker.on_event(IndexingProgress(progress=WorkProgress(activity=Activity.IDLE)))
    window.until(lambda: for_good in window.words(window.grid))


def test_a_query_too_long_is_answered_with_a_sentence(window: Driver) -> None:
    window.window.search_bar.show_words("dog " * 2_500)
    window.window.search_bar.submitted.emit()
    window.until(lambda: "at most 2,000" in window.grid.empty_text)


def test_similar_photos_and_the_way_back(window: Driver, indexed: IndexedPhotos) -> None:
    window.wait_pictures()
    window.view.select_row(3)
    window.view.setFocus()
    chosen, name = window.model.photo_id(3), window.names()[3]
    window.press(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.grid.title in ("Similar photos", "Nothing matches well"))
    assert window.model.rows.find(chosen) is None
    assert window.window.search_bar.chip == f"Similar to {name}"
    window.press(Qt.Key.Key_Escape)
    window.wait_rows(indexed.count)
    assert window.window.search_bar.chip == ""
    assert window.view.current_row() == 3


def test_typing_leaves_find_similar(window: Driver) -> None:
    window.wait_pictures()
    window.program.browsing.find_similar(window.model.photo_id(0), "x.jpg")
    window.until(lambda: window.model.rows.why != ())
    window.search("coffee")
    window.wait_pictures()
    assert window.names()[0] == "coffee.jpg"
    assert "coffee" in window.search_line.text()


def test_the_last_words_are_searched_again_at_the_next_start(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    write_settings(folders, Settings(last_query="a cat"))
    window = open_window(folders)
    window.until(lambda: window.grid.title == "Found")
    assert window.search_line.text() == "a cat"
    assert window.search_line.selectedText() == "a cat", "typing replaces it"


def test_no_result_page_for_a_catalog_without_photos(
    open_window: Callable[..., Driver], empty_folders: AppFolders
) -> None:
    window = open_window(empty_folders)
    window.until(lambda: window.window.shows_first_run)
    assert not window.window.search_bar.isEnabled()


def test_drawing_at_twice_the_pixels_asks_for_sharper_pictures(window: Driver) -> None:
    window.wait_pictures()
    side = window.view.picture_side()
    picture = window.program.pictures.find(window.model.content_id(0))
    assert picture is not None
    assert picture.pixmap is not None
    assert picture.pixmap.width() == side == picture.side


def test_zooming_keeps_the_photos_in_sight(window: Driver) -> None:
    window.wait_pictures()
    columns_before = window.view.gridSize().width()
    window.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert window.view.gridSize().width() > columns_before
    window.wait_pictures()


def test_the_mouse_goes_back_too(window: Driver, indexed: IndexedPhotos) -> None:
    window.search("a cat")
    window.program.browsing.find_similar(window.model.photo_id(0), "x.jpg")
    window.until(lambda: window.window.search_bar.chip != "" and window.search_line.text() == "")
    QTest.mouseClick(window.view.viewport(), Qt.MouseButton.BackButton)
    window.until(lambda: window.grid.title == "Found")
    assert window.search_line.text() == "a cat"
    assert window.window.search_bar.chip == ""


def test_an_answer_that_takes_long_is_announced(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    gate = threading.Event()

    def slow_engine(where: AppFolders) -> Engine:
        assert gate.wait(PATIENCE_MS / 1000)
        return open_engine(where)

    window = open_window(folders, make_engine=slow_engine)
    window.type("a cat")
    try:
        window.until(lambda: window.grid.note == "Searching…")
    finally:
        gate.set()
    window.until(lambda: window.grid.title == "Found")
    assert "photo" in window.grid.note


def test_in_a_small_window_the_note_takes_no_room_from_the_photos(window: Driver) -> None:
    window.window.resize(640, 480)
    window.window.show_folders(True)
    window.grid.show_heading("Nothing matches well", "")
    window.until(lambda: window.window.width() == 640 and window.grid.width() < 400)
    before = window.view.height()
    window.grid.show_heading("Nothing matches well", "These are the nearest photos.")
    QApplication.processEvents()  # lays everything out
    assert window.view.height() == before
