"""Ratings, favourites, flags, titles, notes and tags, set and undone by hand in the real window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QToolButton

from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.tags import read_tags
from photofind.domain import EditedField, Flag, PhotoEdit
from photofind.worker.messages import EditPhotos, PhotosEdited
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QAction

    from photofind.domain import Photo, PhotoId
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALL_KEYS = [Qt.Key.Key_4, Qt.Key.Key_P, Qt.Key.Key_F]


def photos(folders: AppFolders, *ids: PhotoId) -> list[Photo]:
    with CatalogReader(folders) as reader:
        found = read(reader, read_photos, ids)
    return [found[each] for each in ids]


def undo_entry(driver: Driver) -> QAction:
    (entry,) = (
        each for each in driver.window.actions() if each.text().replace("&", "").startswith("Undo")
    )
    return entry


def sent(driver: Driver) -> list[PhotoEdit]:
    return [
        edit
        for command in driver.worker.commands
        if isinstance(command, EditPhotos)
        for edit in command.edits
    ]


@pytest.fixture
def chosen(desk: Driver) -> Driver:
    """All photos are chosen, in a window with a worker."""
    desk.wait_pictures()
    desk.view.setFocus()
    desk.view.select_row(0)
    desk.press(Qt.Key.Key_A, CTRL)
    return desk


def test_a_selection_is_rated_by_key_in_one_step_and_undone_by_name(
    chosen: Driver, folders: AppFolders, indexed: IndexedPhotos
) -> None:
    ids = chosen.view.selected_photos()
    assert len(ids) == indexed.count
    chosen.press(Qt.Key.Key_4)
    chosen.until(lambda: all(photo.rating == 4 for photo in photos(folders, *ids)))
    assert undo_entry(chosen).text() == f"&Undo rating of {indexed.count} photos"
    chosen.press(Qt.Key.Key_2)
    chosen.until(lambda: all(photo.rating == 2 for photo in photos(folders, *ids)))
    chosen.press(Qt.Key.Key_Z, CTRL)
    chosen.until(lambda: all(photo.rating == 4 for photo in photos(folders, *ids)))
    chosen.press(Qt.Key.Key_Z, CTRL)
    chosen.until(lambda: all(photo.rating is None for photo in photos(folders, *ids)))
    assert not undo_entry(chosen).isEnabled()
    chosen.press(Qt.Key.Key_Z, CTRL | SHIFT)
    chosen.until(lambda: all(photo.rating == 4 for photo in photos(folders, *ids)))
    assert chosen.view.selected_photos() == ids


def test_favourites_and_flags_go_on_and_off(chosen: Driver, folders: AppFolders) -> None:
    ids = chosen.view.selected_photos()
    chosen.view.select_row(2)
    one = chosen.view.selected_photos()[0]
    chosen.press(Qt.Key.Key_F)
    chosen.until(lambda: photos(folders, one)[0].favourite)
    chosen.press(Qt.Key.Key_A, CTRL)
    chosen.press(Qt.Key.Key_F)  # not all of them are, so all become favourites
    chosen.until(lambda: all(photo.favourite for photo in photos(folders, *ids)))
    chosen.press(Qt.Key.Key_F)
    chosen.until(lambda: not any(photo.favourite for photo in photos(folders, *ids)))

    def all_have(flag: Flag) -> bool:
        return {each.flag for each in photos(folders, *ids)} == {flag}

    for key, flag in (
        (Qt.Key.Key_P, Flag.PICK),
        (Qt.Key.Key_X, Flag.REJECT),
        (Qt.Key.Key_U, Flag.NONE),
    ):
        chosen.press(key)
        chosen.until(partial(all_have, flag))


def test_undoing_at_once_waits_for_what_is_to_be_undone(window: Driver) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.select_row(0)
    (photo_id,) = window.view.selected_photos()
    window.press(Qt.Key.Key_3)
    window.press(Qt.Key.Key_Z, CTRL)
    window.wait_for_command(EditPhotos)
    assert [edit.value for edit in sent(window)] == [3]
    before = PhotoEdit(field=EditedField.RATING, photo_ids=(photo_id,), value=None)
    window.worker.answer(EditPhotos, PhotosEdited(count=1, before=(before,)))
    window.until(lambda: sent(window)[1:] == [before])


def test_what_is_refused_is_told_and_not_shown(window: Driver) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.select_row(0)
    window.press(Qt.Key.Key_3)
    photo = window.model.photo(0)
    assert photo is not None
    assert photo.rating == 3  # at once
    window.wait_for_command(EditPhotos)
    window.worker.refuse(EditPhotos, "catalog_full", "There is no room.")
    window.until(lambda: window.window.banner.text == "There is no room.")
    window.program.browsing.paths_changed()

    def read_anew() -> bool:
        photo = window.model.photo(0)
        return photo is not None and photo.rating is None

    window.until(read_anew)


@pytest.mark.parametrize("key", ALL_KEYS)
def test_among_photos_of_which_none_is_chosen_letters_are_typed(
    window: Driver, key: Qt.Key
) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.clearSelection()
    window.press(key)
    assert window.focused() is window.search_line
    assert window.search_line.text() != ""
    assert sent(window) == []


@pytest.mark.parametrize("word", ["fish", "puppy", "5boats", "xylophone"])
def test_a_word_typed_among_photos_is_searched_for_and_changes_nothing(
    window: Driver, word: str
) -> None:
    window.wait_pictures()
    window.press(Qt.Key.Key_Down)
    for letter in word:
        QTest.keyClicks(window.focused(), letter)
    assert window.search_line.text() == word
    assert not window.program.editing.stack.canUndo()


def test_letters_in_the_search_field_rate_nothing(window: Driver) -> None:
    window.wait_pictures()
    window.view.select_row(0)
    window.window.search_bar.select_words()
    window.type("pux 5f")
    assert window.search_line.text() == "pux 5f"
    assert sent(window) == []


@pytest.fixture
def preview(desk: Driver) -> Driver:
    """The first photo large, in a window with a worker."""
    desk.wait_pictures()
    desk.view.setFocus()
    desk.view.select_row(0)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.program.preview.facts is not None)
    return desk


def shown(driver: Driver) -> PhotoId:
    photo_id = driver.program.preview.photo_id
    assert photo_id is not None
    return photo_id


def button(driver: Driver, tip: str) -> QToolButton:
    bar = driver.window.preview.details.rating
    (found,) = (each for each in bar.findChildren(QToolButton) if tip in each.toolTip())
    return found


def test_stars_heart_and_flags_are_clicked_beside_a_photo(
    preview: Driver, folders: AppFolders
) -> None:
    one, bar = shown(preview), preview.window.preview.details.rating
    preview.click(button(preview, "4 stars"))
    preview.until(lambda: photos(folders, one)[0].rating == 4 and bar.rating == 4)
    preview.click(button(preview, "4 stars"))
    preview.until(lambda: photos(folders, one)[0].rating == 0 and bar.rating == 0)
    preview.click(button(preview, "Favourite"))
    preview.until(lambda: photos(folders, one)[0].favourite)
    preview.click(button(preview, "Reject"))
    preview.until(lambda: photos(folders, one)[0].flag is Flag.REJECT)
    preview.until(button(preview, "Reject").isChecked)
    preview.window.preview.setFocus()
    preview.press(Qt.Key.Key_P)
    preview.until(lambda: photos(folders, one)[0].flag is Flag.PICK)
    preview.press(Qt.Key.Key_5)
    preview.until(lambda: bar.rating == 5)


def test_title_and_note_are_written_where_they_stand(preview: Driver, folders: AppFolders) -> None:
    one, details = shown(preview), preview.window.preview.details
    title = details.words.findChild(QLineEdit)
    note = details.words.findChild(QPlainTextEdit)
    assert title is not None
    assert note is not None
    title.setFocus()
    preview.type("Sunday 5pm by the fox")  # digits, and letters that are keys among photos
    preview.press(Qt.Key.Key_Return)
    assert preview.focused() is preview.window.preview
    assert preview.previews()
    preview.until(lambda: photos(folders, one)[0].title == "Sunday 5pm by the fox")
    note.setFocus()
    preview.type("for grandma")
    preview.press(Qt.Key.Key_Return, CTRL)
    preview.until(lambda: photos(folders, one)[0].note == "for grandma")
    title.setFocus()
    preview.type("half a")
    preview.press(Qt.Key.Key_Escape)
    assert title.text() == "Sunday 5pm by the fox"
    assert preview.previews()
    preview.press(Qt.Key.Key_Z, CTRL)
    preview.until(lambda: photos(folders, one)[0].note == "")
    assert photos(folders, one)[0].title == "Sunday 5pm by the fox"


def test_what_was_asked_before_a_title_was_written_does_not_put_the_old_one_back(
    preview: Driver, folders: AppFolders
) -> None:
    (before,) = photos(folders, shown(preview))
    fields = preview.window.preview.details.words
    title = fields.findChild(QLineEdit)
    assert title is not None
    title.setFocus()
    preview.type("Fox")
    preview.press(Qt.Key.Key_Return)
    fields.show_photo(before)
    assert title.text() == "Fox"
    preview.until(lambda: photos(folders, before.id)[0].title == "Fox")
    fields.show_photo(replace(before, title="Fox"))
    fields.show_photo(before)  # the title was taken back
    assert title.text() == ""


def test_what_is_being_typed_goes_to_the_photo_it_was_typed_for(
    preview: Driver, folders: AppFolders
) -> None:
    one = shown(preview)
    title = preview.window.preview.details.words.findChild(QLineEdit)
    assert title is not None
    title.setFocus()
    preview.type("Mine")
    preview.program.link.catalog_changed.emit()
    preview.type(" alone")
    assert title.text() == "Mine alone"
    preview.click(preview.button(preview.window.preview, "Next photo (→)"))
    preview.until(lambda: photos(folders, one)[0].title == "Mine alone")
    preview.until(lambda: title.text() == "")
    assert photos(folders, shown(preview))[0].title is None


def test_many_are_titled_and_tagged_in_one_step(chosen: Driver, folders: AppFolders) -> None:
    ids = chosen.view.selected_photos()
    chosen.press(Qt.Key.Key_E, CTRL)
    chosen.until(lambda: chosen.program.editing_details.dialog is not None)
    dialog = chosen.program.editing_details.dialog
    assert dialog is not None
    lines = {each.accessibleName(): each for each in dialog.findChildren(QLineEdit)}
    QTest.keyClicks(lines["Title"], "Summer")
    QTest.keyClicks(lines["Add tags"], "sea, Lisbon , sea")
    chosen.click(chosen.button(dialog, "Save"))

    def tagged() -> bool:
        with CatalogReader(folders) as reader:
            tags = read(reader, read_tags, ids)
        return all({"sea", "Lisbon"} <= {tag.label for tag in tags.get(each, ())} for each in ids)

    chosen.until(tagged)
    assert {photo.title for photo in photos(folders, *ids)} == {"Summer"}
    assert undo_entry(chosen).text() == f"&Undo details of {len(ids)} photos"
    with chosen.qtbot.waitActive(chosen.window):
        chosen.window.activateWindow()
    chosen.view.setFocus()
    chosen.press(Qt.Key.Key_Z, CTRL)
    chosen.until(lambda: {photo.title for photo in photos(folders, *ids)} == {None})
    chosen.press(Qt.Key.Key_T, CTRL)
    chosen.until(lambda: chosen.program.editing_details.dialog is not None)
    again = chosen.program.editing_details.dialog
    assert again is not None
    assert not [each.text() for each in again.findChildren(QLineEdit) if each.text()]
    again.close()


def test_the_marks_are_in_the_menu_of_a_photo(
    window: Driver, menu_texts: Callable[[Driver], list[str]]
) -> None:
    window.wait_pictures()
    window.view.select_row(0)
    texts = menu_texts(window)
    for text in ("Favourite\tF", "5 stars\t5", "No stars\t0", "Pick\tP", "Edit details…\tCtrl+E"):
        assert text in texts


@pytest.fixture
def menu_texts() -> Callable[[Driver], list[str]]:
    from PySide6.QtWidgets import QMenu

    def texts(driver: Driver) -> list[str]:
        menu = QMenu(driver.window)
        driver.program.editing_actions.add_to(menu, driver.program.photo_commands.chosen)
        found = [*menu.actions(), *(a for sub in menu.findChildren(QMenu) for a in sub.actions())]
        said = [action.text().replace("&", "") for action in found]
        menu.deleteLater()
        return said

    return texts


def test_marks_are_spoken(window: Driver) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.select_row(0)
    window.press(Qt.Key.Key_4)
    window.press(Qt.Key.Key_X)
    spoken = window.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "4 stars" in spoken
    assert "rejected" in spoken
