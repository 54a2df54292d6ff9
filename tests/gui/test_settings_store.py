"""What survives a restart, and what closing leaves behind."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from photofind.domain import PhotofindError
from photofind.settings import Settings, read_settings
from photofind.worker.messages import ChangeSettings, SettingsChanged
from photofind.worker.wire import Done

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


def test_changes_are_sent_soon_after_the_last_one_once_there_is_a_worker(window: Driver) -> None:
    window.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    window.press(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert window.worker.chosen() == []
    window.worker.greet()
    window.until(lambda: bool(window.worker.chosen()))
    assert window.worker.chosen() == [("thumbnail_px", window.view.photo_px)]
    window.press(Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    window.until(lambda: window.worker.chosen()[1:] == [("thumbnail_px", window.view.photo_px)])


def test_what_a_command_changes_is_seen_at_once(window: Driver) -> None:
    window.worker.on_event(SettingsChanged(settings=Settings(thumbnail_px=150, paused=True)))
    window.until(lambda: window.view.photo_px == 150)
    assert window.window.status_line.text.startswith("Paused")


def test_what_was_chosen_here_is_not_undone_by_what_others_change(window: Driver) -> None:
    window.worker.greet()
    window.worker.keeps_settings = False
    window.window.size_slider.setValue(300)
    window.wait_for_command(ChangeSettings)
    window.window.size_slider.setValue(310)
    window.worker.on_event(SettingsChanged(settings=Settings(thumbnail_px=150, paused=True)))
    store = window.program.settings_store
    window.until(lambda: store.settings.paused)
    assert window.view.photo_px == 310
    window.worker.on_event(SettingsChanged(settings=Settings(thumbnail_px=300, paused=True)))
    window.worker.answer(ChangeSettings, Done())
    window.wait_for_command(ChangeSettings)
    assert window.worker.chosen() == [("thumbnail_px", 300), ("thumbnail_px", 310)]
    assert window.view.photo_px == 310


def test_without_a_worker_settings_hold_until_the_window_is_closed(
    window: Driver, folders: AppFolders
) -> None:
    store = window.program.settings_store
    window.program.link.missing.emit(PhotofindError("catalog_denied", "The folder is gone."))
    window.window.size_slider.setValue(300)
    window.worker.keeps_settings = False
    store.choose_now(offline=True)
    window.wait_for_command(ChangeSettings)
    window.worker.refuse(ChangeSettings, "worker_gone", "There is no worker.")
    window.worker.greet(Settings())  # in the end there is one
    window.wait_for_command(ChangeSettings)
    assert store.settings.offline
    assert store.settings.thumbnail_px == 300
    assert read_settings(folders) == Settings()


def test_a_choice_that_only_the_worker_can_act_on_is_taken_back_if_it_refuses(
    window: Driver,
) -> None:
    window.worker.keeps_settings = False
    store, line = window.program.settings_store, window.window.status_line
    store.choose_now(paused=True)
    assert line.text.startswith("Paused")
    window.wait_for_command(ChangeSettings)
    window.worker.refuse(ChangeSettings, "worker_gone", "There is no worker.")
    window.until(lambda: not line.text.startswith("Paused"))
    assert not store.settings.paused
    assert window.window.banner.text == "There is no worker."


def test_the_last_change_is_sent_when_the_window_is_closed(
    window: Driver, folders: AppFolders
) -> None:
    window.window.size_slider.setValue(222)
    window.close()
    assert read_settings(folders).thumbnail_px == 222
    assert read_settings(folders).window_geometry


def test_settings_that_make_no_sense_are_the_defaults(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.settings.write_text('{"window_geometry": "é not base64", "thumbnail_px": 100000}')
    window = open_window(folders)
    assert window.window.isVisible()
    assert window.view.photo_px == Settings().thumbnail_px


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
