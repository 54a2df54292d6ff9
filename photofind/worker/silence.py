"""Notices that a worker says nothing, for those who wait for it with nothing else to look at."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import psutil

from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

_PING_AFTER_S = 1.0
_SILENCE_S = 2.0
_BUSY_S = 10.0
"""A worker that computes, or is just starting, is told of later: it will answer."""
_LOOK_S = 0.25


class Silence:
    """Tells once, each time that a worker falls silent, whom one waits for."""

    def __init__(
        self,
        ping: Callable[[], None],
        pid: Callable[[], int | None],
        tell: Callable[[Sentence], None],
    ) -> None:
        """Starts nothing yet.

        Args:
            ping: asks the worker for a word; must not block.
            pid: the process that is waited for; None as long as nobody knows it.
            tell: called on this watch's own thread.
        """
        self._ping = ping
        self._find_pid = pid
        self._tell = tell
        self._heard_s = time.monotonic()
        self._told = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker-silence", daemon=True)

    def start(self) -> None:
        self._heard_s = time.monotonic()
        if self._thread.ident is None:
            self._thread.start()

    def heard(self) -> None:
        """The worker said something."""
        self._heard_s = time.monotonic()
        self._told = False

    @property
    def was_told(self) -> bool:
        """Whether the worker is silent now, and that was told."""
        return self._told

    def end(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        pid, asked, used_s = None, False, None
        while not self._over.wait(_LOOK_S):
            silent_s = time.monotonic() - self._heard_s
            if silent_s < _PING_AFTER_S:
                asked = False
            elif not asked:
                asked = True
                pid = self._find_pid()
                used_s = _processor_s(pid)
                self._ping()
            elif not self._told:
                pid = self._find_pid()
                idle = pid is not None and used_s == _processor_s(pid)
                if silent_s >= (_SILENCE_S if idle else _BUSY_S):
                    self._told = True
                    self._tell(_whom(pid))


def _processor_s(pid: int | None) -> float | None:
    if pid is None:
        return None
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return float(times.user + times.system)


def _whom(pid: int | None) -> Sentence:
    if pid is None:
        return Sentence(
            "Waiting for photofind's background process, which has not started yet. Ctrl-C ends "
            "the waiting."
        )
    try:
        stopped = psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.Error as error:
        logger.debug("no such process: %s", error)
        stopped = False
    if stopped:
        return Sentence(
            "Waiting for photofind's background process (process {pid}), which somebody stopped. "
            "`kill -CONT {pid}` lets it go on; Ctrl-C ends the waiting.",
            pid=str(pid),
        )
    return Sentence(
        "Waiting for photofind's background process (process {pid}), which isn't responding. "
        "Ctrl-C ends the waiting.",
        pid=str(pid),
    )
