"""Ends an installing process in which a stranger's model takes too long or too much memory.

From outside: a graph that computes for ever, or a tokenizer whose expression never matches, lets
nothing else of its process run.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

import psutil

from photofind.domain import ModelError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    import subprocess

logger = logging.getLogger(__name__)

MOST_PROCESSOR_S = 90.0
"""For one run of at most four pictures; the largest known model needs 15 on a slow computer."""
MOST_S = 300.0
MOST_OF_FREE_MEMORY = 0.8
_LEAST_BYTES = 2 << 30
_LOOK_S = 0.1


class TrialLimits:
    """Watches one process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Watches nothing until `begin`."""
        self._process = process
        self._seen = psutil.Process(process.pid)
        self._began: tuple[float, float] | None = None
        self._most_bytes = max(
            _LEAST_BYTES, int(MOST_OF_FREE_MEMORY * psutil.virtual_memory().available)
        )
        self._reason: Sentence | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trial-limits", daemon=True)

    def begin(self) -> None:
        """A run begins, with all its time before it."""
        try:
            self._began = time.monotonic(), self._processor_s()
        except psutil.Error:  # it has ended: whoever reads from it notices
            return
        if self._thread.ident is None:
            self._thread.start()

    def pause(self) -> None:
        """Something else begins, which is photofind's own."""
        self._began = None

    def end(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def error(self) -> ModelError | None:
        """Why the process was ended, if it was."""
        if self._reason is None:
            return None
        return ModelError(
            "model_incompatible", "The model can't be used: {reason}.", reason=self._reason
        )

    def _run(self) -> None:
        while not self._over.wait(_LOOK_S):
            began = self._began
            if began is None:
                continue
            try:
                self._reason = self._fault(*began)
            except psutil.Error as error:
                logger.debug("the process has ended: %s", error)
                return
            if self._reason is not None:
                self._process.kill()
                return

    def _fault(self, began_s: float, used_s: float) -> Sentence | None:
        too_long = self._processor_s() - used_s > MOST_PROCESSOR_S
        if too_long or time.monotonic() - began_s > MOST_S:
            return Sentence("it runs for minutes without finishing")
        if self._seen.memory_info().rss > self._most_bytes:
            return Sentence("it needs more memory than this computer has free")
        return None

    def _processor_s(self) -> float:
        times = self._seen.cpu_times()
        return float(times.user + times.system)
