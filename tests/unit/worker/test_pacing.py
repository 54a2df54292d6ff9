"""How fast indexing goes: the person's word, then the battery."""

from __future__ import annotations

from collections import namedtuple

import psutil
import pytest

from photofind.indexing.pace import Pace
from photofind.settings import OnBattery, Settings
from photofind.worker.pacing import Pacing, choose_pace, runs_on_battery

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
        (Settings(), False, Pace.FULL),
        (Settings(), True, Pace.SLOWER),
        (Settings(on_battery=OnBattery.PAUSE), True, Pace.RESTING),
        (Settings(on_battery=OnBattery.PAUSE), False, Pace.FULL),
        (Settings(on_battery=OnBattery.FULL), True, Pace.FULL),
        (Settings(paused=True, on_battery=OnBattery.FULL), True, Pace.PAUSED),
        (Settings(paused=True), False, Pace.PAUSED),
    ],
)
def test_the_pace(settings: Settings, on_battery: bool, expected: Pace) -> None:
    assert choose_pace(settings, on_battery=on_battery) is expected


class _World:
    """A battery, a clock and somebody who is told the pace."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.now_s = 0.0
        self.on_battery = False
        self.told: list[Pace] = []
        self.pacing = Pacing(
            settings or Settings(),
            self.told.append,
            on_battery=lambda: self.on_battery,
            clock=lambda: self.now_s,
        )

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.pacing.tick()


def test_the_cable_is_noticed_soon_and_told_once() -> None:
    world = _World()
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


def test_a_choice_holds_at_once() -> None:
    world = _World(Settings(paused=True))
    assert world.told == [Pace.PAUSED]
    world.pacing.change(Settings(on_battery=OnBattery.PAUSE))
    assert world.told == [Pace.PAUSED, Pace.FULL]
    world.on_battery = True
    world.wait(15)
    world.pacing.change(Settings(on_battery=OnBattery.FULL, last_query="a cat"))
    assert world.told[2:] == [Pace.RESTING, Pace.FULL]
