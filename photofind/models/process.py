"""How a model is installed, checked or exported in a process of its own: one way for window and
commands. What runs in it is `models.service`, or `exporting.process`.

Binding and quantising takes gigabytes with the larger models. In a process of its own that can be
ended at any moment: what has arrived stays for the next time, nothing else is left.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from typing import TYPE_CHECKING

import msgspec

from photofind.domain import ModelError, PhotofindError
from photofind.inference.steps import Step
from photofind.models.messages import (
    Failed,
    Installed,
    InstallNotice,
    InstallProgress,
    Said,
    decode,
)
from photofind.models.tasks import Export, to_arguments
from photofind.models.trial_limits import TrialLimits
from photofind.processes import Role, command_line, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.models.tasks import Task
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_PATIENCE_S = 5.0


class Installation:
    """One task with a model, in a process of its own."""

    def __init__(self, folders: AppFolders, task: Task) -> None:
        """Starts nothing yet."""
        self._folders = folders
        role = Role.EXPORT if isinstance(task, Export) else Role.INSTALL
        self._command = command_line(role, folders, to_arguments(task))
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def run(self, hear: Callable[[InstallProgress | InstallNotice], None]) -> str:
        """Carries the task out; returns when the model is in its place.

        Args:
            hear: is told how it goes, on the calling thread.

        Returns:
            The model's key.

        Raises:
            PhotofindError: it could not be installed (cancelled: `cancel` was called).
        """
        process = self._start()
        limits = TrialLimits(process)
        last: Said | None = None
        try:
            assert process.stdout is not None
            for line in process.stdout:
                last = decode(line)
                if isinstance(last, InstallProgress) and last.step == Step.TRYING:
                    limits.begin()
                else:
                    limits.pause()
                if isinstance(last, InstallProgress | InstallNotice):
                    hear(last)
        except msgspec.DecodeError:
            logger.exception("the installing process said something strange")
        finally:
            limits.end()
            self._end(process)
        if isinstance(last, Installed):
            return last.key
        if self._cancelled:
            raise PhotofindError(
                "cancelled", "Stopped. Installing the same model again continues from there."
            )
        if isinstance(last, Failed):
            raise PhotofindError(last.code, last.sentence)
        if (error := limits.error) is not None:
            raise error
        raise ModelError(
            "model_died",
            "The installation ended unexpectedly; perhaps there wasn't enough memory. "
            "Close other programs and try again. Details are in {log}.",
            log=self._folders.logs / "install.log",
        )

    def cancel(self) -> None:
        """Ends the installation soon; from any thread, at any time."""
        with self._lock:
            self._cancelled = True
            if self._process is not None and self._process.poll() is None:
                self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._cancelled:
                raise PhotofindError("cancelled", "Stopped.")
            self._process = start(self._command, keep_stdin=True)
            return self._process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """Waits for the process, or ends it if this one was interrupted; then tidies up."""
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        try:
            code = process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if code != 0:
            self._tidy_up()

    def _tidy_up(self) -> None:
        from photofind.models.places import installing_alone

        try:
            with installing_alone(self._folders):
                pass  # it tidies up by itself
        except ModelError:
            logger.info("another installation is at work: what is left is left to it")
