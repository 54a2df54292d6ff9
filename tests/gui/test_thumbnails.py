"""Cell pictures: from the store, from the file, cut and rounded, bounded in memory."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage, QPixmap

from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.domain import ContentId
from photofind.gui.grid.pixmaps import CellPicture, PixmapCache
from photofind.gui.grid.thumbnails import Thumbnail, ThumbnailKey, ThumbnailLoader, cut_cell
from photofind.media import online_only
from photofind.worker.messages import MakeThumbnails
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from photofind.domain import Photo
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


@pytest.fixture
def photo(folders: AppFolders) -> Photo:
    with CatalogReader(folders) as reader:
        order = read(reader, read_photo_order)
        return next(iter(read(reader, read_photos, [int(order.photo_ids[0])]).values()))


def load(qtbot: QtBot, loader: ThumbnailLoader, photo: Photo, side: int = 64) -> Thumbnail:
    with qtbot.waitSignal(loader.loaded) as loaded:
        loader.want([ThumbnailKey(photo.id, photo.content_id, side)])
    assert loaded.args is not None
    thumbnail = loaded.args[0]
    assert isinstance(thumbnail, Thumbnail)
    return thumbnail


def test_delivers_the_picture_and_what_is_known(
    qtbot: QtBot, folders: AppFolders, photo: Photo
) -> None:
    loader = ThumbnailLoader(folders)
    loader.start()
    with closing(loader):
        thumbnail = load(qtbot, loader, photo)
    assert thumbnail.photo == photo
    assert thumbnail.image is not None
    assert thumbnail.image.width() == thumbnail.image.height() == 64


def test_a_lost_thumbnail_is_made_again_from_the_file(
    qtbot: QtBot, folders: AppFolders, photo: Photo
) -> None:
    for file in folders.cache.glob("thumbnails.db*"):
        file.unlink()
    loader = ThumbnailLoader(folders)
    loader.start()
    with closing(loader), qtbot.waitSignal(loader.missing) as missing:
        assert load(qtbot, loader, photo).image is not None
    assert missing.args == [photo.content_id]
    assert not folders.thumbnails.exists(), "the window writes nothing"


def test_what_the_cache_lost_is_told_to_the_worker(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> None:
    for file in folders.cache.glob("thumbnails.db*"):
        file.unlink()
    window = open_window(folders)
    window.wait_rows(indexed.count)
    window.wait_pictures()
    assert not folders.thumbnails.exists()
    window.worker.greet()
    window.until(lambda: any(isinstance(each, MakeThumbnails) for each in window.worker.commands))
    told = [
        content_id
        for command in window.worker.commands
        if isinstance(command, MakeThumbnails)
        for content_id in command.content_ids
    ]
    sight = window.view.rows_in_sight()
    assert {window.model.content_id(row) for row in sight} <= set(told)
    assert len(told) == len(set(told))


def test_no_photo_is_downloaded_for_a_lost_thumbnail(
    qtbot: QtBot, folders: AppFolders, photo: Photo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in folders.cache.glob("thumbnails.db*"):
        file.unlink()
    monkeypatch.setattr(online_only, "lies_online_only", lambda _: True)
    loader = ThumbnailLoader(folders)
    loader.start()
    with closing(loader):
        assert load(qtbot, loader, photo).image is None


def test_a_photo_that_cannot_be_shown_is_said_to_be_so(
    qtbot: QtBot, folders: AppFolders, indexed: IndexedPhotos, photo: Photo, tmp_path: Path
) -> None:
    for file in folders.cache.glob("thumbnails.db*"):
        file.unlink()
    elsewhere = tmp_path / "elsewhere"
    shutil.move(indexed.photos, elsewhere)
    loader = ThumbnailLoader(folders)
    loader.start()
    try:
        with closing(loader):
            thumbnail = load(qtbot, loader, photo)
    finally:
        shutil.move(elsewhere, indexed.photos)
    assert thumbnail.image is None
    assert thumbnail.photo == photo


def test_photos_of_folders_out_of_reach_are_marked(
    qtbot: QtBot, folders: AppFolders, indexed: IndexedPhotos, photo: Photo
) -> None:
    loader = ThumbnailLoader(folders)
    loader.mark_offline(frozenset({indexed.photos}))
    loader.start()
    with closing(loader):
        loaded = load(qtbot, loader, photo).photo
    assert loaded is not None
    assert loaded.offline


def test_without_a_catalog_there_are_no_pictures(
    qtbot: QtBot, empty_folders: AppFolders, photo: Photo
) -> None:
    loader = ThumbnailLoader(empty_folders)
    loader.start()
    with closing(loader):
        thumbnail = load(qtbot, loader, photo)
    assert thumbnail.image is None
    assert thumbnail.photo is None


def picture(width: int, height: int) -> QImage:
    """Red on the left, blue on the right, green in the middle third."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    for x in range(width):
        for y in range(height):
            if x >= width * 2 // 3:
                image.setPixelColor(x, y, QColor("blue"))
            elif x >= width // 3:
                image.setPixelColor(x, y, QColor("lime"))
    return image


@pytest.mark.parametrize("side", [1, 50, 200])
def test_a_cell_shows_the_middle_with_round_corners(qapp: QApplication, side: int) -> None:
    cell = cut_cell(picture(180, 100), side)
    assert (cell.width(), cell.height()) == (side, side)
    if side > 1:
        middle = cell.pixelColor(side // 2, side // 2)
        assert (middle.red(), middle.green(), middle.blue()) == (0, 255, 0)
        assert cell.pixelColor(0, 0).alpha() < 200
        assert cell.pixelColor(side // 2, 0).alpha() == 255


def test_a_panorama_is_shown_whole(qapp: QApplication) -> None:
    cell = cut_cell(picture(300, 60), 60)
    assert cell.pixelColor(3, 30).red() > 200
    assert cell.pixelColor(56, 30).blue() > 200
    assert cell.pixelColor(30, 5).alpha() < 255, "above it is empty ground"


def test_a_tiny_picture_is_not_blown_up(qapp: QApplication) -> None:
    cell = cut_cell(picture(10, 10), 200)
    assert cell.pixelColor(100, 100).alpha() == 255
    assert cell.pixelColor(80, 100).alpha() < 255


def test_pictures_least_recently_painted_go_first(qapp: QApplication) -> None:
    cache = PixmapCache(limit_bytes=3 * 10 * 10 * 4)
    for number in range(3):
        cache.put(ContentId(number), CellPicture(QPixmap(10, 10), 10))
    cache.find(ContentId(0))
    cache.put(ContentId(3), CellPicture(QPixmap(10, 10), 10))
    kept = [number for number in range(4) if cache.find(ContentId(number)) is not None]
    assert kept == [0, 2, 3]


def test_another_size_is_fetched_but_the_old_one_is_painted_meanwhile(qapp: QApplication) -> None:
    cache = PixmapCache()
    cache.put(ContentId(1), CellPicture(QPixmap(10, 10), 10))
    assert cache.has(ContentId(1), 10)
    assert not cache.has(ContentId(1), 20)
    assert cache.find(ContentId(1)) is not None


def test_a_refined_picture_is_fetched_while_the_old_one_is_painted(qapp: QApplication) -> None:
    cache = PixmapCache(limit_bytes=3 * 10 * 10 * 4)
    cache.put(ContentId(1), CellPicture(QPixmap(10, 10), 10))
    cache.outdate([ContentId(1), ContentId(2)])
    assert not cache.has(ContentId(1), 10)
    painted = cache.find(ContentId(1))
    assert painted is not None
    assert painted.pixmap is not None
    cache.put(ContentId(1), CellPicture(QPixmap(10, 10), 10))
    assert cache.has(ContentId(1), 10)


def test_failures_can_be_tried_again(qapp: QApplication) -> None:
    cache = PixmapCache()
    cache.put(ContentId(1), CellPicture(None, 10))
    cache.put(ContentId(2), CellPicture(QPixmap(10, 10), 10))
    assert cache.has(ContentId(1), 10), "not asked for all the time"
    cache.drop_failed()
    assert not cache.has(ContentId(1), 10)
    assert cache.has(ContentId(2), 10)
