"""What survives a restart, and what closing leaves behind."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from photofind.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def test_geometry_size_of_photos_and_words_come_back(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    first = open_window(folders)
    first.wait_rows(indexed.count)
    first.window.resize(733, 517)
    first.window.size_slider.setValue(150)
    first.search("coffee")
    first.close()
    second = open_window(folders)
    assert (second.window.width(), second.window.height()) == (733, 517)
    assert second.view.photo_px == 150
    assert second.search_line.text() == "coffee"
    second.until(lambda: second.grid.title == "Found")


def test_settings_are_written_soon_after_a_change(window: Driver, folders: AppFolders) -> None:
    window.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: read_settings(folders.settings).thumbnail_px == window.view.photo_px)


def test_damaged_settings_mean_the_defaults(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.settings.write_text('{"window_geometry": "é not base64", "thumbnail_px": 100000}')
    window = open_window(folders)
    assert window.window.isVisible()
    assert window.view.photo_px == window.window.size_slider.maximum()


def test_a_settings_folder_that_cannot_be_written_does_no_harm(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    shutil.rmtree(folders.config)
    folders.config.write_text("a file is in the way")
    window = open_window(folders)
    window.search("coffee")
    window.close()


def test_closing_ends_the_worker_and_every_thread(window: Driver) -> None:
    window.search("coffee")
    assert any(thread.name.startswith("photofind-") for thread in threading.enumerate())
    window.close()
    assert window.worker.closed
    assert not [
        thread.name for thread in threading.enumerate() if thread.name.startswith("photofind-")
    ]
    window.program.close()


def test_closing_in_the_middle_of_everything(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    window = open_window(folders)
    window.window.search_bar.select_words()
    window.type("coffee")
    window.close()
