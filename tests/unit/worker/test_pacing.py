"""How fast indexing goes: the person's word, then the battery."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING

import psutil
import pytest

from photofind.indexing.pace import Pace
from photofind.settings import (
    IndexingSettings,
    OnBattery,
    read_indexing_settings,
    write_indexing_settings,
)
from photofind.worker.pacing import Pacing, choose_pace, runs_on_battery

if TYPE_CHECKING:
    from pathlib import Path

_Battery = namedtuple("_Battery", "percent secsleft power_plugged")


@pytest.mark.parametrize(("plugged", "expected"), [(True, False), (False, True), (None, False)])
def test_the_battery_says_whether_it_is_used(plugged: bool | None, expected: bool) -> None:
    assert runs_on_battery(lambda: _Battery(50, 3600, plugged)) is expected


def test_a_computer_without_a_battery_never_runs_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not runs_on_battery(lambda: None)
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)  # as on some systems
    assert not runs_on_battery()


@pytest.mark.parametrize("error", [OSError("gone"), NotImplementedError(), psutil.Error()])
def test_a_battery_that_can_not_be_read_is_none(error: Exception) -> None:
    def read() -> None:
        raise error

    assert not runs_on_battery(read)


@pytest.mark.parametrize(
    ("settings", "on_battery", "expected"),
    [
        (IndexingSettings(), False, Pace.FULL),
        (IndexingSettings(), True, Pace.SLOWER),
        (IndexingSettings(on_battery=OnBattery.PAUSE), True, Pace.RESTING),
        (IndexingSettings(on_battery=OnBattery.PAUSE), False, Pace.FULL),
        (IndexingSettings(on_battery=OnBattery.FULL), True, Pace.FULL),
        (IndexingSettings(paused=True, on_battery=OnBattery.FULL), True, Pace.PAUSED),
        (IndexingSettings(paused=True), False, Pace.PAUSED),
    ],
)
def test_the_pace(settings: IndexingSettings, on_battery: bool, expected: Pace) -> None:
    assert choose_pace(settings, on_battery=on_battery) is expected


class _World:
    """A battery, a clock and somebody who is told the pace."""

    def __init__(self, file: Path) -> None:
        self.now_s = 0.0
        self.on_battery = False
        self.told: list[Pace] = []
        self.pacing = Pacing(
            file,
            self.told.append,
            on_battery=lambda: self.on_battery,
            clock=lambda: self.now_s,
        )

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.pacing.tick()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "indexing.json"


def test_the_cable_is_noticed_soon_and_told_once(file: Path) -> None:
    world = _World(file)
    assert world.told == [Pace.FULL]
    world.on_battery = True
    world.wait(1)
    assert world.told == [Pace.FULL]  # nobody asks the battery four times a second
    world.wait(15)
    world.wait(15)
    assert world.told == [Pace.FULL, Pace.SLOWER]
    world.on_battery = False
    world.wait(15)
    assert world.told[2:] == [Pace.FULL]


def test_a_pause_outlives_the_worker(file: Path) -> None:
    first = _World(file)
    first.pacing.set_paused(True)
    assert first.told == [Pace.FULL, Pace.PAUSED]
    second = _World(file)  # whatever became of the first
    assert second.told == [Pace.PAUSED]
    second.pacing.set_on_battery(OnBattery.PAUSE)
    second.pacing.set_paused(False)
    assert read_indexing_settings(file) == IndexingSettings(on_battery=OnBattery.PAUSE)


@pytest.mark.expects_log("holds until photofind is closed only")
def test_a_choice_that_can_not_be_kept_holds_for_now(file: Path) -> None:
    file.parent.touch()  # no folder can be made there
    world = _World(file)
    world.pacing.set_paused(True)
    assert world.told == [Pace.FULL, Pace.PAUSED]


def test_settings_that_make_no_sense_are_the_defaults(file: Path) -> None:
    write_indexing_settings(file, IndexingSettings(paused=True))
    file.write_text('{"paused": true, "on_battery": "sometimes"}')
    assert read_indexing_settings(file) == IndexingSettings()
