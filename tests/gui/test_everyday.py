"""Small things that people run into every day, each seen wrong once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListView, QPushButton

from photofind.catalog.folders import add_folder
from photofind.catalog.writer import CatalogWriter
from photofind.describe.job_params import ANSWERER_MISSING
from photofind.gui.banner import BannerLevel
from photofind.gui.buttons import ButtonKind, PushButton
from photofind.gui.describing.ask_panel import AskPanel
from photofind.gui.describing.offer_dialog import InstallOffer
from photofind.gui.grid.rows import GridRows
from photofind.gui.grid.thumbnails import cut_cell
from photofind.gui.preview.details import DetailsPanel
from photofind.gui.shortcuts import ShortcutsDialog
from photofind.settings import SMALLEST_THUMBNAIL_PX
from photofind.worker.description_messages import Ask, RunOcr
from photofind.worker.messages import CatalogChanged, ForgetPhotos
from tests.plugins.catalog import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos

CTRL = Qt.KeyboardModifier.ControlModifier


def in_sight(window: Driver) -> list[tuple[int, QPoint]]:
    """The photos that can be seen, and where."""
    return [
        (window.model.photo_id(row), window.view.visualRect(window.model.index(row)).topLeft())
        for row in window.view.rows_in_sight()
    ]


def come_in(window: Driver, at: int, *photo_ids: int) -> None:
    """New photos are found, and the search thread says so."""
    rows = window.model.rows
    new = np.array(photo_ids, dtype=np.int64)
    more = GridRows(
        np.insert(rows.photo_ids, at, new),
        np.insert(rows.content_ids, at, new),
        np.insert(rows.taken_at_ms, at, new),
        len(rows) + len(new),
    )
    shown = window.program.browsing._shown
    assert shown is not None
    window.program.searcher.answered.emit(replace(shown, rows=more, refresh=True))


@pytest.mark.parametrize("scrolled", [False, True])
@pytest.mark.parametrize("number", [1, 2, 5])
def test_what_is_looked_at_stays_where_it_is_while_photos_come_in(
    window: Driver, scrolled: bool, number: int
) -> None:
    window.wait_pictures()
    window.window.size_slider.setValue(300)
    if scrolled:
        window.view.verticalScrollBar().setValue(window.view.gridSize().height())
    before = in_sight(window)
    come_in(window, 0, *range(90_001, 90_001 + number))
    assert in_sight(window) == before
    columns = window.view.width() // window.view.gridSize().width()
    if scrolled and number % columns == 0:
        assert window.grid.news == ""  # whole lines above don't move anything
        return
    plural = "" if number == 1 else "s"
    assert window.grid.news == f"{number} new photo{plural}"
    window.click(window.button(window.grid, window.grid.news))
    assert window.model.photo_id(0) == 90_001
    assert window.view.verticalScrollBar().value() == 0
    assert window.grid.news == ""


def test_photos_further_down_come_in_without_a_word(window: Driver) -> None:
    window.wait_pictures()
    window.window.size_slider.setValue(300)
    before, rows = in_sight(window), window.model.rowCount()
    come_in(window, rows, 90_001, 90_002)
    assert in_sight(window) == before
    assert window.model.rowCount() == rows + 2
    assert window.grid.news == ""


@pytest.mark.parametrize("side", [300, 512, 700, 900])
def test_photos_of_any_shape_fill_their_cells_on_a_sharp_screen(side: int) -> None:
    """Thumbnails are 512 pixels long; a wide one has a shorter side than a square one."""
    for width, height in ((512, 512), (512, 384), (512, 288), (341, 512), (320, 240)):
        picture = QImage(width, height, QImage.Format.Format_RGB32)
        picture.fill(QColor("red"))
        cell = cut_cell(picture, side)
        for place in (0.02, 0.5, 0.98):
            at = min(side - 1, round(side * place))
            assert cell.pixelColor(side // 2, at) == QColor("red"), (width, height, at)
            assert cell.pixelColor(at, side // 2) == QColor("red"), (width, height, at)


def test_size_and_place_are_there_again(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    first = open_window(folders)
    first.wait_rows(indexed.count)
    first.window.size_slider.setValue(SMALLEST_THUMBNAIL_PX)
    first.window.resize(600, 420)
    first.until(lambda: first.view.verticalScrollBar().maximum() > 0)
    first.view.verticalScrollBar().setValue(first.view.verticalScrollBar().maximum())
    top = first.view.top_photo()
    assert top is not None
    first.worker.greet()
    first.close()
    again = open_window(folders)
    again.wait_rows(indexed.count)
    assert again.view.photo_px == SMALLEST_THUMBNAIL_PX
    again.until(lambda: again.view.top_photo() == top)


def test_the_keyboard_looks_unlike_the_primary_action(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QDialog, QHBoxLayout

    dialog = QDialog()
    qtbot.addWidget(dialog)
    row = QHBoxLayout(dialog)
    plain, primary = PushButton("Cancel", dialog), PushButton("Save", dialog, ButtonKind.PRIMARY)
    row.addWidget(plain)
    row.addWidget(primary)
    with qtbot.waitActive(dialog):
        dialog.show()
    plain.setFocus()
    inside = QPoint(10, plain.height() // 2)
    focused = plain.grab().toImage().pixelColor(inside)
    primary.setFocus()
    assert plain.grab().toImage().pixelColor(inside) == focused
    assert primary.grab().toImage().pixelColor(inside) != focused


def test_reading_the_text_shows_that_it_goes_on(window: Driver) -> None:
    window.wait_pictures()
    window.program.preview.open_row(0)
    window.until(lambda: window.program.preview.facts is not None)
    section = window.window.preview.details.text
    (read,) = (
        each
        for each in section.findChildren(QPushButton)
        if each.isVisible() and each.text().startswith("Read")
    )
    window.click(read)
    assert "Reading the text…" in window.words(section)
    window.worker.on_event(CatalogChanged())  # what is known is read anew meanwhile
    window.program.preview.reread(window.program.preview.photo_id)  # type: ignore[arg-type]
    assert "Reading the text…" in window.words(section)
    window.wait_for_command(RunOcr)
    window.worker.refuse(RunOcr, "model_missing", "Text can't be read here.")
    window.until(read.isVisible)
    assert "Reading the text…" not in window.words(section)


def test_asking_without_a_model_offers_one_and_keeps_the_question(window: Driver) -> None:
    window.wait_pictures()
    window.program.preview.open_row(0)
    window.until(lambda: window.program.preview.facts is not None)
    window.window.preview.show_questions(True)
    window.type("How many?")
    window.press(Qt.Key.Key_Return)
    window.wait_for_command(Ask)
    window.worker.refuse(Ask, ANSWERER_MISSING, "Run photofind models install blip-vqa.")
    window.until(lambda: window.window.findChild(InstallOffer) is not None)
    panel = window.window.preview.questions
    assert not [line for line in panel.lines if "photofind models" in line]
    assert panel.question == "How many?"


def test_a_rubber_band_is_drawn(window: Driver) -> None:
    assert isinstance(window.view, QListView)
    assert window.view.isSelectionRectVisible()


def test_no_tooltip_repeats_what_stands_under_the_pointer(window: Driver) -> None:
    window.wait_pictures()
    assert window.model.index(0).data(Qt.ItemDataRole.ToolTipRole) is None
    assert window.model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize("kind", [AskPanel, DetailsPanel])
def test_the_edge_of_a_panel_is_whole(
    qtbot: QtBot, kind: type[AskPanel] | type[DetailsPanel]
) -> None:
    panel = kind()
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 500)
    if isinstance(panel, AskPanel):
        panel.show_history((), {}, None)
    panel.show()
    picture = panel.grab().toImage()
    ratio = picture.devicePixelRatio()
    colours = {picture.pixelColor(0, round(y * ratio)).name() for y in range(2, 498, 4)}
    assert len(colours) == 1


def test_a_panel_that_comes_and_goes_leaves_the_place(window: Driver) -> None:
    window.wait_pictures()
    window.view.verticalScrollBar().setValue(window.view.gridSize().height() + 60)
    before = in_sight(window)
    for _ in range(3):
        window.press(Qt.Key.Key_B, CTRL)
        window.press(Qt.Key.Key_B, CTRL)
        window.until(lambda: in_sight(window) == before)


def test_a_photo_on_a_drive_that_is_away_is_told_so(
    window: Driver, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    window.wait_pictures()
    away = tmp_path / "away"
    indexed.photos.rename(away)
    try:
        window.program.preview.open_row(0)
        picture = window.window.preview.picture
        window.until(lambda: "Connect its drive" in picture.problem)
        assert "Check its name" not in picture.problem
    finally:
        away.rename(indexed.photos)


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_keys_are_listed(window: Driver, key: Qt.Key) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.press(key)
    dialog = window.window.findChild(ShortcutsDialog)
    assert dialog is not None
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"Favourite", "F", "F11", "Ctrl+Z  Ctrl+Shift+Z"} <= set(labels)
    dialog.close()


def test_delete_forgets_after_asking(window: Driver) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.select_row(1)
    (photo_id,) = window.view.selected_photos()
    window.press(Qt.Key.Key_Delete)
    window.wait_for_command(ForgetPhotos)
    assert window.asked == [1]
    (command,) = (each for each in window.worker.commands if isinstance(each, ForgetPhotos))
    assert command.photo_ids == (photo_id,)


def test_full_screen_is_the_photo_alone(window: Driver) -> None:
    window.wait_pictures()
    window.view.setFocus()
    window.view.select_row(0)
    window.press(Qt.Key.Key_Return)
    window.until(lambda: window.program.preview.facts is not None)
    page = window.window.preview
    window.press(Qt.Key.Key_F11)
    window.until(lambda: page.picture.size() == window.window.size())
    window.press(Qt.Key.Key_Right)
    window.until(lambda: window.program.preview.photo_id == window.model.photo_id(1))
    assert page.picture.size() == window.window.size()
    window.press(Qt.Key.Key_Escape)
    window.until(lambda: not window.window.isFullScreen())
    assert window.previews()
    assert page.details.isVisible()
    window.press(Qt.Key.Key_Escape)
    window.press(Qt.Key.Key_F11)
    window.until(lambda: not window.window.search_bar.isVisible())
    window.press(Qt.Key.Key_F, CTRL)
    window.type("coffee")
    assert window.search_line.text() == "coffee"
    window.press(Qt.Key.Key_F11)
    window.until(lambda: not window.window.isFullScreen())
    assert window.window.search_bar.isVisible()


def test_the_name_stands_once_beside_a_photo(window: Driver) -> None:
    window.wait_pictures()
    window.program.preview.open_row(0)
    window.until(lambda: window.program.preview.facts is not None)
    name = window.names()[0]
    said = [text.replace("\u200b", "") for text in window.words(window.window.preview)]
    assert said.count(name) == 1


def test_messages_go_when_they_were_read(window: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_NOTICE_MS", "_ERROR_MS", "_CHARACTER_MS"):
        monkeypatch.setattr(f"photofind.gui.banner.{name}", 1)
    banner = window.window.banner
    monkeypatch.setattr(banner, "underMouse", lambda: False)
    banner.show_message("It went wrong.", BannerLevel.ERROR)
    assert banner.isVisible()
    window.until(lambda: not banner.isVisible())
    banner.show_message("It went wrong.", BannerLevel.ERROR, "Try again")
    assert not banner._gone.isActive()
    assert banner.isVisible()


def test_folders_of_one_name_are_told_apart(
    window: Driver, folders: AppFolders, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    other = tmp_path / "elsewhere" / indexed.photos.name
    with CatalogWriter(folders) as writer:
        write(writer, add_folder, other, None)
    window.worker.on_event(CatalogChanged())
    window.press(Qt.Key.Key_B, CTRL)
    panel = window.window.folders_panel

    def names() -> list[str]:
        return [text for text in window.words(panel) if text.startswith(indexed.photos.name)]

    window.until(lambda: len(names()) == 2)
    window.until(lambda: len(set(names())) == 2)


def test_nothing_can_be_described_in_an_empty_library(
    open_window: Callable[..., Driver], empty_folders: AppFolders, folders: AppFolders
) -> None:
    def entry(driver: Driver) -> bool:
        (found,) = (a for a in driver.window.actions() if "Describe the photos" in a.text())
        return found.isEnabled()

    assert not entry(open_window(empty_folders))
    full = open_window(folders)
    full.until(lambda: entry(full))


def test_a_band_chooses_what_it_touches(window: Driver) -> None:
    window.wait_pictures()
    view = window.view
    start = QPoint(view.visualRect(window.model.index(0)).left() + 1, 1)
    end = view.visualRect(window.model.index(1)).center()
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(view.viewport(), start + (end - start) * step / 8)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert {0, 1} <= set(view.selected_rows())
