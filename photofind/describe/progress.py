"""How far the queue of descriptions is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

_SMOOTHING = 0.2
"""Weight of the latest duration in the mean."""


class Activity(StrEnum):
    IDLE = "idle"
    DESCRIBING = "describing"
    WAITING = "waiting"
    """For the indexing, which goes first."""
    PAUSED = "paused"
    BLOCKED = "blocked"
    """There is no model for what waits, or the catalog can't be written."""


@dataclass(frozen=True, slots=True)
class QueueProgress:
    """How far the queue is.

    Attributes:
        done, total: jobs since the queue was last empty.
        failed: jobs that came to nothing and are kept for another try.
        eta_s: seconds to go; None when unknown.
        reason: for BLOCKED: a sentence for people.
    """

    activity: Activity = Activity.IDLE
    done: int = 0
    total: int = 0
    failed: int = 0
    eta_s: float | None = None
    reason: str = ""


class QueueTracker:
    """Counts what is done; for the queue's own thread, read from any."""

    def __init__(self) -> None:
        self._done = 0
        self._mean_s: float | None = None
        self.now = QueueProgress()

    def job_ended(self, duration_s: float) -> None:
        self._done += 1
        mean_s = self._mean_s
        self._mean_s = duration_s if mean_s is None else mean_s + _SMOOTHING * (duration_s - mean_s)

    def update(self, activity: Activity, waiting: int, failed: int, reason: str = "") -> None:
        """
        Args:
            waiting: jobs that wait or run.
        """
        if not waiting:
            self._done = 0
            activity = Activity.IDLE
        runs = activity is Activity.DESCRIBING and self._mean_s is not None
        self.now = replace(
            self.now,
            activity=activity,
            done=self._done,
            total=self._done + waiting,
            failed=failed,
            eta_s=waiting * (self._mean_s or 0.0) if runs else None,
            reason=reason if activity is Activity.BLOCKED else "",
        )
