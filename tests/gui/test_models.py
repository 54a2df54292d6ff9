"""The Models dialog of the real window, with a hub on this machine."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from photofind.catalog.models import ModelIndex
from photofind.domain import ModelId, PhotofindError
from photofind.gui.models.dialog import ModelsDialog
from photofind.gui.models.wording import facts
from photofind.inference import registry
from photofind.inference.spec import ModelSpec
from photofind.inference.store import InstalledModel
from photofind.models.messages import InstallProgress
from photofind.models.overview import ModelState
from photofind.sentences import Sentence
from photofind.settings import read_settings
from photofind.worker.messages import RemoveModelIndex, UseInstalledModel, UseModel
from tests.gui.driver import Driver
from tests.plugins.local_hub import LocalHub
from tests.unit.models.importing.toy_graphs import make_rclip, make_toy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from photofind.paths import AppFolders

TINY = registry.find_spec("tinyclip-40m", ModelSpec)
APPLE = registry.find_spec("mobileclip2-s0", ModelSpec)


@pytest.fixture
def local_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """Vouches for a checkpoint that is none: enough for all but the last steps."""
    content = tmp_path / "model.safetensors"
    content.write_bytes(bytes(3_000_000))
    with LocalHub() as hub:
        hub.add(TINY.source, TINY.revision, content.name, content)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@pytest.fixture
def driver(qtbot: QtBot, folders: AppFolders) -> Iterator[Driver]:
    driver = Driver(qtbot, folders)
    yield driver
    driver.close()


def open_dialog(driver: Driver) -> ModelsDialog:
    driver.program.models.show()
    dialog = driver.program.models.dialog
    assert dialog is not None
    driver.until(lambda: dialog.list.count() > 0)
    return dialog


def choose(dialog: ModelsDialog, key: str) -> None:
    keys = [spec.key for spec in registry.ALL]
    dialog.list.setCurrentRow(keys.index(key))
    assert dialog.chosen == key


def visible_buttons(dialog: ModelsDialog) -> list[str]:
    return [each.text() for each in dialog.findChildren(QPushButton) if each.isVisible()]


def test_every_model_is_listed_and_the_active_one_is_in_view(driver: Driver) -> None:
    dialog = open_dialog(driver)
    assert dialog.list.count() == len(registry.ALL)
    assert dialog.chosen == "basic"
    assert dialog.list.item(0).text() == "Basic (built in)\nSearch uses it"
    assert visible_buttons(dialog) == ["Check it", "Import a model", "Close"]
    choose(dialog, "clip-vit-b32-laion")
    known = {"English", "MIT", "605.1 MB", "about 200 MB while in use"}
    driver.until(lambda: known <= set(driver.words(dialog)))
    laion = ["Download 605.1 MB and install", "Import a model", "Close"]
    assert visible_buttons(dialog) == laion


def test_what_goes_wrong_is_said_where_it_was_asked_for(
    driver: Driver, local_hub: LocalHub
) -> None:
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.install)
    driver.until(lambda: dialog.problem.isVisible())
    assert "is damaged or not a model" in dialog.problem.text()
    assert local_hub.requests
    assert "Stop" not in visible_buttons(dialog)
    assert dialog.install.isEnabled()


def test_an_installation_can_be_stopped(
    driver: Driver, folders: AppFolders, local_hub: LocalHub
) -> None:
    local_hub.pause = threading.Event()
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.install)
    driver.until(lambda: dialog.progress.value() > 0)
    assert dialog.progress_text.text().startswith("Downloading")
    assert "Stop" in visible_buttons(dialog)
    choose(dialog, "clip-vit-b32-laion")
    assert not dialog.install.isEnabled()  # one at a time
    choose(dialog, TINY.key)
    driver.click(dialog.cancel)
    driver.until(lambda: not dialog.cancel.isVisible())
    local_hub.pause.set()
    assert not dialog.problem.isVisible()  # who stopped it knows
    assert dialog.install.isVisible()
    # What has arrived is kept, and goes when the person wants that.
    driver.until(lambda: "Delete download…" in visible_buttons(dialog))
    assert dialog.list.currentItem().text().endswith("\nDownloaded in part")
    driver.click(dialog.remove)
    driver.until(lambda: "Delete download…" not in visible_buttons(dialog))
    assert not list(folders.models.rglob("*.part"))


def test_closing_the_window_ends_an_installation(
    qtbot: QtBot, folders: AppFolders, local_hub: LocalHub
) -> None:
    local_hub.pause = threading.Event()
    driver = Driver(qtbot, folders)
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.install)
    driver.until(lambda: dialog.progress.value() > 0)
    driver.close()
    local_hub.pause.set()
    assert list(folders.models.rglob("*.part"))


@pytest.mark.parametrize("accepts", [False, True])
def test_a_licence_is_asked_for_first(
    qtbot: QtBot, folders: AppFolders, local_hub: LocalHub, accepts: bool
) -> None:
    driver = Driver(qtbot, folders, confirms=accepts)
    dialog = open_dialog(driver)
    choose(dialog, APPLE.key)
    driver.click(dialog.install)
    assert driver.asked == [APPLE]
    if accepts:  # this hub doesn't have it
        driver.until(lambda: "doesn't have this file" in dialog.problem.text())
    else:
        assert local_hub.requests == []
        assert not dialog.cancel.isVisible()
    driver.close()


def test_offline_forbids_it(
    driver: Driver, local_hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHOTOFIND_OFFLINE", "1")
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.install)
    driver.until(lambda: dialog.problem.text().startswith("Nothing is downloaded"))
    assert local_hub.requests == []


def test_never_going_online_is_a_switch_that_is_kept(
    driver: Driver, folders: AppFolders, local_hub: LocalHub
) -> None:
    dialog = open_dialog(driver)
    choose(dialog, APPLE.key)
    assert not dialog.offline.isChecked()
    driver.click(dialog.offline)
    driver.click(dialog.install)
    assert dialog.problem.text().startswith("Nothing is downloaded: “Never go online”")
    assert driver.asked == [], "no use in agreeing to a licence"
    driver.until(lambda: read_settings(folders).offline)
    assert local_hub.requests == []
    driver.click(dialog.offline)
    assert not dialog.problem.isVisible()
    driver.click(dialog.install)  # at once: the process that installs knows of it
    driver.until(lambda: "doesn't have this file" in dialog.problem.text())
    driver.click(dialog.offline)
    dialog.close()
    assert open_dialog(driver).offline.isChecked()


def test_without_a_worker_the_switch_holds_for_downloads_too(
    qtbot: QtBot, folders: AppFolders, local_hub: LocalHub
) -> None:
    folders.ensure()
    folders.settings.write_text('{"offline": true}')
    driver = Driver(qtbot, folders)
    driver.worker.keeps_settings = False
    driver.program.link.missing.emit(PhotofindError("catalog_denied", "The folder is gone."))
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.offline)
    driver.click(dialog.install)
    driver.until(lambda: "is damaged or not a model" in dialog.problem.text())
    assert local_hub.requests
    assert read_settings(folders).offline
    driver.close()


def test_a_second_press_before_it_begins_asks_nothing_and_going_offline_stops_it(
    driver: Driver, local_hub: LocalHub
) -> None:
    dialog = open_dialog(driver)
    choose(dialog, APPLE.key)
    dialog.install.click()
    dialog.install.click()
    assert driver.asked == [APPLE]
    dialog.offline.click()
    stopped = ("Nothing is downloaded", "The download was stopped")  # before it began, or just then
    driver.until(lambda: dialog.problem.text().startswith(stopped))
    driver.until(lambda: not driver.program.model_install.is_running)
    assert local_hub.requests == []


def test_going_offline_ends_a_download(driver: Driver, local_hub: LocalHub) -> None:
    local_hub.pause = threading.Event()
    dialog = open_dialog(driver)
    choose(dialog, TINY.key)
    driver.click(dialog.install)
    driver.until(lambda: dialog.progress_text.text().startswith("Downloading"))
    driver.click(dialog.offline)
    driver.until(lambda: not driver.program.model_install.is_running)
    local_hub.pause.set()
    assert dialog.problem.text() == "The download was stopped. What has arrived is kept."


def installed(tmp_path: Path, *, chosen: bool = False) -> list[ModelState]:
    """The registry with one more model installed, and indexed in part."""
    basic = ModelState(registry.BASIC, InstalledModel(registry.BASIC, tmp_path), active=True)
    row = ModelIndex(ModelId(2), f"{TINY.key}@0.p1.q1", 512, False, False, False, 80, 30, 0, 0)
    model = InstalledModel(
        TINY, tmp_path, notices=(Sentence("CUDA is not used."),), pictures_per_s=41.3
    )
    return [basic, ModelState(TINY, model, active=False, index=replace(row, chosen=chosen))]


def test_an_installed_model_can_be_used_or_removed(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ModelsDialog()
    qtbot.addWidget(dialog)
    dialog.show_models(installed(tmp_path))
    dialog.show()
    dialog.list.setCurrentRow(1)
    buttons = ["Search with it", "Remove…", "Check it", "Import a model", "Close"]
    assert visible_buttons(dialog) == buttons
    assert dialog.remarks.text() == "CUDA is not used."
    with qtbot.waitSignal(dialog.use_requested) as asked:
        dialog.use.click()
    assert asked.args == [TINY.key]
    dialog.show_models(installed(tmp_path, chosen=True))
    assert dialog.chosen == TINY.key
    assert (
        dialog.progress_text.text()
        == "Indexing: 30 of 80. Search switches to it when all are indexed."
    )
    assert (dialog.progress.value(), dialog.progress.maximum()) == (30, 80)
    assert visible_buttons(dialog) == buttons[1:]


def test_the_keyboard_goes_from_the_left_to_the_right(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ModelsDialog()
    qtbot.addWidget(dialog)
    dialog.show_models(installed(tmp_path))
    dialog.list.setCurrentRow(1)
    with qtbot.waitActive(dialog):
        dialog.show()
    dialog.list.setFocus()
    buttons = [dialog.use, dialog.check, dialog.remove]
    for expected in (dialog.list, dialog.bring, dialog.offline, *buttons):
        assert dialog.focusWidget() is expected
        QTest.keyClick(expected, Qt.Key.Key_Tab)


def test_the_worker_is_told(driver: Driver, tmp_path: Path) -> None:
    dialog = open_dialog(driver)
    driver.program.models._show(tuple(installed(tmp_path)))
    dialog.list.setCurrentRow(1)
    driver.click(dialog.use)
    driver.until(lambda: any(isinstance(each, UseModel) for each in driver.worker.commands))
    driver.program.models._show(tuple(installed(tmp_path)))
    dialog.list.setCurrentRow(1)
    driver.click(dialog.remove)
    driver.until(lambda: any(isinstance(each, RemoveModelIndex) for each in driver.worker.commands))
    assert driver.asked == [TINY]


def test_search_goes_on_to_what_was_installed(driver: Driver) -> None:
    install = driver.program.model_install
    begun = time.time()
    install._begun_s = begun
    install.finished.emit("blip-base")
    install.finished.emit(TINY.key)
    driver.until(lambda: any(isinstance(e, UseInstalledModel) for e in driver.worker.commands))
    told = [each for each in driver.worker.commands if isinstance(each, UseInstalledModel)]
    assert told == [UseInstalledModel(key=TINY.key, since_s=begun)]


def test_a_model_is_imported_and_checked(qtbot: QtBot, folders: AppFolders, tmp_path: Path) -> None:
    make_rclip(tmp_path / "ViT-B-32-mine", make_toy())
    archive = shutil.make_archive(str(tmp_path / "brought"), "zip", tmp_path, "ViT-B-32-mine")
    driver = Driver(qtbot, folders, model_source=Path(archive))
    dialog = open_dialog(driver)
    dialog.from_file.trigger()
    assert "Stop" in visible_buttons(dialog)
    assert not dialog.bring.isEnabled()
    driver.until(lambda: dialog.chosen.startswith("imported-"))
    key = dialog.chosen
    driver.until(lambda: any(isinstance(e, UseInstalledModel) for e in driver.worker.commands))
    assert [e.key for e in driver.worker.commands if isinstance(e, UseInstalledModel)] == [key]
    driver.click(dialog.check)
    driver.until(dialog.said.isVisible)
    assert dialog.said.text().endswith(": every file is intact, and its results are as expected.")
    graph = next((folders.models / key).rglob("*.onnx"))
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    graph.write_bytes(content)
    driver.click(dialog.check)
    assert not dialog.said.isVisible()
    driver.until(dialog.problem.isVisible)
    assert "is damaged" in dialog.problem.text()
    driver.close()


def test_what_is_no_model_is_not_imported(
    qtbot: QtBot, folders: AppFolders, tmp_path: Path
) -> None:
    driver = Driver(qtbot, folders, model_source=tmp_path / "nothing")
    (tmp_path / "nothing").mkdir()
    dialog = open_dialog(driver)
    dialog.from_folder.trigger()
    driver.until(dialog.problem.isVisible)
    assert "nothing" in dialog.problem.text()
    assert dialog.bring.isEnabled()
    driver.close()


def test_what_is_published_of_a_model_is_said(driver: Driver) -> None:
    dialog = open_dialog(driver)
    for key, figure in (
        ("clip-vit-b32-laion", "39.3 of 100 COCO captions"),
        (TINY.key, "59.8 of 100 ImageNet photos"),
        ("clip-xlm-roberta-b32", "66 of 100, where English has 68.3"),
    ):
        choose(dialog, key)
        driver.until(
            lambda figure=figure: any(figure in words for words in driver.words(dialog))  # type: ignore[misc]
        )


def test_who_would_rather_stay_with_the_active_model_says_so(qtbot: QtBot, tmp_path: Path) -> None:
    dialog = ModelsDialog()
    qtbot.addWidget(dialog)
    dialog.show_models(installed(tmp_path))
    dialog.show()
    assert "Stay with it" not in visible_buttons(dialog)
    dialog.show_models(installed(tmp_path, chosen=True))
    assert "Stay with it" in visible_buttons(dialog)
    with qtbot.waitSignal(dialog.use_requested) as asked:
        dialog.use.click()
    assert asked.args == ["basic"]


@pytest.mark.parametrize(
    ("key", "pictures_per_s", "said"),
    [
        (TINY.key, 41.3, "41 photos a second on one core, measured here"),
        ("blip-base", 0.8, "1.2 s for a caption, measured here"),
        ("blip-vqa-base", 2.0, "0.5 s for an answer, measured here"),
    ],
)
def test_the_speed_is_that_of_this_computer(
    key: str, pictures_per_s: float, said: str, tmp_path: Path
) -> None:
    spec = registry.find_spec(key, ModelSpec)
    model = InstalledModel(spec, tmp_path, pictures_per_s=pictures_per_s)
    assert ("Speed", said) in facts(ModelState(spec, model, active=False))


def test_progress_without_a_measure_is_shown_as_such(qtbot: QtBot) -> None:
    dialog = ModelsDialog()
    qtbot.addWidget(dialog)
    dialog.show_installing(TINY.key)
    dialog.show_progress(InstallProgress("downloading", 5_000_000, 10_000_000))
    assert dialog.progress_text.text() == "Downloading: 5.0 MB of 10.0 MB"
    assert (dialog.progress.value(), dialog.progress.maximum()) == (500, 1000)
    dialog.show_progress(InstallProgress("testing"))
    assert dialog.progress_text.text() == "Testing it on this computer…"
    assert dialog.progress.maximum() == 0


def test_a_model_can_be_asked_for(driver: Driver) -> None:
    driver.program.models.show("blip-base")
    dialog = driver.program.models.dialog
    assert dialog is not None
    driver.until(lambda: dialog.chosen == "blip-base")
    assert dialog.title.text() == "BLIP base (captions)"
