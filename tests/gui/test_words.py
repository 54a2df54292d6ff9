"""Tags and text beside a photo, in the real window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from photofind.catalog.photos import find_contents
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import FoundText, ModelKey, TextKind, store_finding
from photofind.catalog.writer import CatalogWriter
from photofind.domain import EditedField, PhotoEdit
from photofind.settings import Settings
from photofind.worker.description_messages import OcrDone, RunOcr
from photofind.worker.messages import (
    CatalogChanged,
    ChangeSettings,
    EditPhotos,
    SettingsChanged,
)
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from photofind.domain import PhotoId
    from photofind.paths import AppFolders
    from photofind.worker.messages import Command
    from tests.gui.driver import Driver

CORNERS = ((0.25, 0.4), (0.75, 0.4), (0.75, 0.6), (0.25, 0.6))


@pytest.fixture
def preview(window: Driver) -> Driver:
    """The large view of the first photo."""
    window.wait_pictures()
    window.view.select_row(0)
    window.view.setFocus()
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.program.preview.facts is not None)
    return window


def shown(preview: Driver) -> PhotoId:
    photo_id = preview.program.preview.photo_id
    assert photo_id is not None
    return photo_id


def wait_for(preview: Driver, command: Command) -> None:
    """The worker was told this last."""
    preview.until(lambda: preview.worker.commands[-1:] == [command])


def tagging(photo_id: PhotoId, value: int, label: str) -> EditPhotos:
    edit = PhotoEdit(field=EditedField.TAG, photo_ids=(photo_id,), value=value, label=label)
    return EditPhotos(edits=(edit,))


def tell_tags(preview: Driver, folders: AppFolders, *labels: str) -> None:
    """The worker has given the photo on show these labels."""
    with CatalogWriter(folders) as writer:
        write(writer, change_tags, [shown(preview)], add=labels)
    preview.worker.on_event(CatalogChanged())


def button(preview: Driver, tip: str) -> QToolButton:
    tags = preview.window.preview.details.tags
    (found,) = (each for each in tags.findChildren(QToolButton) if each.toolTip() == tip)
    return found


def test_a_tag_is_typed_with_the_keyboard_alone(preview: Driver, folders: AppFolders) -> None:
    preview.press(Qt.Key.Key_T)
    preview.type("  Grandma's  house ")
    preview.press(Qt.Key.Key_Return)
    wait_for(preview, tagging(shown(preview), 1, "Grandma's house"))
    assert preview.previews()
    preview.type("half a")
    tags = preview.window.preview.details.tags
    tell_tags(preview, folders, "Grandma's house")
    preview.until(lambda: "Grandma's house" in tags.labels)
    preview.type(" tag")
    assert preview.focused().property("text") == "half a tag"
    preview.press(Qt.Key.Key_Escape)
    assert preview.previews()
    assert preview.focused() is preview.window.preview
    preview.press(Qt.Key.Key_Escape)
    assert not preview.previews()


def test_a_tag_is_taken_off_and_searched_for(preview: Driver, folders: AppFolders) -> None:
    tags = preview.window.preview.details.tags
    photo = shown(preview)
    tell_tags(preview, folders, "Lisbon", "old town")
    preview.until(lambda: {"Lisbon", "old town"} <= set(tags.labels))
    preview.click(button(preview, "Remove the tag “Lisbon”"))
    wait_for(preview, tagging(photo, 0, "Lisbon"))
    chips = [each for each in tags.findChildren(QToolButton) if each.text() == "old town"]
    preview.click(chips[0])
    preview.wait_rows(1)
    assert not preview.previews()
    assert preview.search_line.text() == 'tag:"old town"'
    assert preview.model.photo_id(0) == photo
    preview.program.browsing.go_back()
    preview.until(lambda: preview.model.rowCount() > 1)


def test_text_is_read_on_demand_shown_and_copied(preview: Driver, folders: AppFolders) -> None:
    page = preview.window.preview
    text = page.details.text
    (button,) = (
        each
        for each in text.findChildren(QPushButton)
        if each.isVisible() and each.text().startswith("Read")
    )
    preview.click(button)
    photo = shown(preview)
    wait_for(preview, RunOcr(photo_ids=(photo,), again=True))
    with CatalogReader(folders) as reader:
        content = read(reader, find_contents, [photo])[photo]
    found = FoundText(
        TextKind.OCR,
        ModelKey("rapidocr@1", "ocr"),
        "NO PARKING",
        {"seconds": 0.1, "lines": [["NO PARKING", 0.98, CORNERS]]},
    )
    with CatalogWriter(folders) as writer:
        write(writer, store_finding, content, found)
    preview.worker.on_event(OcrDone(photo_id=photo, lines=1))
    preview.until(lambda: text.text == "NO PARKING")
    assert not button.isVisible()
    page.picture.repaint()
    plain = page.picture.grab().toImage()
    page.setFocus()
    preview.press(Qt.Key.Key_O)
    assert page.picture.grab().toImage() != plain
    QApplication.clipboard().clear()
    middle = page.picture.rect().center()
    QTest.mouseClick(page.picture, Qt.MouseButton.LeftButton, pos=middle)
    assert QApplication.clipboard().text() == "NO PARKING"
    QApplication.clipboard().clear()
    QTest.mouseClick(page.picture, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert QApplication.clipboard().text() == ""
    (copy,) = (each for each in text.findChildren(QPushButton) if each.text() == "Copy")
    preview.click(copy)
    assert QApplication.clipboard().text() == "NO PARKING"


def test_a_photo_without_text_says_so(preview: Driver, folders: AppFolders) -> None:
    photo = shown(preview)
    with CatalogReader(folders) as reader:
        content = read(reader, find_contents, [photo])[photo]
    with CatalogWriter(folders) as writer:
        found = FoundText(TextKind.OCR, ModelKey("rapidocr@1", "ocr"), "", {"lines": []})
        write(writer, store_finding, content, found)
    preview.worker.on_event(OcrDone(photo_id=photo, lines=0))
    facts = preview.program.preview

    def told() -> bool:
        return facts.facts is not None and facts.facts.text is not None

    preview.until(told)
    assert preview.window.preview.details.text.text == ""


def test_sidecars_and_reading_are_turned_on_in_the_menu(window: Driver) -> None:
    choices, worker = window.program.describing_choices, window.worker
    menu = window.window.menu_button.menu()
    assert {choices.sidecars, choices.reads_text} <= set(menu.actions())
    choices.sidecars.trigger()
    window.until(lambda: worker.chosen() == [("writes_sidecars", True)])
    banner = window.window.banner
    assert any(".xmp files" in label.text() for label in banner.findChildren(QLabel))
    choices.sidecars.trigger()
    window.until(lambda: worker.chosen()[1:] == [("writes_sidecars", False)])
    worker.on_event(SettingsChanged(settings=Settings(writes_sidecars=True)))  # by a command
    window.until(choices.sidecars.isChecked)


def test_reading_that_is_refused_is_not_shown_as_turned_on(window: Driver) -> None:
    choices, worker = window.program.describing_choices, window.worker
    worker.keeps_settings = False
    choices.reads_text.trigger()
    assert choices.reads_text.isChecked()
    window.wait_for_command(ChangeSettings)
    worker.refuse(ChangeSettings, "model_missing", "No model here reads text.")
    window.until(lambda: not choices.reads_text.isChecked())
    banner = window.window.banner
    assert any("reads text" in label.text() for label in banner.findChildren(QLabel))
