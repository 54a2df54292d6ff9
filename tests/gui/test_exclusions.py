"""What of a folder is left out, chosen in the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from photofind.catalog.folders import exclude_pattern, remove_folder
from photofind.catalog.writer import CatalogWriter
from photofind.gui.buttons import IconButton
from photofind.worker.messages import (
    CatalogChanged,
    Exclude,
    Include,
    SetOnlineOnly,
)
from tests.plugins.catalog import write

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.gui.exclusions_dialog import ExclusionsDialog
    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from tests.gui.driver import Driver, IndexedPhotos


def sent(window: Driver, kind: type[Command]) -> list[Command]:
    return [command for command in window.worker.commands if isinstance(command, kind)]


def open_dialog(window: Driver) -> ExclusionsDialog:
    """Opens it from the folders panel."""
    panel = window.window.folders_panel

    def buttons() -> list[IconButton]:
        panel.show()
        every = panel.findChildren(IconButton)
        return [each for each in every if "Exclude" in each.accessibleName() and each.isVisible()]

    window.until(lambda: bool(buttons()))
    window.click(buttons()[0])
    dialog = window.program.exclusions.dialog
    assert dialog is not None
    return dialog


@pytest.fixture
def dialog(window: Driver) -> ExclusionsDialog:
    dialog = open_dialog(window)
    assert dialog.isVisible()
    return dialog


def test_a_pattern_is_left_out_with_enter(
    window: Driver, dialog: ExclusionsDialog, indexed: IndexedPhotos
) -> None:
    QTest.keyClicks(dialog.pattern, " *.png ")
    QTest.keyClick(dialog.pattern, Qt.Key.Key_Return)
    window.until(lambda: bool(sent(window, Exclude)))
    assert sent(window, Exclude) == [Exclude(path=indexed.photos, pattern="*.png")]
    assert dialog.pattern.text() == ""
    assert dialog.isVisible()


def test_what_is_no_pattern_is_explained(window: Driver, dialog: ExclusionsDialog) -> None:
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
    assert sent(window, Exclude) == [Exclude(path=below)]


def test_a_folder_elsewhere_is_no_subfolder(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window = open_window(folders, chosen_folder=indexed.photos.parent)
    dialog = open_dialog(window)
    window.click(dialog.subfolder)
    assert any("isn't inside this one" in words for words in window.words(dialog))
    assert sent(window, Exclude) == []


def test_the_list_follows_the_catalog_and_patterns_are_taken_back(
    window: Driver, dialog: ExclusionsDialog, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    assert not dialog.take_back.isEnabled()
    with CatalogWriter(folders) as writer:
        write(writer, exclude_pattern, indexed.photos, "*.gif")
    window.worker.on_event(CatalogChanged())
    window.until(lambda: dialog.list.count() == 1)
    dialog.list.setCurrentRow(0)
    window.click(dialog.take_back)
    window.until(lambda: bool(sent(window, Include)))
    assert sent(window, Include) == [Include(path=indexed.photos, pattern="*.gif")]


def test_what_is_online_only_is_included_when_asked_for(
    window: Driver, dialog: ExclusionsDialog, indexed: IndexedPhotos
) -> None:
    assert not dialog.online_only.isChecked()
    dialog.online_only.click()
    window.until(lambda: bool(sent(window, SetOnlineOnly)))
    assert sent(window, SetOnlineOnly) == [SetOnlineOnly(path=indexed.photos, included=True)]


def test_a_folder_that_goes_takes_the_dialog_along(
    window: Driver, dialog: ExclusionsDialog, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    assert dialog.isVisible()
    with CatalogWriter(folders) as writer:
        write(writer, remove_folder, indexed.photos)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: window.program.exclusions.dialog is None)
