"""Rates and times to go, by a clock of the test's own."""

from __future__ import annotations

import pytest

from photofind.domain import Activity
from photofind.indexing.progress import ProgressTracker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_rate_and_eta_follow_the_last_seconds() -> None:
    clock = Clock()
    tracker = ProgressTracker(clock)
    tracker.scan_began()
    tracker.queued(100)
    tracker.scan_ended()
    for _ in range(20):
        clock.now += 1.0
        tracker.finished(embedded=True)
    state = tracker.snapshot()
    assert (state.done, state.total) == (20, 100)
    assert state.images_per_s == pytest.approx(1.0, rel=0.15)
    assert state.eta_s == pytest.approx(80, rel=0.15)
    for _ in range(40):
        clock.now += 0.25
        tracker.finished(embedded=True)
    assert tracker.snapshot().images_per_s == pytest.approx(4.0, rel=0.15)


def test_no_rate_is_invented_before_anything_is_done() -> None:
    tracker = ProgressTracker(Clock())
    tracker.scan_began()
    assert tracker.snapshot().activity is Activity.SCANNING
    tracker.queued(3)
    state = tracker.snapshot()
    assert (state.activity, state.eta_s, state.images_per_s) == (Activity.INDEXING, None, 0.0)


def test_counting_begins_anew_with_new_work() -> None:
    tracker = ProgressTracker(Clock())
    tracker.scan_began()
    tracker.queued(1)
    tracker.finished(failed=True)
    tracker.scan_ended()
    assert tracker.snapshot().failed == 1
    tracker.scan_began()
    state = tracker.snapshot()
    assert (state.done, state.total, state.failed) == (0, 0, 0)


def test_a_second_scan_during_work_keeps_the_count() -> None:
    tracker = ProgressTracker(Clock())
    tracker.scan_began()
    tracker.queued(2)
    tracker.finished()
    tracker.scan_began()
    assert (tracker.snapshot().done, tracker.snapshot().total) == (1, 2)
