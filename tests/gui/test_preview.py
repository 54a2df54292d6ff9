"""One photo, large."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton

from photofind.domain import Capture, ContentId, Exposure, Photo, PhotoId
from photofind.gui.preview import loader
from photofind.gui.preview.details import DetailsPanel
from photofind.gui.preview.picture_view import PictureView

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.driver import Driver, IndexedPhotos


def shown_words(window: Driver) -> str:
    labels = window.window.preview.findChildren(QLabel)
    return "\n".join(label.text().replace("\u200b", "") for label in labels if label.isVisible())


@pytest.fixture
def preview(window: Driver) -> Driver:
    """The large view of the first photo drawn in code."""
    window.wait_pictures()
    row = next(row for row, name in enumerate(window.names()) if name == "drawn-19.jpg")
    window.view.select_row(row)
    window.view.setFocus()
    window.press(Qt.Key.Key_Return)
    return window


def test_shows_the_photo_and_all_that_is_known(preview: Driver, indexed: IndexedPhotos) -> None:
    picture = preview.window.preview.picture
    preview.until(lambda: picture.has_picture)
    words = shown_words(preview)
    assert "drawn-19.jpg" in words
    assert "2020" in words
    assert "Kamera K1" in words
    assert "52.5000° N, 13.4000° W" in words
    assert "320 × 240" in words
    assert "JPEG" in words
    assert str(indexed.photos) in words
    assert f"of {indexed.count}" in words


def test_what_a_photographer_wrote_and_set_stands_beside_the_photo(qtbot: QtBot) -> None:
    panel = DetailsPanel()
    qtbot.addWidget(panel)
    exposure = Exposure(f_number=8.0, seconds=0.01, iso=100, focal_mm=24.0)
    photo = Photo(
        id=PhotoId(1),
        content_id=ContentId(1),
        sha256=bytes(32),
        paths=(Path("/photos/a.jpg"),),
        byte_size=1000,
        format="JPEG",
        width=300,
        height=200,
        capture=Capture(camera="Kamera K1", exposure=exposure),
        title="Evening at the pier",
        description="With the whole family",
        rating=4,
        favourite=True,
    )
    panel.show_photo(photo)
    words = "\n".join(label.text() for label in panel.findChildren(QLabel))
    assert "Kamera K1\nf/8 · 1/100 s · ISO 100 · 24 mm" in words
    assert "With the whole family" in words
    assert "Evening at the pier" in [line.text() for line in panel.findChildren(QLineEdit)]
    assert panel.rating.rating == 4
    hearts = [each for each in panel.findChildren(QToolButton) if "Favourite" in each.toolTip()]
    assert [each.isChecked() for each in hearts] == [True]


def test_says_why_it_was_found(window: Driver) -> None:
    window.search("a cat")
    window.wait_pictures()
    window.press(Qt.Key.Key_Down)
    window.press(Qt.Key.Key_Return)
    window.until(lambda: "What it shows fits your words" in shown_words(window))


def test_the_decoded_photo_takes_the_thumbnails_place(window: Driver) -> None:
    window.search("astronaut")
    window.wait_pictures()
    row = window.names().index("astronaut.jpg")
    loaded: list[QSize] = []
    window.program.preview_loader.picture_loaded.connect(
        lambda picture: loaded.append(picture.image.size())
    )
    window.program.preview.open_row(row)
    window.until(lambda: QSize(512, 512) in loaded)
    assert window.window.preview.picture.has_picture


def test_clicks_walk_too(preview: Driver) -> None:
    page = preview.window.preview
    before = preview.program.preview.photo_id
    preview.click(preview.button(page, "Next photo (→)"))
    assert preview.program.preview.photo_id != before
    preview.click(preview.button(page, "Previous photo (←)"))
    assert preview.program.preview.photo_id == before
    preview.click(preview.button(page, "Back to all photos (Esc)"))
    assert not preview.previews()


def test_the_grid_follows_the_walk(preview: Driver) -> None:
    for _ in range(3):
        preview.press(Qt.Key.Key_Right)
    shown = preview.program.preview.photo_id
    preview.press(Qt.Key.Key_Escape)
    assert preview.view.selected_photos() == [shown]


def test_the_details_can_be_hidden_and_stay_so(preview: Driver) -> None:
    assert preview.window.preview.details.isVisible()
    preview.press(Qt.Key.Key_I)
    assert not preview.window.preview.details.isVisible()
    assert preview.program.settings_store.settings.shows_details is False


def test_a_narrow_window_leaves_the_room_to_the_photo(preview: Driver) -> None:
    preview.window.resize(640, 480)
    preview.until(lambda: not preview.window.preview.details.isVisible())
    info = preview.button(preview.window.preview, "Show or hide the details (I)")
    assert not info.isChecked()
    preview.press(Qt.Key.Key_I)  # until they are asked for
    assert preview.window.preview.details.isVisible()
    assert info.isChecked()
    preview.press(Qt.Key.Key_I)
    assert not preview.window.preview.details.isVisible()
    preview.window.resize(1100, 700)
    preview.until(preview.window.preview.details.isVisible)
    assert info.isChecked()
    assert preview.program.settings_store.settings.shows_details is True


def test_a_photo_whose_file_is_gone_keeps_its_thumbnail(
    window: Driver, indexed: IndexedPhotos, tmp_path: Path
) -> None:
    window.wait_pictures()
    elsewhere = tmp_path / "elsewhere"
    shutil.move(indexed.photos, elsewhere)
    try:
        with window.qtbot.waitSignal(window.program.preview_loader.picture_loaded) as loaded:
            window.program.preview.open_row(0)
    finally:
        shutil.move(elsewhere, indexed.photos)
    assert loaded.args is not None
    assert loaded.args[0].problem
    window.until(lambda: window.window.preview.picture.has_picture)


def test_a_photo_that_lies_in_its_cloud_only_is_not_fetched_by_looking_at_it(
    window: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.wait_pictures()
    monkeypatch.setattr(loader, "lies_online_only", lambda _: True)
    with window.qtbot.waitSignal(window.program.preview_loader.picture_loaded) as loaded:
        window.program.preview.open_row(0)
    assert loaded.args is not None
    assert "online-only" in str(loaded.args[0].problem)
    window.until(lambda: window.window.preview.picture.has_picture)


def test_the_photo_stays_on_show_while_others_come(preview: Driver) -> None:
    shown = preview.program.preview.photo_id
    rows = preview.model.rows
    preview.model.merge_rows(rows.first(len(rows) - 1))
    assert preview.program.preview.photo_id == shown
    assert f"of {len(rows) - 1}" in shown_words(preview)


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    pixmap = QPixmap(1200, 800)
    pixmap.fill(QColor("red"))
    view.show_picture(pixmap, QSize(1200, 800))
    return view


def test_zooming_keeps_the_point_under_the_pointer(view: PictureView) -> None:
    view.zoom_by(3, QPointF(150, 100))
    assert view.zoom > 1.9
    view.zoom_by(-10)
    assert view.zoom == 1.0


def test_a_double_click_zooms_in_and_out(view: PictureView) -> None:
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert view.zoom > 1
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=view.rect().center())
    assert view.zoom == 1


def test_a_zoomed_picture_has_no_empty_edge(view: PictureView) -> None:
    view.zoom_by(6)
    middle = view.rect().center()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(view, middle * 20)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle)
    image = view.grab().toImage()
    for corner in ((1, 1), (598, 1), (1, 398), (598, 398)):
        assert image.pixelColor(*corner) == QColor("red")


def test_small_pictures_are_blown_up_only_a_little(view: PictureView) -> None:
    pixmap = QPixmap(40, 40)
    pixmap.fill(QColor("red"))
    view.show_picture(pixmap, QSize(40, 40))
    image = view.grab().toImage()
    assert image.pixelColor(300, 200) == QColor("red")
    assert image.pixelColor(300, 150) != QColor("red")


def test_nothing_to_show_is_said(view: PictureView) -> None:
    view.show_picture(None, QSize())
    view.show_problem("The file is damaged.")
    assert not view.has_picture
    view.zoom_by(1)
    view.grab()
