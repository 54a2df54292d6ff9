"""Folders, progress, pause, problems, errors: what the window says about the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from photofind.catalog.folders import add_folder, remove_folder
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Activity, CatalogError, ContentId, WorkProgress
from photofind.gui.models.dialog import ModelsDialog
from photofind.sentences import Sentence
from photofind.settings import OnBattery, Settings, write_settings
from photofind.worker.messages import (
    AddFolders,
    CatalogChanged,
    IndexingProgress,
    Notice,
    PhotosReady,
    RemoveFolder,
    Rescan,
    SettingsChanged,
    Watch,
)
from tests.gui.driver import QuietWorker
from tests.plugins.catalog import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from tests.gui.driver import Driver, IndexedPhotos


def commands(window: Driver, kind: type[Command]) -> list[Any]:
    return [command for command in window.worker.commands if isinstance(command, kind)]


def words(window: Driver) -> str:
    """All that the folders panel says."""
    labels = window.window.folders_panel.findChildren(QLabel)
    return "\n".join(label.text() for label in labels)


@pytest.fixture
def first_run(open_window: Callable[..., Driver], empty_folders: AppFolders) -> Driver:
    window = open_window(empty_folders)
    window.until(lambda: window.window.shows_first_run)
    return window


def test_the_start_asks_the_worker_for_what_changed_and_to_watch(window: Driver) -> None:
    window.until(lambda: len(commands(window, Watch)) == 1)
    assert commands(window, AddFolders) == []


def test_folders_of_the_command_line_are_added(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    window = open_window(empty_folders, add=[tmp_path])
    window.until(lambda: bool(commands(window, AddFolders)))
    assert commands(window, AddFolders)[0].paths == (tmp_path,)
    window.until(lambda: window.program.state.status is not None)
    assert not window.window.shows_first_run, "they are on their way"


def test_the_first_page_proposes_the_pictures_folder(
    open_window: Callable[..., Driver], empty_folders: AppFolders, home_dir: Path
) -> None:
    pictures = home_dir / "Pictures"
    pictures.mkdir()
    window = open_window(empty_folders)
    window.until(lambda: window.window.shows_first_run)
    page = window.window.first_run
    window.until(lambda: any(label.text() == str(pictures) for label in page.findChildren(QLabel)))
    assert any("Nothing leaves this computer" in each.text() for each in page.findChildren(QLabel))
    window.click(window.button(page, "Add my Pictures folder"))
    window.until(lambda: bool(commands(window, AddFolders)))
    assert commands(window, AddFolders)[0].paths == (pictures,)
    assert not window.window.shows_first_run


def test_the_first_page_without_a_pictures_folder_asks(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    window = open_window(empty_folders, chosen_folder=tmp_path)
    window.until(lambda: window.window.shows_first_run)
    button = window.button(window.window.first_run, "Choose a folder…")
    assert window.focused() is button, "Enter is enough"
    window.click(button)
    window.until(lambda: bool(commands(window, AddFolders)))


def test_a_folder_refused_brings_the_first_page_back(first_run: Driver, tmp_path: Path) -> None:
    first_run.program.folders.add_folders([tmp_path / "gone"])
    assert not first_run.window.shows_first_run
    first_run.wait_for_command(AddFolders)
    first_run.worker.refuse(AddFolders, "folder_missing", "There is no folder gone.")
    first_run.until(lambda: first_run.window.shows_first_run)
    assert first_run.window.banner.text == "There is no folder gone."
    assert first_run.window.banner.isVisible()


def test_while_the_first_photos_are_looked_at_the_page_says_so(
    first_run: Driver, tmp_path: Path
) -> None:
    first_run.program.folders.add_folders([tmp_path])
    first_run.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.SCANNING, found=7))
    )
    first_run.until(lambda: first_run.grid.empty_text == "Your photos will appear here")
    assert "7 photos found" in first_run.window.status_line.text


def test_folders_without_photos_lead_on_to_another_folder(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    with CatalogWriter(empty_folders) as writer:
        write(writer, add_folder, tmp_path / "empty", None)
    window = open_window(empty_folders, chosen_folder=tmp_path)
    window.until(lambda: window.grid.empty_text == "No photos here yet")
    window.click(window.button(window.grid, "Add another folder…"))
    window.until(lambda: bool(commands(window, AddFolders)))
    window.search("a cat")
    window.until(lambda: window.grid.empty_text == "Nothing found")
    offered = [button.text() for button in window.grid.findChildren(QPushButton)]
    assert "Add another folder…" in offered
    assert not any(button.isVisible() for button in window.grid.findChildren(QPushButton))


def test_photos_appear_as_they_get_ready(
    open_window: Callable[..., Driver], empty_folders: AppFolders, indexed: IndexedPhotos
) -> None:
    """The catalog comes into being behind an open window."""
    window = open_window(empty_folders)
    window.until(lambda: window.window.shows_first_run)
    with CatalogWriter(empty_folders) as writer:
        write(writer, add_folder, indexed.photos, None)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: not window.window.shows_first_run)


def test_new_photos_keep_the_chosen_one_chosen(window: Driver, folders: AppFolders) -> None:
    window.wait_pictures()
    window.view.select_row(5)
    chosen = window.view.selected_photos()
    with CatalogWriter(folders) as writer:
        row = window.model.photo(0)
        assert row is not None
        write(writer, remove_folder, row.paths[0].parent)
        write(writer, add_folder, row.paths[0].parent, None)
    window.worker.on_event(PhotosReady(content_ids=(ContentId(1),)))
    window.wait_rows(0)
    assert chosen
    assert window.grid.empty_text


def test_progress_in_words_and_a_bar(window: Driver) -> None:
    line = window.window.status_line
    window.until(lambda: line.text == "24 photos")
    window.worker.on_event(
        IndexingProgress(
            progress=WorkProgress(
                activity=Activity.INDEXING, done=1234, total=12345, images_per_s=26.6, eta_s=418
            )
        )
    )
    window.until(lambda: line.text.startswith("Indexing"))
    assert line.text == ("Indexing 1,234 of 12,345 photos · 27 a second · about 7 min left")
    window.button(line, "Pause indexing")
    window.worker.on_event(IndexingProgress(progress=WorkProgress(activity=Activity.IDLE)))
    window.until(lambda: line.text == "24 photos")


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (Activity.REFINING, "All searchable · refining 30 of 1,200 photos · about 7 min left"),
        (
            Activity.BUILDING,
            "Getting Basic (built in) ready · 30 of 1,200 photos · about 7 min left",
        ),
        (
            Activity.REMOVING,
            "Removing the index of Basic (built in) · 30 of 1,200 photos · about 7 min left",
        ),
    ],
)
def test_what_is_done_for_photos_that_can_be_found(
    window: Driver, activity: Activity, expected: str
) -> None:
    line = window.window.status_line
    key = "basic@12345678.p1.q0"
    window.worker.on_event(
        IndexingProgress(
            progress=WorkProgress(activity=activity, done=30, total=1200, eta_s=418, model=key)
        )
    )
    window.until(lambda: line.text == expected)
    if activity is Activity.REMOVING:
        with pytest.raises(AssertionError, match="no visible button"):
            window.button(line, "Pause indexing")
    else:
        window.button(line, "Pause indexing")


def test_pause_and_resume_are_sent(window: Driver) -> None:
    line = window.window.status_line
    window.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.INDEXING, done=1, total=10))
    )
    window.until(lambda: line.text.startswith("Indexing"))
    window.click(window.button(line, "Pause indexing"))
    window.until(lambda: window.worker.chosen() == [("paused", True)])
    assert line.text == "Paused · 1 of 10 photos"
    # What was said before the worker heard it changes nothing.
    window.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.INDEXING, done=2, total=10))
    )
    window.until(lambda: line.text == "Paused · 2 of 10 photos")
    window.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.PAUSED, done=3, total=10))
    )
    window.until(lambda: line.text == "Paused · 3 of 10 photos")
    window.click(window.button(line, "Resume indexing"))
    window.until(lambda: window.worker.chosen() == [("paused", True), ("paused", False)])


def test_a_pause_from_before_or_from_a_command_is_shown(
    open_window: Callable[..., Driver], folders: AppFolders
) -> None:
    write_settings(folders, Settings(paused=True))
    window = open_window(folders)
    assert window.window.status_line.text.startswith("Paused")
    window.worker.greet()
    window.worker.on_event(SettingsChanged(settings=Settings()))  # a command resumed it
    window.worker.on_event(IndexingProgress(progress=WorkProgress(activity=Activity.IDLE)))
    window.until(lambda: window.window.status_line.text == "24 photos")
    assert window.worker.chosen() == []


def test_the_battery_is_said_to_be_why(window: Driver) -> None:
    line = window.window.status_line
    window.worker.on_event(
        IndexingProgress(
            progress=WorkProgress(activity=Activity.INDEXING, done=1, total=10, slower=True)
        )
    )
    window.until(lambda: line.text == "Indexing 1 of 10 photos · slower on battery")
    window.worker.on_event(
        IndexingProgress(progress=WorkProgress(activity=Activity.RESTING, done=1, total=10))
    )
    window.until(lambda: line.text == "Waiting for mains power · 1 of 10 photos")


def test_what_to_do_on_battery_is_chosen_in_the_menu(window: Driver) -> None:
    (menu,) = [
        each
        for each in window.window.menu_button.menu().findChildren(QMenu)
        if each.title().replace("&", "") == "While on battery"
    ]
    menu.aboutToShow.emit()
    slower, rest, _full = menu.actions()
    assert slower.isChecked()
    rest.trigger()
    window.until(lambda: window.worker.chosen() == [("on_battery", OnBattery.PAUSE)])
    menu.aboutToShow.emit()
    assert rest.isChecked()


def test_the_panel_lists_folders_with_their_photos(window: Driver, indexed: IndexedPhotos) -> None:
    window.until(lambda: "24 photos" in words(window))
    assert "photos" in words(window).splitlines(), "the folder's name"
    window.click(window.window.folders_button)
    assert window.window.folders_panel.isVisible()
    window.click(window.button(window.window.folders_panel, "Close the folders panel"))
    assert not window.window.folders_panel.isVisible()
    assert not window.window.folders_button.isChecked()


def test_a_folder_out_of_reach_is_said_to_be_so(
    window: Driver, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    window.wait_pictures()
    elsewhere = tmp_path / "elsewhere"
    indexed.photos.rename(elsewhere)
    try:
        window.worker.on_event(CatalogChanged())
        window.until(lambda: "not connected" in words(window))
        assert window.window.status_line.text == "24 photos · 24 not connected"

        def known_to_be_away() -> bool:
            photo = window.model.photo(0)
            return photo is not None and photo.offline

        window.until(known_to_be_away)
        window.wait_pictures()  # there they are all the same
        window.view.grab()
    finally:
        elsewhere.rename(indexed.photos)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: "not connected" not in words(window))


def test_a_folder_is_removed_only_after_a_question(window: Driver, indexed: IndexedPhotos) -> None:
    window.until(lambda: "24 photos" in words(window))
    window.window.show_folders(True)
    window.click(window.button(window.window.folders_panel, "Remove photos from photofind"))
    window.until(lambda: bool(commands(window, RemoveFolder)))
    assert window.asked == [indexed.photos]
    assert commands(window, RemoveFolder) == [RemoveFolder(path=indexed.photos)]


def test_a_folder_kept_is_kept(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window = open_window(folders, confirms=False)
    window.until(lambda: "24 photos" in words(window))
    window.window.show_folders(True)
    window.click(window.button(window.window.folders_panel, "Remove photos from photofind"))
    window.program.folders.rescan()
    window.until(lambda: len(commands(window, Rescan)) == 1)
    assert commands(window, RemoveFolder) == []


def test_a_removed_folder_takes_its_photos_along(
    window: Driver, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window.until(lambda: "24 photos" in words(window))
    with CatalogWriter(folders) as writer:
        write(writer, remove_folder, indexed.photos)
    window.worker.on_event(CatalogChanged())
    window.until(lambda: window.window.shows_first_run)
    window.wait_rows(0)


def test_the_model_is_named_honestly(window: Driver) -> None:
    line = window.window.status_line
    window.until(lambda: window.program.state.status is not None)
    button = window.button(line, "Basic (built in)")
    assert "weaker than CLIP" in button.toolTip()
    window.click(button)
    window.until(lambda: window.window.findChild(ModelsDialog) is not None)
    dialog = window.window.findChild(ModelsDialog)
    assert dialog is not None
    window.until(lambda: dialog.list.count() > 1)  # with better ones beside it


def test_notices_are_shown_and_can_be_dismissed(window: Driver) -> None:
    banner = window.window.banner
    window.worker.on_event(Notice(code="worker_restarted", sentence=Sentence("Started again.")))
    window.until(banner.isVisible)
    assert banner.text == "Started again."
    window.click(window.button(banner, "Dismiss this message"))
    assert not banner.isVisible()


def test_a_worker_that_cannot_start_is_explained_and_tried_again(
    open_window: Callable[..., Driver], folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(worker: QuietWorker) -> None:
        raise CatalogError("catalog_too_new", "The catalog was made by a newer photofind.")

    monkeypatch.setattr(QuietWorker, "start", refuse)
    window = open_window(folders)
    window.until(window.window.banner.isVisible)
    assert window.window.banner.text == "The catalog was made by a newer photofind."
    started: list[QuietWorker] = []
    monkeypatch.setattr(QuietWorker, "start", lambda worker: started.append(worker))
    window.click(window.button(window.window.banner, "Try again"))
    window.until(lambda: started == [window.worker])
    assert len(commands(window, Watch)) == 1, "it waited for a worker"
    assert not window.window.banner.isVisible()


def test_a_catalog_that_cannot_be_read_is_explained(
    open_window: Callable[..., Driver], empty_folders: AppFolders
) -> None:
    empty_folders.data.mkdir()
    empty_folders.catalog.write_bytes(b"this is no database at all" * 1000)
    window = open_window(empty_folders)
    window.until(window.window.banner.isVisible)
    assert "catalog" in window.window.banner.text
    window.until(lambda: bool(window.grid.empty_text))
    assert "Traceback" not in window.window.banner.text + window.grid.empty_text
