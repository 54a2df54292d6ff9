"""A network drive whose server is gone keeps nobody waiting, and is taken up again by itself."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.domain import PhotofindError
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Notice,
    Rescan,
)
from tests.e2e.stalling_site import sitecustomize as stalling
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from photofind.paths import AppFolders
    from photofind.worker.wire import JobFinished


class _World:
    """Two folders, a worker, and a server that can be unplugged."""

    def __init__(self, tmp_path: Path) -> None:
        self.flag = tmp_path / "unplugged"
        self.server = tmp_path / "stalling server"
        self.home = tmp_path / "home"
        self.folders: AppFolders = app_folders(tmp_path / "data")
        self.heard: list[Event] = []
        self._news = threading.Condition()
        self.client = WorkerClient(self.folders, self._hear)

    def _hear(self, event: Event) -> None:
        with self._news:
            self.heard.append(event)
            self._news.notify_all()

    def add(self) -> JobFinished:
        folders = (self.server, self.home)
        return self.client.request(AddFolders(paths=folders), PATIENCE_S)

    def rescan(self) -> JobFinished:
        return self.client.request(Rescan(), PATIENCE_S)

    def ready(self) -> int:
        with CatalogReader(self.folders) as reader:
            return len(read(reader, read_photo_order).photo_ids)

    def notices(self) -> list[str]:
        return [event.code for event in self.heard if isinstance(event, Notice)]

    def wait(self, condition: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(condition, PATIENCE_S), self.notices()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_World]:
    world = _World(tmp_path)
    site = str(Path(stalling.__file__).parent)
    folders = [site, os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
    monkeypatch.setenv(stalling.HANGS_VARIABLE, str(world.flag))
    make_photo(world.server / "first.jpg", seed=1)
    for seed in range(2, 8):
        make_photo(world.home / f"{seed}.jpg", seed=seed)
    world.client.start()
    yield world
    world.flag.unlink(missing_ok=True)
    world.client.close()


def test_a_drive_that_stops_answering_is_offline_until_it_does(world: _World) -> None:
    assert world.add().report.new == 7
    make_photo(world.server / "second.jpg", seed=21)
    make_photo(world.home / "more.jpg", seed=22)
    world.flag.touch()
    report = world.rescan().report
    assert (report.new, report.missing) == (1, 0)
    assert world.ready() == 8  # what lies on the drive can still be found
    folder = world.server.with_name("another stalling server")
    with pytest.raises(PhotofindError) as caught:
        world.client.request(AddFolders(paths=(folder,)), PATIENCE_S)
    assert caught.value.code == "folder_stalled"
    world.flag.unlink()
    while world.ready() < 9:  # the answer that is owed may take a moment
        world.rescan()


def test_files_that_do_not_answer_hold_no_others_up(world: _World, tmp_path: Path) -> None:
    far = tmp_path / "far"
    # More of them than there are threads, so that all would wait.
    for seed in range(30, 36):
        make_photo(far / f"stalling {seed}.jpg", seed=seed)
    world.flag.touch()
    folders = (far, world.home)
    world.client.send(AddFolders(paths=folders))
    world.wait(lambda: world.ready() == 6)  # all that lies at home
    world.wait(lambda: "folder_stalled" in world.notices())
    world.flag.unlink()
    world.wait(lambda: world.ready() == 12)
    world.wait(lambda: "folder_answers" in world.notices())
