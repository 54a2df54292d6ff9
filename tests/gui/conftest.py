"""A real window on a real catalog: photos indexed once by the real worker, copied for each test."""

from __future__ import annotations

import shutil
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PySide6.QtCore import QLocale
from skimage import data as samples

from photofind.gui.theme import Theme
from photofind.gui.translation import EnglishPlurals
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders
from tests.gui.driver import Driver, IndexedPhotos
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import PhotoExif, make_photo
from tests.unit.describe.made_up import ModelShelf
from tests.unit.worker.inner_worker import working

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

_DRAWN = 20


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application, dressed as people see it, in English."""
    qapp.installTranslator(EnglishPlurals(qapp))
    Theme(qapp)
    return qapp


@pytest.fixture(autouse=True)
def _english(qapp: QApplication) -> Iterator[None]:
    """Plurals, figures and dates as they are written in Britain, wherever the tests run."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> IndexedPhotos:
    """Photos and a catalog that knows them; both are for looking at only."""
    root = tmp_path_factory.mktemp("indexed")
    photos = root / "photos"
    photos.mkdir()
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        Image.fromarray(getattr(samples, name)()).save(photos / f"{name}.jpg", quality=90)
    for number in range(_DRAWN):
        taken = datetime(2001 + number, 5, 17, 12, 30)  # noqa: DTZ001 (wall time)
        exif = PhotoExif(taken=taken, make="Kamera", model="K1", latitude=52.5, longitude=-13.4)
        make_photo(photos / f"drawn-{number:02}.jpg", seed=number + 1, size=(320, 240), exif=exif)
    data = root / "data"
    client = WorkerClient(app_folders(data), lambda event: None)
    client.start()
    try:
        client.request(AddFolders(paths=(photos,)), PATIENCE_S)
    finally:
        client.close()
    return IndexedPhotos(photos, data, 4 + _DRAWN)


@pytest.fixture
def folders(indexed: IndexedPhotos, tmp_path: Path) -> AppFolders:
    """A copy of the catalog for this test alone."""
    data = tmp_path / "data"
    shutil.copytree(indexed.data, data)
    return app_folders(data)


@pytest.fixture
def empty_folders(tmp_path: Path) -> AppFolders:
    """A data folder that nothing was ever kept in."""
    return app_folders(tmp_path / "empty")


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Driver]]:
    """Opens windows; closes them, with all their threads, after the test."""
    opened: list[Driver] = []

    def open_(folders: AppFolders, **options: object) -> Driver:
        driver = Driver(qtbot, folders, **options)  # type: ignore[arg-type]
        opened.append(driver)
        return driver

    yield open_
    for driver in opened:
        driver.close()


@pytest.fixture
def window(
    open_window: Callable[..., Driver], folders: AppFolders, indexed: IndexedPhotos
) -> Driver:
    """A window that shows every indexed photo."""
    driver = open_window(folders)
    driver.wait_rows(indexed.count)
    return driver


@pytest.fixture
def shelf() -> ModelShelf:
    return ModelShelf()


@pytest.fixture
def desk(
    open_window: Callable[..., Driver],
    folders: AppFolders,
    indexed: IndexedPhotos,
    shelf: ModelShelf,
    tmp_path: Path,
) -> Iterator[Driver]:
    """A window on every indexed photo, with a worker that describes."""
    with working(folders, shelf):
        driver = open_window(folders, worker=True, list_file=tmp_path / "list.json")
        driver.wait_rows(indexed.count)
        yield driver
        driver.close()
