"""Rests between batches."""

from __future__ import annotations

import threading
import time
from functools import partial

from photofind.indexing.pace import Pace, Rests
from tests.plugins.patience import PATIENCE_S


def test_at_full_pace_nobody_rests() -> None:
    began = time.monotonic()
    Rests().rest(1000.0)
    assert time.monotonic() - began < 5


def test_slower_means_rests_that_suit_the_work() -> None:
    rests = Rests()
    rests.set_pace(Pace.SLOWER)
    began = time.monotonic()
    rests.rest(0.02)
    assert time.monotonic() - began >= 0.04


def test_whoever_rests_is_woken_when_the_cable_is_back_or_the_worker_ends() -> None:
    rests = Rests()
    for wake in (partial(rests.set_pace, Pace.FULL), rests.close):
        rests.set_pace(Pace.SLOWER)
        resting = threading.Thread(target=rests.rest, args=(5.0,))
        resting.start()
        wake()
        resting.join(PATIENCE_S)
        assert not resting.is_alive()
    rests.rest(1000.0)
