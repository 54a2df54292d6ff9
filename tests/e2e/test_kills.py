"""The worker is killed a hundred times while it indexes files that come, go, move and change."""

from __future__ import annotations

import collections
import os
import random
import signal
import sqlite3
import threading
from typing import TYPE_CHECKING, Self

import pytest

from photofind.domain import PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    PhotosReady,
    Rescan,
    RetryProblems,
)
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_KILLS = 100
_FILES = 500


class Killer:
    """Kills each worker some events after it has said hello, until it has killed enough."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._pid = 0
        self._events_to_go = 0
        self.kills = 0
        self.ready: list[int] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, Hello):
            self._pid = event.pid
            self._events_to_go = self._chance.randrange(6)
        elif isinstance(event, PhotosReady):
            self.ready += event.content_ids
        if self.kills < _KILLS:
            if self._events_to_go == 0:
                self.kills += 1
                # At any moment, not only right after an event.
                delay_s = self._chance.random() * 0.05
                threading.Timer(delay_s, _kill, (self._pid,)).start()
            self._events_to_go -= 1


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class Restless:
    """Does to a folder what people do, while it is indexed: rename, move, change, delete, add."""

    def __init__(self, photos: Path, chance: random.Random) -> None:
        self._photos = photos
        self._chance = chance
        self._seed = 10_000
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.done: collections.Counter[str] = collections.Counter()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._chance.random() * 0.1):
            path = self._chance.choice(sorted(self._photos.rglob("*.jpg")))
            action = self._chance.choice([self._rename, self._move, self._change, self._replace])
            action(path)
            self.done[action.__name__] += 1

    def _rename(self, path: Path) -> None:
        path.rename(path.with_name(f"renamed {self._number()}.jpg"))

    def _move(self, path: Path) -> None:
        folder = self._photos / f"moved {self._chance.randrange(4)}"
        folder.mkdir(exist_ok=True)
        path.rename(folder / f"{self._number()}.jpg")

    def _change(self, path: Path) -> None:
        make_photo(path, seed=self._number(), size=(64, 48))

    def _replace(self, path: Path) -> None:
        path.unlink()
        number = self._number()
        make_photo(self._photos / f"new {number}.jpg", seed=number, size=(64, 48))

    def _number(self) -> int:
        self._seed += 1
        return self._seed


def assert_sound(folders: AppFolders, photos: Path) -> None:
    """Whole, every content one vector a space, and findable exactly what lies there."""
    connection = sqlite3.connect(folders.catalog)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    counts = connection.execute(
        """SELECT space, count(*), count(DISTINCT region_id) FROM embeddings
           GROUP BY model_id, space ORDER BY space"""
    ).fetchall()
    ready = connection.execute("SELECT count(*) FROM contents WHERE state = 'ready'").fetchone()[0]
    assert counts == [("search", ready, ready), ("similar", ready, ready)]
    live = connection.execute(
        """SELECT f.rel_path FROM files f JOIN visible_photos v ON v.content_id = f.content_id
           WHERE f.missing_since IS NULL"""
    ).fetchall()
    connection.close()
    assert {photos / os.fsdecode(rel) for (rel,) in live} == set(photos.rglob("*.jpg"))


@pytest.mark.timeout(3600)  # a hundred workers have to start
@pytest.mark.expects_log("the worker died")
def test_a_hundred_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    photos = tmp_path / "photos"
    for number in range(_FILES):
        make_photo(photos / f"{number:03}.jpg", seed=number, size=(64, 48))
    folders = app_folders(tmp_path / "data")
    killer = Killer(chance)
    client = WorkerClient(folders, killer, back_off_s=0.001, back_off_most_s=0.01)
    client.start()
    try:
        command: AddFolders | Rescan = AddFolders(paths=(photos,))
        with Restless(photos, random.Random(seed + 1)) as restless:
            while killer.kills < _KILLS:
                try:
                    client.request(command, timeout_s=PATIENCE_S)
                except PhotofindError as error:
                    # Killed many times in a row before it could begin: said, and asked again.
                    if error.code != "worker_gone":
                        raise
                command = Rescan()
        assert len(restless.done) == 4, restless.done
        client.request(Rescan(), timeout_s=PATIENCE_S)  # the last kill may be on its way
        # Whoever was killed three times while it was tried alone is listed as a problem.
        client.request(RetryProblems(), timeout_s=PATIENCE_S)
        last = client.request(Rescan(), timeout_s=PATIENCE_S)
        assert (last.report.new, last.report.failed, last.report.missing) == (0, 0, 0)
    finally:
        client.close()
    assert_sound(folders, photos)
    # A content is embedded again only when the kill came between its commit and the event.
    assert len(killer.ready) == len(set(killer.ready))
