"""Whether a window is open, as somebody without Qt sees it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from photofind.worker import window_place
from photofind.worker.window_place import is_window_open, lock_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(window_place, "socket_place", lambda data: data / "place")
    return lock_place(tmp_path)


def test_a_lock_counts_while_the_process_that_wrote_it_lives(lock: Path) -> None:
    data = lock.parent
    assert not is_window_open(data)
    lock.write_text(f"{os.getpid()}\nphotofind\nthis host\n")
    assert is_window_open(data)


def test_a_lock_of_a_window_that_died_counts_for_nothing(lock: Path) -> None:
    lock.write_text(f"{os.getpid()}\nphotofind\n")
    before = psutil.Process().create_time() - 60  # another process has the number now
    os.utime(lock, (before, before))
    assert not is_window_open(lock.parent)
    for rubbish in ("4194999\n", "-1\n", "x\n", "", "9" * 5_000):
        lock.write_text(rubbish)
        assert not is_window_open(lock.parent)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no shared folder for these")
def test_a_lock_that_somebody_else_made_counts_for_nothing(
    lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.write_text(f"{os.getpid()}\n")
    other = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    assert not is_window_open(lock.parent)
