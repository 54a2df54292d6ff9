"""The places beside the grid, clicked and walked through in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFrame

from photofind.catalog.editing import edit_photos
from photofind.catalog.writer import CatalogWriter
from photofind.domain import EditedField, PhotoEdit
from photofind.worker.messages import CatalogChanged
from tests.plugins.catalog import change_tags, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QTreeWidgetItem

    from photofind.gui.places import PlacesTree
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier


def tree(window: Driver) -> PlacesTree:
    return window.window.folders_panel.places


def find(window: Driver, text: str) -> QTreeWidgetItem | None:
    flags = Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
    found = tree(window).findItems(text, flags)
    return found[0] if found else None


def click(window: Driver, text: str) -> None:
    item = find(window, text)
    assert item is not None
    place = tree(window).visualItemRect(item).center()
    QTest.mouseClick(tree(window).viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def opened(window: Driver, folders: AppFolders) -> Driver:
    """The places are shown; two photos are favourites, and one of them has a tag."""
    ids = [window.model.photo_id(0), window.model.photo_id(5)]
    with CatalogWriter(folders) as writer:
        edit = PhotoEdit(field=EditedField.FAVOURITE, photo_ids=tuple(ids), value=1)
        write(writer, edit_photos, [edit])
        write(writer, change_tags, ids[:1], add=["sea"])
    window.worker.on_event(CatalogChanged())
    window.press(Qt.Key.Key_B, CTRL)
    window.until(lambda: find(window, "sea") is not None)
    return window


def test_places_are_counted_and_shown(opened: Driver, indexed: IndexedPhotos) -> None:
    library, favourites = find(opened, "Library"), find(opened, "Favourites")
    assert library is not None
    assert favourites is not None
    assert library.text(1) == str(indexed.count)
    assert favourites.text(1) == "2"
    click(opened, "Favourites")
    opened.wait_rows(2)
    assert opened.grid.title == "Favourites"
    assert opened.grid.note == "2 photos"
    click(opened, "Library")
    opened.wait_rows(indexed.count)
    assert opened.grid.title == "All photos"


def test_years_tags_and_folders_unfold(opened: Driver, indexed: IndexedPhotos) -> None:
    click(opened, "Years")
    click(opened, "2020")
    opened.wait_rows(1)
    assert opened.grid.title == "2020"
    click(opened, "Tags")
    click(opened, "sea")
    opened.until(lambda: opened.search_line.text() == "tag:sea")
    opened.wait_rows(1)
    click(opened, "Folders")
    click(opened, indexed.photos.name)
    opened.wait_rows(indexed.count)
    assert opened.grid.title == indexed.photos.name


def test_escape_leads_back_from_a_place(opened: Driver, indexed: IndexedPhotos) -> None:
    click(opened, "Favourites")
    opened.wait_rows(2)
    opened.view.setFocus()
    opened.view.clearSelection()
    opened.press(Qt.Key.Key_Escape)
    opened.wait_rows(indexed.count)


def test_a_place_follows_what_happens(opened: Driver, folders: AppFolders) -> None:
    click(opened, "Favourites")
    opened.wait_rows(2)
    gone = opened.model.photo_id(0)
    with CatalogWriter(folders) as writer:
        edit = PhotoEdit(field=EditedField.FAVOURITE, photo_ids=(gone,), value=0)
        write(writer, edit_photos, [edit])
    opened.worker.on_event(CatalogChanged())
    opened.wait_rows(1)
    assert opened.model.photo_id(0) != gone


def test_a_folder_row_shows_its_photos(opened: Driver, indexed: IndexedPhotos) -> None:
    click(opened, "Favourites")
    opened.wait_rows(2)
    panel = opened.window.folders_panel
    (row,) = panel.findChildren(QFrame, "folderRow")
    opened.click(row)
    opened.wait_rows(indexed.count)
    assert opened.grid.title == indexed.photos.name


def test_what_is_open_is_open_again(
    opened: Driver, open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    click(opened, "Years")
    opened.worker.greet()
    opened.close()
    again = open_window(folders)
    assert again.window.folders_panel.isVisible()
    again.until(lambda: find(again, "Years") is not None)
    years = find(again, "Years")
    assert years is not None
    assert years.isExpanded()
