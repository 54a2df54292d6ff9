"""When everything is looked through again, by clocks of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.folders import FolderRow
from photofind.domain import FolderId
from photofind.media.mounts import Mounts
from photofind.worker.watching import Parts, ReconcileClock, Recovery, Watching

if TYPE_CHECKING:
    from pathlib import Path


class Clocks:
    def __init__(self) -> None:
        self.monotonic_s = 1000.0
        self.wall_s = 5_000_000.0

    def make(self) -> ReconcileClock:
        return ReconcileClock(lambda: self.monotonic_s, lambda: self.wall_s)

    def run(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.wall_s += seconds

    def looks(self, clock: ReconcileClock, seconds: int) -> int:
        """How often it is due while so much time passes, asked every second as a worker does."""
        due = 0
        for _ in range(seconds):
            self.run(1)
            due += clock.is_due(3600)
        return due


def test_a_look_is_due_after_an_hour_and_then_after_the_next() -> None:
    clocks = Clocks()
    clock = clocks.make()
    assert clocks.looks(clock, 3599) == 0
    assert clocks.looks(clock, 1) == 1
    assert clocks.looks(clock, 3599) == 0
    assert clocks.looks(clock, 1) == 1


def test_waking_from_sleep_is_a_reason_to_look() -> None:
    clocks = Clocks()
    clock = clocks.make()
    clocks.run(10)
    clocks.wall_s += 8 * 3600  # the processor's clock stands still meanwhile
    assert clock.is_due(3600)
    assert not clock.is_due(3600)


def test_so_it_is_where_the_processors_clock_runs_on_in_sleep() -> None:
    clocks = Clocks()
    clock = clocks.make()
    assert clocks.looks(clock, 10) == 0
    clocks.run(120)  # Windows: both clocks go on, and nobody is there to ask
    assert clock.is_due(3600)
    assert clocks.looks(clock, 60) == 0


def test_small_corrections_of_the_clock_are_no_sleep() -> None:
    clocks = Clocks()
    clock = clocks.make()
    for _ in range(100):
        clocks.run(1)
        clocks.wall_s -= 0.5
        assert not clock.is_due(3600)


def test_a_clock_set_back_does_not_stop_the_looks() -> None:
    clocks = Clocks()
    clock = clocks.make()
    clocks.wall_s -= 10 * 365 * 86400
    assert clock.is_due(3600)
    assert clocks.looks(clock, 3600) == 1


class TestRecovery:
    """When indexing is tried again after the catalog could not be written."""

    def setup_method(self) -> None:
        self.now_s = 0.0
        self.recovery = Recovery(lambda: self.now_s)

    def test_it_is_tried_again_after_a_minute_then_ever_later(self) -> None:
        waits = []
        for _ in range(6):
            self.recovery.went_wrong("catalog_full")
            began_s = self.now_s
            while not self.recovery.is_due():
                self.now_s += 10
            waits.append(self.now_s - began_s)
            assert not self.recovery.is_due()
        assert waits == [60, 120, 240, 480, 600, 600]

    def test_trouble_is_told_once_and_its_end_too(self) -> None:
        assert self.recovery.went_wrong("catalog_full")
        assert not self.recovery.went_wrong("catalog_full")
        assert self.recovery.went_wrong("catalog_denied")
        assert self.recovery.went_well()
        assert not self.recovery.went_well()
        self.now_s += 1000
        assert not self.recovery.is_due()
        assert self.recovery.went_wrong("catalog_full")

    def test_many_failures_at_once_are_one(self) -> None:
        self.recovery.went_wrong("catalog_full")
        self.now_s += 59
        self.recovery.went_wrong("catalog_full")
        self.now_s += 1
        assert self.recovery.is_due()


class Watcher:
    """Stands in for the system's watches."""

    def __init__(self) -> None:
        self.left: dict[FolderId, tuple[int, frozenset[bytes]]] = {}
        self.retried = 0

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def watch(self, folders: object, *, retries: bool = False) -> None:
        self.retried += retries

    def unwatched(self) -> dict[FolderId, tuple[int, frozenset[bytes]]]:
        return self.left


class Watched:
    """A folder that is watched, and what is asked for and told."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.watcher = Watcher()
        self.table = b"1"
        self.mounts = Mounts()
        self.now_s = 1000.0
        self.looks: list[Parts] = []
        self.told: list[str] = []
        self.stored: list[dict[FolderId, int]] = []
        folder = FolderRow(FolderId(1), tmp_path, None, 0)
        module = "photofind.worker.watching"
        monkeypatch.setattr(f"{module}.FolderWatcher", lambda *_, **__: self.watcher)
        monkeypatch.setattr(f"{module}.mount_table_state", lambda: self.table)
        monkeypatch.setattr(f"{module}.read_mounts", lambda _: self.mounts)
        clock = lambda: ReconcileClock(lambda: self.now_s, lambda: self.now_s)  # noqa: E731
        monkeypatch.setattr(f"{module}.ReconcileClock", clock)
        monkeypatch.setattr(f"{module}.time.monotonic", lambda: self.now_s)
        self.watching = Watching(
            read_folders=lambda: [folder],
            look_at=self.looks.append,
            notify=lambda code, _: self.told.append(code),
            store_unwatched=lambda counts: self.stored.append(dict(counts)),
        )
        self.watching.begin()

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.watching.tick()


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


def test_what_cannot_be_watched_is_told_once_and_looked_at_every_two_minutes(
    watched: Watched,
) -> None:
    watched.pass_s(300)
    assert (watched.looks, watched.told) == ([], [])
    watched.watcher.left = {FolderId(1): (3, frozenset({b"2019"}))}
    watched.pass_s(241)
    assert watched.looks == [{FolderId(1): frozenset({b"2019"})}] * 2
    assert watched.told == ["watch_limit"]
    assert watched.stored == [{}, {FolderId(1): 3}]
    watched.watcher.left = {FolderId(1): (4, frozenset({b""}))}
    watched.pass_s(120)
    assert watched.looks[2:] == [{FolderId(1): None}]
    assert watched.told == ["watch_limit"]
    assert watched.stored[-1] == {FolderId(1): 4}


def test_what_cannot_be_watched_is_tried_again_with_the_hourly_look(watched: Watched) -> None:
    watched.pass_s(3600)
    assert watched.watcher.retried == 1
    assert watched.looks == [{FolderId(1): None}]


def test_a_drive_that_is_plugged_in_below_a_folder_is_looked_at(watched: Watched) -> None:
    watched.table, watched.mounts = b"2", Mounts("", {b"usb": "A"})
    watched.pass_s(3)
    assert watched.looks == [{FolderId(1): None}]
    watched.table = b"3"  # somewhere else
    watched.pass_s(3)
    assert len(watched.looks) == 1
