"""The worker is killed a hundred times while it indexes files that come, go, move and change."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    JobFinished,
    PhotosReady,
    Rescan,
    RetryProblems,
    path_to_wire,
)
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

_KILLS = 100
_FILES = 500
_PATIENCE_S = 300.0


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


def shuffle(photos: Path, chance: random.Random, seeds: list[int]) -> None:
    """Does to the folder what people do: rename, move, change, delete, add."""
    paths = sorted(photos.rglob("*.jpg"))
    for path in chance.sample(paths, 12):
        match chance.randrange(4):
            case 0:
                path.rename(path.with_name(f"renamed {chance.randrange(10**9)}.jpg"))
            case 1:
                folder = photos / f"moved {chance.randrange(4)}"
                folder.mkdir(exist_ok=True)
                path.rename(folder / f"{chance.randrange(10**9)}.jpg")
            case 2:
                make_photo(path, seed=seeds.pop(), size=(64, 48))
            case 3:
                path.unlink()
                make_photo(
                    photos / f"new {chance.randrange(10**9)}.jpg", seed=seeds.pop(), size=(64, 48)
                )


def assert_sound(folders: AppFolders, photos: Path) -> None:
    """Whole, every content one vector a space, and findable exactly what lies there."""
    connection = sqlite3.connect(folders.catalog)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    counts = connection.execute(
        """SELECT space, count(*), count(DISTINCT content_id) FROM embeddings
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


@pytest.mark.expects_log("the worker died")
def test_a_hundred_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    photos = tmp_path / "photos"
    for number in range(_FILES):
        make_photo(photos / f"{number:03}.jpg", seed=number, size=(64, 48))
    seeds = list(range(10_000, 20_000))
    folders = app_folders(tmp_path / "data")
    killer = Killer(chance)
    client = WorkerClient(folders, killer, back_off_s=0.001, back_off_most_s=0.01)
    client.start()
    try:
        command: AddFolders | Rescan = AddFolders(paths=(path_to_wire(photos),))
        while killer.kills < _KILLS:
            try:
                client.request(command, timeout_s=_PATIENCE_S)
            except PhotofindError as error:
                # Killed many times in a row before it could begin: said, and asked again.
                if error.code != "worker_gone":
                    raise
            shuffle(photos, chance, seeds)
            command = Rescan()
        client.request(Rescan(), timeout_s=_PATIENCE_S)  # the last kill may be on its way
        # Whoever was killed three times while it was tried alone is listed as a problem.
        client.request(RetryProblems(), timeout_s=_PATIENCE_S)
        last = client.request(Rescan(), timeout_s=_PATIENCE_S)
        assert isinstance(last, JobFinished)
        assert (last.report.new, last.report.failed, last.report.missing) == (0, 0, 0)
    finally:
        client.close()
    assert_sound(folders, photos)
    # A content is embedded again only when the kill came between its commit and the event.
    assert len(killer.ready) == len(set(killer.ready))
