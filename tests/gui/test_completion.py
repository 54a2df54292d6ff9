"""What the search field proposes, and taking it by keyboard and mouse in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from photofind.catalog.recent_searches import remember_search
from photofind.catalog.searches import save_search
from photofind.catalog.writer import CatalogWriter
from photofind.domain import PhotoId
from photofind.gui.proposals import ProposalList
from tests.plugins.catalog import change_tags, write

if TYPE_CHECKING:
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def folders(folders: AppFolders, indexed: IndexedPhotos) -> AppFolders:
    """Some photos have tags, and there are a saved and two recent searches."""
    with CatalogWriter(folders) as writer:
        write(writer, change_tags, _ids(writer)[:2], add=["sea side", "seal"])
        write(writer, save_search, "Sketches", "name:drawn sort:name")
    for query in ("name:rocket", "two dogs"):
        remember_search(folders, query)
    return folders


def _ids(writer: CatalogWriter) -> list[PhotoId]:
    with writer.transaction() as tx:
        rows = tx.execute("SELECT photo_id FROM visible_photos ORDER BY photo_id")
        return [PhotoId(photo_id) for (photo_id,) in rows]


def proposed(window: Driver) -> list[str]:
    """What the list shows, as far as it is open."""
    lists = window.window.findChildren(ProposalList)
    if not lists or not lists[0].isVisible():
        return []
    model = lists[0].model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_values_of_the_library_are_proposed_and_taken_by_key(window: Driver) -> None:
    window.type("-sea")
    window.until(lambda: proposed(window) == ["sea side", "seal"])
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Up)
    window.press(Qt.Key.Key_Return)
    assert window.search_line.text() == '-tag:"sea side" '
    assert proposed(window) == []
    window.wait_rows(22)
    window.type("cam")
    window.until(lambda: proposed(window) == ["camera:"])
    window.press(Qt.Key.Key_Tab)
    assert window.search_line.text() == '-tag:"sea side" camera:'
    assert proposed(window) == ["Kamera K1"]
    window.press(Qt.Key.Key_Tab)
    assert window.search_line.text() == '-tag:"sea side" camera:"Kamera K1" '
    assert window.focused() is window.search_line
    window.wait_rows(18)


def test_escape_closes_the_list_and_leaves_the_words(window: Driver) -> None:
    window.type("sea")
    window.until(lambda: proposed(window) == ["sea side", "seal"])
    window.press(Qt.Key.Key_Escape)
    assert (proposed(window), window.search_line.text()) == ([], "sea")
    window.press(Qt.Key.Key_Escape)
    assert window.search_line.text() == ""


def test_enter_without_a_choice_searches_for_what_is_typed(window: Driver) -> None:
    window.type("sea")
    window.until(lambda: proposed(window) != [])
    window.press(Qt.Key.Key_Return)
    assert (proposed(window), window.search_line.text()) == ([], "sea")
    assert window.program.browsing.words == "sea"


def test_below_the_last_proposal_the_photos_come(window: Driver) -> None:
    window.wait_pictures()
    window.type("name:")
    window.type("rocke")
    window.until(lambda: proposed(window) == ["name:rocket"])
    window.wait_rows(1)
    window.press(Qt.Key.Key_Down)
    assert window.focused() is window.search_line
    window.press(Qt.Key.Key_Down)
    assert window.focused() is window.view
    assert proposed(window) == []


def test_recent_and_saved_searches_are_proposed(window: Driver) -> None:
    window.press(Qt.Key.Key_Down, ALT)
    window.until(lambda: proposed(window) == ["two dogs", "name:rocket"])
    window.press(Qt.Key.Key_Escape)
    QTest.mouseClick(window.search_line, Qt.MouseButton.LeftButton)
    assert proposed(window) == ["two dogs", "name:rocket"]
    window.type("sket")
    window.until(lambda: proposed(window) == ["Sketches"])
    (opened,) = window.window.findChildren(ProposalList)
    place = opened.visualRect(opened.model().index(0, 0)).center()
    QTest.mouseClick(opened.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.search_line.text() == "name:drawn sort:name"
    window.wait_rows(20)


def test_the_list_goes_when_the_field_is_left(window: Driver) -> None:
    window.type("sea")
    window.until(lambda: proposed(window) != [])
    window.view.setFocus()
    assert proposed(window) == []
