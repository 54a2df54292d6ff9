"""A thread or process that outlives its test fails the test."""

from __future__ import annotations

import ctypes
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GRACE_S = 60.0
"""What was told to end may take this long to do it."""
_PR_SET_CHILD_SUBREAPER = 36
"""prctl(2): orphaned grandchildren become this process's children."""


def pytest_configure() -> None:
    if sys.platform == "linux":
        # Else a worker whose parent died would be adopted by init, out of sight.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def pytest_unconfigure() -> None:
    """Takes note that workers which clients left to each other have ended.

    Else their objects complain at Python's own end, after pytest's last line.
    """
    if launch := sys.modules.get("photofind.worker.launch"):
        for process in launch._let_go:
            process.poll()


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = [thread for thread in threading.enumerate() if thread not in before]
    deadline = time.monotonic() + _GRACE_S
    for thread in leaked:
        if not isinstance(thread, threading._DummyThread):
            thread.join(max(0.0, deadline - time.monotonic()))
    if leaked := [thread for thread in leaked if _is_alive(thread)]:
        names = ", ".join(f"{thread.name} ({type(thread).__name__})" for thread in leaked)
        pytest.fail(f"threads still running after the test: {names}")


def _is_alive(thread: threading.Thread) -> bool:
    """Threads that Python didn't start (Qt's) never report their end: ask the system."""
    if isinstance(thread, threading._DummyThread):
        return any(thread.native_id == native.id for native in psutil.Process().threads())
    return thread.is_alive()


@pytest.fixture(autouse=True)
def _no_leaked_processes() -> Iterator[None]:
    before = set(_child_processes())
    yield
    new = [process for process in _child_processes() if process not in before]
    _gone, alive = psutil.wait_procs(new, timeout=_GRACE_S)
    if alive:
        described = "\n".join(_describe(process) for process in alive)
        _kill(alive)
        pytest.fail(f"processes still running after the test (killed now):\n{described}")


def _child_processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [process for process in children if not _is_resource_tracker(process)]


def _is_resource_tracker(process: psutil.Process) -> bool:
    """multiprocessing keeps one such process for the life of its parent."""
    try:
        return any("resource_tracker" in part for part in process.cmdline())
    except psutil.Error:  # ended meanwhile
        return False


def _describe(process: psutil.Process) -> str:
    try:
        return f"{process.pid}: {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"{process.pid}: (ended)"


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=_GRACE_S)
