"""How much of the processor indexing takes: all that is free, some, or none."""

from __future__ import annotations

import threading
from enum import StrEnum


class Pace(StrEnum):
    FULL = "full"
    SLOWER = "slower"
    """The computer runs on its battery."""
    RESTING = "resting"
    """The computer runs on its battery, and nothing is to be done then."""
    PAUSED = "paused"
    """The person wants it so."""

    @property
    def works(self) -> bool:
        return self in {Pace.FULL, Pace.SLOWER}


SLOWER_RESTS = 2.0
"""Of a thread's time, in what it worked: a third of the speed, and the fan stays off."""
_LONGEST_REST_S = 20.0


class Rests:
    """The rests that embedding threads take after each batch; thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ratio = 0.0
        self._closed = False

    def set_pace(self, pace: Pace) -> None:
        with self._changed:
            self._ratio = SLOWER_RESTS if pace is Pace.SLOWER else 0.0
            self._changed.notify_all()

    def close(self) -> None:
        """Wakes all threads and ends all resting."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def rest(self, worked_s: float) -> None:
        """Rests as long as suits so much work, or until the pace changes."""
        with self._changed:
            ratio = self._ratio
            length_s = min(worked_s * ratio, _LONGEST_REST_S)
            self._changed.wait_for(lambda: self._closed or self._ratio != ratio, length_s)
