"""What of a folder is left out, chosen in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from photofind.catalog.writer import CatalogWriter
from photofind.gui.buttons import IconButton
from photofind.worker.choice_messages import Exclude, Include, SetOnlineOnly
from photofind.worker.messages import CatalogChanged, path_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.gui.left_out_dialog import LeftOutDialog
    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from tests.gui.driver import Driver, IndexedPhotos


def sent(window: Driver, kind: type[Command]) -> list[Command]:
    return [command for command in window.worker.commands if isinstance(command, kind)]


def open_dialog(window: Driver) -> LeftOutDialog:
    """Opens it from the folders panel."""
    panel = window.window.folders_panel

    def buttons() -> list[IconButton]:
        panel.show()
        every = panel.findChildren(IconButton)
        return [each for each in every if "left out" in each.accessibleName() and each.isVisible()]

    window.until(lambda: bool(buttons()))
    window.click(buttons()[0])
    dialog = window.program.choices.dialog
    assert dialog is not None
    return dialog


@pytest.fixture
def dialog(window: Driver) -> LeftOutDialog:
    dialog = open_dialog(window)
    assert dialog.isVisible()
    return dialog


def test_a_pattern_is_left_out_with_enter(
    window: Driver, dialog: LeftOutDialog, indexed: IndexedPhotos
) -> None:
    QTest.keyClicks(dialog.pattern, " *.png ")
    QTest.keyClick(dialog.pattern, Qt.Key.Key_Return)
    window.until(lambda: bool(sent(window, Exclude)))
    assert sent(window, Exclude) == [Exclude(path=path_to_wire(indexed.photos), pattern="*.png")]
    assert dialog.pattern.text() == ""
    assert dialog.isVisible()


def test_what_is_no_pattern_is_explained(window: Driver, dialog: LeftOutDialog) -> None:
    assert not dialog.add.isEnabled()
    QTest.keyClicks(dialog.pattern, "# remark")
    window.click(dialog.add)
    assert any("*.png" in label for label in window.words(dialog))
    assert sent(window, Exclude) == []


def test_a_subfolder_is_chosen(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    below = indexed.photos / "shots"
    window = open_window(folders, chosen_folder=below)
    dialog = open_dialog(window)
    window.click(dialog.subfolder)
    window.until(lambda: bool(sent(window, Exclude)))
    assert sent(window, Exclude) == [Exclude(path=path_to_wire(below))]


def test_a_folder_elsewhere_is_no_subfolder(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window = open_window(folders, chosen_folder=indexed.photos.parent)
    dialog = open_dialog(window)
    window.click(dialog.subfolder)
    assert any("does not lie in this one" in words for words in window.words(dialog))
    assert sent(window, Exclude) == []


def test_the_list_follows_the_catalog_and_patterns_are_taken_back(
    window: Driver, dialog: LeftOutDialog, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    assert not dialog.take_back.isEnabled()
    with CatalogWriter(folders) as writer:
        writer.choices.exclude(indexed.photos, "*.gif")
    window.worker.on_event(CatalogChanged())
    window.until(lambda: dialog.list.count() == 1)
    dialog.list.setCurrentRow(0)
    window.click(dialog.take_back)
    window.until(lambda: bool(sent(window, Include)))
    assert sent(window, Include) == [Include(path=path_to_wire(indexed.photos), pattern="*.gif")]


def test_what_is_online_only_is_included_when_asked_for(
    window: Driver, dialog: LeftOutDialog, indexed: IndexedPhotos
) -> None:
    assert not dialog.online_only.isChecked()
    dialog.online_only.click()
    window.until(lambda: bool(sent(window, SetOnlineOnly)))
    assert sent(window, SetOnlineOnly) == [
        SetOnlineOnly(path=path_to_wire(indexed.photos), included=True)
    ]


def test_a_folder_that_goes_takes_the_dialog_along(
    window: Driver, dialog: LeftOutDialog, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    assert dialog.isVisible()
    with CatalogWriter(folders) as writer:
        writer.remove_folder(indexed.photos)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: window.program.choices.dialog is None)
