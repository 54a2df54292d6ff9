"""Whether indexing goes on, and how fast: the person's choices, and the battery."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import psutil

from photofind.indexing.pace import Pace
from photofind.settings import OnBattery

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.settings import Settings

logger = logging.getLogger(__name__)

_CHECK_S = 15.0


def runs_on_battery(read: Callable[[], Any] | None = None) -> bool:
    """Whether the computer runs on its battery now; not if it has none, or doesn't tell.

    Args:
        read: psutil.sensors_battery, which some systems lack.
    """
    read = read or getattr(psutil, "sensors_battery", None)
    if read is None:
        return False
    try:
        battery = read()
    except (OSError, RuntimeError, NotImplementedError, psutil.Error) as error:
        logger.info("the battery can't be read: %s", type(error).__name__)
        return False
    # power_plugged is None when the system doesn't tell.
    return battery is not None and battery.power_plugged is False


def choose_pace(settings: Settings, *, on_battery: bool) -> Pace:
    """The person's own word goes before the battery."""
    if settings.paused:
        return Pace.PAUSED
    if not on_battery or settings.on_battery is OnBattery.FULL:
        return Pace.FULL
    return Pace.RESTING if settings.on_battery is OnBattery.PAUSE else Pace.SLOWER


class Pacing:
    """Keeps the pace in step with the settings and the battery."""

    def __init__(
        self,
        settings: Settings,
        apply: Callable[[Pace], None],
        *,
        on_battery: Callable[[], bool] = runs_on_battery,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Applies the first pace.

        Args:
            apply: told every new pace, beginning with the first.
        """
        self._apply = apply
        self._read_battery = on_battery
        self._clock = clock
        self._settings = settings
        self._on_battery = on_battery()
        self._next_check_s = clock() + _CHECK_S
        self.pace = choose_pace(self._settings, on_battery=self._on_battery)
        apply(self.pace)

    def tick(self) -> None:
        """Looks at the battery when it is time to; is called regularly."""
        if self._clock() >= self._next_check_s:
            self._next_check_s = self._clock() + _CHECK_S
            self._on_battery = self._read_battery()
            self._update()

    def change(self, settings: Settings) -> None:
        """The person chose anew."""
        self._settings = settings
        self._update()

    def _update(self) -> None:
        pace = choose_pace(self._settings, on_battery=self._on_battery)
        if pace is not self.pace:
            self.pace = pace
            self._apply(pace)
