"""Captions and questions in the real window, with a worker whose models a test scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from photofind.catalog.jobs import add_jobs, fail_job, find_next_job
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Activity, JobKind, PhotofindError, WorkProgress
from photofind.gui.buttons import IconButton
from photofind.gui.describing.offer_dialog import InstallOffer
from photofind.gui.describing.server_dialog import ServerDialog
from photofind.gui.models import install
from photofind.models.messages import InstallNotice, InstallProgress
from photofind.models.process import Installation
from photofind.sentences import Sentence
from photofind.settings import read_settings
from photofind.worker.description_messages import (
    Ask,
    CancelDescriptions,
    Describe,
    DescriptionFailed,
    DescriptionProgress,
    DescriptionsQueued,
    LookAt,
    RetryDescriptions,
    RunOcr,
    ShowInGrid,
)
from photofind.worker.messages import Rescan
from tests.gui.driver import open_first
from tests.plugins.catalog import read, write
from tests.unit.describe.made_up import Gate, ModelShelf, ScriptedCaptioner
from tests.unit.describe.stand_in_server import Behaviour, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def captions(driver: Driver) -> tuple[str, ...]:
    return driver.window.preview.captions.texts


def press_soon(driver: Driver, label: str) -> None:
    """Presses a button of the captions as soon as it is shown."""

    def found() -> list[IconButton]:
        buttons = driver.window.preview.captions.findChildren(IconButton)
        return [each for each in buttons if each.isVisible() and each.toolTip() == label]

    driver.until(lambda: bool(found()))
    driver.click(found()[0])


def commands(driver: Driver, kind: type) -> list[object]:
    return [command for command in driver.worker.commands if isinstance(command, kind)]


def test_a_photo_is_described_corrected_and_found_by_its_words(desk: Driver) -> None:
    open_first(desk)
    strip = desk.window.preview.captions
    desk.click(desk.button(strip, "Describe this photo"))
    desk.until(lambda: captions(desk) == ("a picture",))
    desk.press(Qt.Key.Key_E)
    assert desk.focused().property("text") == "a picture"
    desk.type("our balloon")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: captions(desk) == ("our balloon",))
    assert desk.focused() is desk.window.preview, "the arrow keys walk on"
    desk.press(Qt.Key.Key_Escape)
    desk.search("balloon")
    assert desk.model.rows.why[0][0].text == "our balloon"


def test_escape_leaves_a_caption_as_it_was(desk: Driver) -> None:
    open_first(desk)
    desk.press(Qt.Key.Key_E)
    desk.type("never mind")
    desk.press(Qt.Key.Key_Escape)
    assert captions(desk) == ()
    desk.press(Qt.Key.Key_E)
    desk.type("by hand")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: captions(desk) == ("by hand",))
    assert desk.previews(), "Escape closed the line, not the photo"


def test_an_accepted_caption_stays_beside_a_new_one(desk: Driver, shelf: ModelShelf) -> None:
    open_first(desk)
    strip = desk.window.preview.captions
    desk.click(desk.button(strip, "Describe this photo"))
    desk.until(lambda: captions(desk) == ("a picture",))
    press_soon(desk, "Accept this caption")
    shelf.captioners["small"].says = lambda _: "another one"
    desk.until(lambda: desk.program.preview.facts.captions[0].accepted)  # type: ignore[union-attr]
    desk.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    desk.until(lambda: captions(desk) == ("a picture", "another one"))
    press_soon(desk, "Delete this caption")
    desk.until(lambda: captions(desk) == ("another one",))


def test_a_caption_in_other_words_is_drawn(desk: Driver, shelf: ModelShelf) -> None:
    open_first(desk)
    desk.click(desk.button(desk.window.preview.captions, "Describe this photo"))
    desk.until(lambda: captions(desk) == ("a picture",))
    for words in ("another one", "a third"):
        shelf.captioners["small"].says = lambda _, words=words: words  # type: ignore[misc]
        press_soon(desk, "Describe it in other words")
        desk.until(lambda words=words: captions(desk) == (words,))  # type: ignore[misc]
    first, *drawn = shelf.captioners["small"].drawn
    assert first is None, "the likeliest"
    assert None not in drawn, "the likeliest would be the same again"
    assert len(set(drawn)) == 2


def test_a_caption_that_takes_long_can_be_cancelled(desk: Driver, shelf: ModelShelf) -> None:
    gate = Gate()
    shelf.captioners["small"] = ScriptedCaptioner(before=gate)
    open_first(desk)
    strip = desk.window.preview.captions
    desk.click(desk.button(strip, "Describe this photo"))
    assert strip.state == "Describing…"
    gate.enter()
    desk.click(desk.button(strip, "Cancel"))
    gate.go.set()
    desk.until(lambda: desk.button(strip, "Describe this photo") is not None)
    assert captions(desk) == ()


@pytest.mark.expects_log("out of memory while describing")
def test_a_photo_that_cannot_be_described_says_why(desk: Driver, shelf: ModelShelf) -> None:
    def fail(_cancelled: object) -> None:
        raise MemoryError

    shelf.captioners["small"] = ScriptedCaptioner(before=fail)
    open_first(desk)
    strip = desk.window.preview.captions
    desk.click(desk.button(strip, "Describe this photo"))
    desk.until(lambda: "memory" in strip.state)
    desk.until(lambda: not desk.window.status_line.descriptions.isHidden())


def test_captions_travel_as_alt_texts_and_lists(
    desk: Driver, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    photo_id = open_first(desk)
    desk.press(Qt.Key.Key_E)
    desk.type('a "fine" day')
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: captions(desk) == ('a "fine" day',))
    actions = desk.program.description_actions
    actions.copy_html([photo_id])
    desk.until(lambda: QGuiApplication.clipboard().text().startswith("<img"))
    assert ' alt="a &quot;fine&quot; day"' in QGuiApplication.clipboard().text()
    actions.export(desk.view.selected_photos())
    desk.until((tmp_path / "list.json").exists)
    desk.until(lambda: str(tmp_path / "list.json") in desk.window.banner.text)
    (row,) = json.loads((tmp_path / "list.json").read_text())
    assert row["caption"] == 'a "fine" day'
    assert row["path"].startswith(str(indexed.photos))


def test_a_missing_model_is_offered(window: Driver) -> None:
    open_first(window)
    strip = window.window.preview.captions
    window.click(window.button(strip, "Describe this photo"))
    window.wait_for_command(Describe)
    window.worker.refuse(Describe, "captioner_missing", "None is installed.")
    window.until(lambda: bool(window.window.findChildren(InstallOffer)))
    (offer,) = window.window.findChildren(InstallOffer)
    assert offer.command == "photofind models install blip-base"
    words = " ".join(label.text() for label in offer.findChildren(QLabel))
    assert "989.8 MB to download" in words
    assert "BSD-3-Clause" in words
    assert strip.state == ""
    assert not window.window.banner.isVisible()
    QTest.keyClick(offer, Qt.Key.Key_Return)  # one too many
    assert not offer.isVisible()
    assert not window.program.model_install.is_running


def test_what_was_wanted_is_asked_again_once_the_model_is_there(
    window: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Scripted(Installation):
        def run(self, hear: Callable[[InstallProgress | InstallNotice], None]) -> str:
            hear(InstallProgress("downloading", 1_000_000, 4_000_000))
            if not failures:
                return "blip-base"
            raise failures.pop()

    failures = [PhotofindError("network_cut", "The connection was cut.")]
    monkeypatch.setattr(install, "Installation", Scripted)
    photo_id = open_first(window)
    window.click(window.button(window.window.preview.captions, "Describe this photo"))
    window.wait_for_command(Describe)
    window.worker.refuse(Describe, "captioner_missing", "None.")
    window.until(lambda: bool(window.window.findChildren(InstallOffer)))
    (offer,) = window.window.findChildren(InstallOffer)
    window.click(window.button(offer, "Download and install"))
    window.until(lambda: offer.state == "The connection was cut.")
    assert len(commands(window, Describe)) == 1
    window.click(window.button(offer, "Download and install"))
    window.until(lambda: offer.state == "It is installed.")
    window.until(lambda: len(commands(window, Describe)) == 2)
    assert commands(window, Describe)[1].photo_ids == (photo_id,)  # type: ignore[attr-defined]
    assert window.window.preview.captions.state == "Describing…"
    offer.close()


def test_what_was_done_is_not_asked_again_when_a_model_comes(window: Driver) -> None:
    """Whatever else was refused meanwhile for want of a model."""
    photo_id = open_first(window)
    window.click(window.button(window.window.preview.captions, "Describe this photo"))
    window.wait_for_command(Describe)
    window.worker.answer(Describe, DescriptionsQueued(queued=1, known=0, photo_ids=(photo_id,)))
    window.window.preview.details.text.read_requested.emit()
    window.wait_for_command(RunOcr)
    window.worker.refuse(RunOcr, "model_missing", "Text can't be read here.")
    window.until(lambda: window.window.banner.text == "Text can't be read here.")
    window.program.model_install.finished.emit("blip-large")
    window.program.folders.rescan()  # goes the same way, later
    window.wait_for_command(Rescan)
    assert len(commands(window, Describe)) == 1


def test_what_was_refused_is_asked_once_and_not_after_it_was_done(window: Driver) -> None:
    photo_id = open_first(window)
    window.press(Qt.Key.Key_Q)
    window.type("how many dogs?")
    window.press(Qt.Key.Key_Return)
    window.wait_for_command(Ask)
    window.worker.refuse(Ask, "model_missing", "There is no model called llava.")
    panel = window.window.preview.questions
    window.until(lambda: "There is no model called llava." in panel.lines)
    window.program.model_install.finished.emit("blip-vqa-base")
    window.wait_for_command(Ask)
    window.until(lambda: "Looking…" in panel.lines)
    window.worker.answer(Ask, DescriptionsQueued(queued=1, known=0, photo_ids=(photo_id,)))
    window.program.model_install.finished.emit("blip-large")
    window.program.folders.rescan()
    window.wait_for_command(Rescan)
    assert len(commands(window, Ask)) == 2


@pytest.mark.parametrize("key", ["siglip2-b32-256", "my-own-model", "blip-large"])
def test_another_kind_of_model_has_nothing_asked_again(window: Driver, key: str) -> None:
    open_first(window)
    window.press(Qt.Key.Key_Q)
    window.type("how many dogs?")
    window.press(Qt.Key.Key_Return)
    window.wait_for_command(Ask)
    window.worker.refuse(Ask, "answerer_missing", "None is installed.")
    panel = window.window.preview.questions
    window.until(lambda: panel.question == "how many dogs?")
    window.program.model_install.finished.emit(key)
    window.program.folders.rescan()  # goes the same way, later
    window.wait_for_command(Rescan)
    assert len(commands(window, Ask)) == 1
    window.program.model_install.finished.emit("blip-vqa-base")
    window.until(lambda: len(commands(window, Ask)) == 2)
    assert panel.question == ""


def test_the_status_line_says_how_far_it_is_and_can_pause(window: Driver) -> None:
    status = window.window.status_line.descriptions
    assert not status.isVisible()
    window.program.descriptions.describe_all()
    window.until(lambda: commands(window, Describe) != [])
    window.worker.on_event(
        DescriptionProgress(
            progress=WorkProgress(
                activity=Activity.DESCRIBING, done=3, total=40, failed=1, eta_s=300.0
            )
        )
    )
    window.until(lambda: status.text == "Describing 3 of 40 · about 5 min left")
    window.click(window.button(status, "Pause describing"))
    window.until(lambda: ("descriptions_paused", True) in window.worker.chosen())
    assert window.program.settings_store.settings.descriptions_paused
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.PAUSED, done=3, total=40))
    )
    window.until(lambda: status.text == "Describing is paused · 3 of 40")
    window.click(window.button(status, "Cancel describing"))
    window.until(lambda: commands(window, CancelDescriptions) != [])
    status.retry_requested.emit()
    window.until(lambda: commands(window, RetryDescriptions) != [])


def test_a_photo_that_waits_is_hurried_when_it_is_looked_at(
    window: Driver, folders: AppFolders
) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_jobs, "caption", [window.model.content_id(0)], "{}", 0)
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.DESCRIBING, done=0, total=9))
    )
    window.until(lambda: window.window.status_line.descriptions.isVisible())
    photo_id = open_first(window)
    window.until(lambda: commands(window, LookAt) != [])
    assert commands(window, LookAt)[0].photo_ids == (photo_id,)  # type: ignore[attr-defined]
    assert window.window.preview.captions.state == "Describing…"


def test_a_photo_that_was_queued_before_it_was_opened_says_why_it_failed(
    window: Driver, folders: AppFolders
) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_jobs, JobKind.CAPTION, [window.model.content_id(0)], "{}", 0)
    photo_id = open_first(window)
    strip = window.window.preview.captions
    window.until(lambda: strip.state == "Describing…")
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        job = read(reader, find_next_job, [JobKind.CAPTION])
        assert job is not None
        write(writer, fail_job, job.id, "vanished", Sentence("Its file is gone."))
    window.worker.on_event(
        DescriptionFailed(
            photo_id=photo_id,
            kind=JobKind.CAPTION,
            code="vanished",
            sentence=Sentence("Its file is gone."),
        )
    )
    window.until(lambda: strip.state == "Its file is gone.")


def test_what_the_grid_shows_is_told_while_something_is_queued(
    window: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, rows = window.window.grid_page.view, window.model.rows

    def in_sight() -> tuple[int, ...]:
        sight = view.rows_in_sight()
        return tuple(rows.photo_ids[sight.start : sight.stop].tolist())

    def told() -> list[Any]:
        return [command.photo_ids for command in commands(window, ShowInGrid)]  # type: ignore[attr-defined]

    view.sight_changed.emit()
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.DESCRIBING, done=0, total=40))
    )
    window.until(lambda: told() == [in_sight()])
    top = in_sight()
    window.window.size_slider.setValue(window.window.size_slider.maximum())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    window.until(lambda: len(told()) == 2)
    assert told()[1] == in_sight() != top
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.IDLE, done=40, total=40))
    )
    view.verticalScrollBar().setValue(0)
    window.worker.on_event(
        DescriptionProgress(progress=WorkProgress(activity=Activity.DESCRIBING, done=0, total=2))
    )
    window.until(lambda: len(told()) == 3)
    assert told()[2] == in_sight()


def test_a_folder_and_what_was_found_can_be_described(
    window: Driver, indexed: IndexedPhotos
) -> None:
    window.window.folders_panel.describe_requested.emit(indexed.photos)
    window.until(lambda: len(commands(window, Describe)) == 1)
    window.search("astronaut")
    window.program._describe_shown()
    window.until(lambda: len(commands(window, Describe)) == 2)
    folder, found = commands(window, Describe)
    assert folder.folder == indexed.photos  # type: ignore[attr-defined]
    assert 0 < len(found.photo_ids) < indexed.count  # type: ignore[attr-defined]


def test_a_model_server_is_off_until_it_is_chosen(window: Driver) -> None:
    assert window.program.settings_store.settings.model_server == ""
    window.program.server.choose()
    (dialog,) = window.window.findChildren(ServerDialog)
    words = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "pass them on to other computers" in words
    assert not window.button(dialog, "Look for models").isEnabled()
    with serving(Behaviour()) as address:
        dialog._on.setChecked(True)
        dialog._address.setText("http://192.0.2.7:80")
        window.click(window.button(dialog, "Look for models"))
        window.until(lambda: "this computer only" in dialog.state)
        assert not window.button(dialog, "Save").isEnabled(), "no model, no server"
        dialog._address.setText(address)
        window.click(window.button(dialog, "Look for models"))
        window.until(lambda: "It answers" in dialog.state)
        window.click(window.button(dialog, "Save"))
    settings = window.program.settings_store.settings
    assert (settings.model_server, settings.server_model) == (address, "llava:7b")


def test_what_a_server_said_is_marked(desk: Driver, folders: AppFolders, shelf: ModelShelf) -> None:
    with serving(Behaviour(("a ", "barn"))) as address:
        desk.program.settings_store.choose_now(model_server=address, server_model="llava:7b")
        desk.until(lambda: read_settings(folders).model_server == address)
        open_first(desk)
        desk.press(Qt.Key.Key_Q)
        panel = desk.window.preview.questions
        desk.until(lambda: panel._chooser.key == "server:llava:7b")
        desk.type("what is it?")
        desk.press(Qt.Key.Key_Return)
        desk.until(lambda: "llava:7b · from the model server" in panel.lines)
    assert "a barn" in panel.lines
