"""What the context menu does, on real files and the real clipboard."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage

from photofind.gui.actions import MOST_OPENED
from photofind.media import online_only

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QMenu

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def menu_of(window: Driver) -> QMenu:
    return window.program.actions.menu(window.program.photo_commands.chosen(), window.window)


def trigger(window: Driver, text: str) -> None:
    for action in menu_of(window).actions():
        if action.text().replace("&", "") == text:
            action.trigger()
            return
    raise AssertionError(f"no action {text!r}")


@pytest.fixture
def chosen(window: Driver, indexed: IndexedPhotos) -> Path:
    """One photo is chosen: this one."""
    window.wait_pictures()
    window.view.select_row(4)
    window.view.setFocus()
    return indexed.photos / window.names()[4]


@pytest.fixture
def clipboard() -> None:
    QGuiApplication.clipboard().clear()


@pytest.mark.usefixtures("clipboard")
def test_copy_path(window: Driver, chosen: Path) -> None:
    trigger(window, "Copy path")
    window.until(lambda: QGuiApplication.clipboard().text() == str(chosen))


@pytest.mark.usefixtures("clipboard")
def test_copy_image_takes_picture_and_file(window: Driver, chosen: Path) -> None:
    trigger(window, "Copy image")
    window.until(lambda: not QGuiApplication.clipboard().image().isNull())
    image = QGuiApplication.clipboard().image()
    original = QImage(str(chosen))
    assert image.size() == original.size()
    urls = QGuiApplication.clipboard().mimeData().urls()
    assert [Path(url.toLocalFile()) for url in urls] == [chosen]


@pytest.mark.usefixtures("clipboard", "chosen")
def test_a_photo_in_a_cloud_is_not_downloaded_to_copy_it(
    window: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_only, "lies_online_only", lambda _: True)
    trigger(window, "Copy image")
    window.until(lambda: "online-only" in window.window.banner.text)
    assert "Open it" in window.window.banner.text
    assert QGuiApplication.clipboard().image().isNull()


@pytest.mark.usefixtures("clipboard", "chosen")
def test_several_photos_are_copied_as_files_and_paths(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.press(Qt.Key.Key_Right, SHIFT)
    names = window.names()[4:6]
    trigger(window, "Copy 2 paths")
    lines = "\n".join(str(indexed.photos / name) for name in names)
    window.until(lambda: QGuiApplication.clipboard().text() == lines)
    trigger(window, "Copy 2 images")
    window.until(lambda: QGuiApplication.clipboard().mimeData().hasUrls())
    urls = QGuiApplication.clipboard().mimeData().urls()
    assert [Path(url.toLocalFile()).name for url in urls] == names


def test_open_and_show_in_folder(window: Driver, chosen: Path) -> None:
    trigger(window, "Open")
    window.until(lambda: window.desktop.opened == [chosen])
    trigger(window, "Show in folder")
    window.until(lambda: window.desktop.revealed == [chosen])
    assert window.desktop.opened == [chosen]


def test_the_folder_is_opened_where_files_cannot_be_shown(window: Driver, chosen: Path) -> None:
    window.desktop.reveals = False
    trigger(window, "Show in folder")
    window.until(lambda: window.desktop.opened == [chosen.parent])


@pytest.mark.usefixtures("chosen")
def test_says_so_when_no_program_opens_a_photo(window: Driver) -> None:
    window.desktop.opens = False
    trigger(window, "Open")
    window.until(lambda: "No program" in window.window.banner.text)
    assert window.window.banner.isVisible()


@pytest.mark.usefixtures("chosen")
def test_a_file_that_is_gone_is_said_to_be_so(
    window: Driver, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(indexed.photos, elsewhere)
    try:
        trigger(window, "Open")
        window.until(window.window.banner.isVisible)
    finally:
        shutil.move(elsewhere, indexed.photos)
    assert "isn't where it was" in window.window.banner.text
    window.click(window.button(window.window.banner, "Dismiss this message"))
    assert not window.window.banner.isVisible()


@pytest.mark.usefixtures("chosen")
def test_menus_for_many_photos_leave_out_what_makes_no_sense(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.press(Qt.Key.Key_A, CTRL)
    assert indexed.count > MOST_OPENED
    names = [
        action.text().replace("&", "") for action in menu_of(window).actions() if action.text()
    ]
    assert names == ["Show in folder", "Copy 24 images", "Copy 24 paths", "Forget 24 photos…"]


@pytest.mark.usefixtures("clipboard", "chosen")
def test_the_keys_of_the_actions(window: Driver, chosen: Path) -> None:
    window.press(Qt.Key.Key_C, CTRL | SHIFT)
    window.until(lambda: QGuiApplication.clipboard().text() == str(chosen))
    window.press(Qt.Key.Key_Return, CTRL)
    window.until(lambda: window.desktop.opened == [chosen])
    window.press(Qt.Key.Key_Return, CTRL | SHIFT)
    window.until(lambda: window.desktop.revealed == [chosen])
    window.press(Qt.Key.Key_C, CTRL)
    window.until(lambda: not QGuiApplication.clipboard().image().isNull())


@pytest.mark.usefixtures("clipboard")
def test_in_the_search_field_ctrl_c_copies_words(window: Driver) -> None:
    window.search("coffee")
    window.search_line.selectAll()
    window.press(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "coffee"


@pytest.mark.usefixtures("chosen")
def test_actions_in_the_preview_are_for_the_photo_on_show(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.press(Qt.Key.Key_Return)
    window.press(Qt.Key.Key_Right)
    name = window.names()[5]
    window.press(Qt.Key.Key_Return, CTRL)
    window.until(lambda: window.desktop.opened == [indexed.photos / name])
    window.press(Qt.Key.Key_L, CTRL)
    window.until(lambda: window.window.search_bar.chip == f"Similar to {name}")
    assert not window.previews()


def test_nothing_chosen_nothing_done(
    open_window: Callable[..., Driver], empty_folders: AppFolders
) -> None:
    window = open_window(empty_folders)
    window.until(lambda: window.window.shows_first_run)
    assert window.program.photo_commands.chosen() == []
    window.press(Qt.Key.Key_L, CTRL)
    window.press(Qt.Key.Key_C, CTRL)
    assert window.desktop.opened == []
