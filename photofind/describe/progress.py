"""How far the queue of descriptions is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import Activity, WorkProgress

if TYPE_CHECKING:
    from photofind.sentences import Sentence

_SMOOTHING = 0.2
"""Weight of the latest duration in the mean."""


class QueueTracker:
    """Counts what is done; for the queue's own thread, read from any."""

    def __init__(self) -> None:
        self._done = 0
        self._mean_s: float | None = None
        self.now = WorkProgress()

    def job_ended(self, duration_s: float) -> None:
        self._done += 1
        mean_s = self._mean_s
        self._mean_s = duration_s if mean_s is None else mean_s + _SMOOTHING * (duration_s - mean_s)

    def update(
        self, activity: Activity, waiting: int, failed: int, reason: Sentence | None = None
    ) -> None:
        """
        Args:
            waiting: jobs that wait or run.
        """
        if not waiting:
            self._done = 0
            activity = Activity.IDLE
        runs = activity is Activity.DESCRIBING and self._mean_s is not None
        self.now = WorkProgress(
            activity=activity,
            done=self._done,
            total=self._done + waiting,
            failed=failed,
            eta_s=waiting * (self._mean_s or 0.0) if runs else None,
            reason=reason if activity is Activity.BLOCKED else None,
        )
