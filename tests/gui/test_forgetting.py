"""Forgetting from the window: asked first, told to the worker, gone from the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QMessageBox, QWidget

from photofind.catalog.folders import note_folder_problems, read_folders, relocate_folder
from photofind.catalog.forgetting import mark_photos_for_deletion
from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import MediaCode
from photofind.gui.confirmation import confirm_forgetting, confirm_recall, confirm_removal
from photofind.gui.prompts import FolderRemoval
from photofind.sentences import Sentence
from photofind.worker.messages import (
    CatalogChanged,
    ForgetFolder,
    ForgetPhotos,
    RecallForgotten,
    RelocateFolder,
    RemoveFolder,
    Rescan,
)
from tests.gui.test_actions import trigger
from tests.gui.test_library import commands, words
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QAction
    from pytestqt.qtbot import QtBot

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def test_a_photo_is_forgotten_from_its_menu(window: Driver, folders: AppFolders) -> None:
    window.view.select_row(4)
    window.view.setFocus()
    window.press(Qt.Key.Key_Return)
    assert window.previews()
    photo_id = window.program.photo_commands.chosen()[0]
    trigger(window, "Forget…")
    window.until(lambda: bool(commands(window, ForgetPhotos)))
    assert commands(window, ForgetPhotos)[0].photo_ids == (photo_id,)
    assert not window.previews()
    # What the worker does then:
    with CatalogWriter(folders) as writer:
        write(writer, mark_photos_for_deletion, [photo_id])
    before = window.model.rowCount()
    window.worker.on_event(CatalogChanged())
    window.wait_rows(before - 1)


def test_nobody_forgets_by_accident(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window = open_window(folders, confirms=False)
    window.wait_rows(indexed.count)
    window.view.selectAll()
    window.view.setFocus()
    trigger(window, f"Forget {indexed.count} photos…")
    assert window.asked == [indexed.count]
    assert commands(window, ForgetPhotos) == []


def _menu_action(window: Driver, text: str) -> QAction:
    menu = window.window.menu_button.menu()
    menu.aboutToShow.emit()
    return next(action for action in menu.actions() if action.text().replace("&", "") == text)


def test_forgotten_photos_are_brought_back_from_the_menu(
    window: Driver, folders: AppFolders
) -> None:
    window.until(lambda: window.program.state.status is not None)
    assert not _menu_action(window, "Bring back forgotten photos…").isVisible()
    with CatalogReader(folders) as reader, CatalogWriter(folders) as writer:
        write(writer, mark_photos_for_deletion, [int(read(reader, read_photo_order).photo_ids[0])])  # type: ignore[list-item]
    window.worker.on_event(CatalogChanged())
    action = _menu_action(window, "Bring back forgotten photos…")

    def offered() -> bool:
        window.window.menu_button.menu().aboutToShow.emit()
        return action.isVisible()

    window.until(offered)
    action.trigger()
    window.until(lambda: bool(commands(window, Rescan)))
    assert commands(window, RecallForgotten) == [RecallForgotten()]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (FolderRemoval.FORGET, ForgetFolder),
        (FolderRemoval.HIDE, RemoveFolder),
        (FolderRemoval.KEEP, None),
    ],
)
def test_a_folder_leaves_as_the_person_wants(
    open_window: Callable[..., Driver],
    folders: AppFolders,
    indexed: IndexedPhotos,
    answer: FolderRemoval,
    expected: type[ForgetFolder | RemoveFolder] | None,
) -> None:
    window = open_window(folders, removal=answer)
    window.until(lambda: f"{indexed.count} photos" in words(window))
    window.window.show_folders(True)
    window.click(window.button(window.window.folders_panel, "Remove photos from photofind"))
    sent = [*commands(window, ForgetFolder), *commands(window, RemoveFolder)]
    if expected is None:
        assert sent == []
    else:
        window.until(lambda: commands(window, expected) == [expected(path=indexed.photos)])


def test_a_folder_that_was_moved_is_found_again(
    open_window: Callable[..., Driver], folders: AppFolders, tmp_path: Path
) -> None:
    old = tmp_path / "elsewhere"
    with CatalogReader(folders) as reader, CatalogWriter(folders) as writer:
        write(writer, relocate_folder, read(reader, read_folders)[0].path, old, None)
    window = open_window(folders, chosen_folder=tmp_path)
    window.until(lambda: "not connected" in words(window))
    window.window.show_folders(True)
    window.click(window.button(window.window.folders_panel, "It was moved…"))
    window.until(lambda: bool(commands(window, RelocateFolder)))
    (command,) = commands(window, RelocateFolder)
    assert (command.old, command.new) == (old, tmp_path)
    assert window.asked == [old]


def test_a_folder_that_the_system_denies_says_so_and_where_to_grant_access(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    reason = Sentence("photofind isn't allowed to read it. Open System Settings.")
    with CatalogReader(folders) as reader, CatalogWriter(folders) as writer:
        (root,) = read(reader, read_folders)
        gone = root.path.with_name("denied")
        write(writer, relocate_folder, root.path, gone, None)
        write(
            writer, note_folder_problems, root.id, [(b"", MediaCode.DENIED, reason)], lambda _: True
        )
    window = open_window(folders)
    window.until(lambda: "not allowed" in words(window))
    assert "not connected" not in words(window)
    rows = window.window.folders_panel.findChildren(QFrame, "folderRow")
    assert [str(reason) in row.toolTip() for row in rows] == [True]


@pytest.fixture
def answer_box(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, bool], None]:
    """Answers the next box with the button of this text."""

    def answer(button: str, check: bool = False) -> None:
        def execute(box: QMessageBox) -> int:
            box.show()
            if check:
                (offer,) = box.findChildren(QCheckBox)
                offer.click()
            wanted = [each for each in box.buttons() if each.text().replace("&", "") == button]
            wanted[0].click()
            return 0

        monkeypatch.setattr(QMessageBox, "exec", execute)

    return answer


def test_the_dialogs_themselves(
    qtbot: QtBot, answer_box: Callable[..., None], tmp_path: Path
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    answer_box("Keep")
    assert confirm_removal(parent, tmp_path) is FolderRemoval.KEEP
    assert not confirm_forgetting(parent, 1)
    answer_box("Remove from photofind")
    assert confirm_removal(parent, tmp_path) is FolderRemoval.HIDE
    answer_box("Remove from photofind", check=True)
    assert confirm_removal(parent, tmp_path) is FolderRemoval.FORGET
    answer_box("Forget")
    assert confirm_forgetting(parent, 3)
    answer_box("Keep them forgotten")
    assert not confirm_recall(parent)
