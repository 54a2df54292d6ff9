"""How a model is installed, checked or exported in a process of its own: one way for window and
commands. What runs in it is `models.service`, or `exporting.process`.

Binding and quantising takes gigabytes with the larger models. In a process of its own that can be
ended at any moment: what has arrived stays for the next time, nothing else is left.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import msgspec

from photofind.domain import ModelError, PhotofindError
from photofind.models.messages import Failed, Installed, Notice, Progress, Said, decode
from photofind.models.tasks import Export, to_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.models.tasks import Task
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

INSTALL_FLAG = "--install"
EXPORT_FLAG = "--export"
"""With what the program itself is started: in a frozen one there is no `python -m`."""
_PATIENCE_S = 5.0


class Installation:
    """One task with a model, in a process of its own."""

    def __init__(self, folders: AppFolders, task: Task) -> None:
        """Starts nothing yet."""
        self._folders = folders
        self._command = [
            *_start_of_command(EXPORT_FLAG if isinstance(task, Export) else INSTALL_FLAG),
            *("--data", os.fspath(folders.data)),
            *("--cache", os.fspath(folders.cache)),
            *("--config", os.fspath(folders.config)),
            *("--logs", os.fspath(folders.logs)),
            *to_arguments(task),
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._cancelled = False

    def run(self, hear: Callable[[Progress | Notice], None]) -> str:
        """Carries the task out; returns when the model is in its place.

        Args:
            hear: is told how it goes, on the calling thread.

        Returns:
            The model's key.

        Raises:
            PhotofindError: it could not be installed (cancelled: `cancel` was called).
        """
        process = self._start()
        last: Said | None = None
        try:
            assert process.stdout is not None
            for line in process.stdout:
                last = decode(line)
                if isinstance(last, Progress | Notice):
                    hear(last)
        except msgspec.DecodeError:
            logger.exception("the installing process said something strange")
        finally:
            self._end(process)
        if isinstance(last, Installed):
            return last.key
        if self._cancelled:
            raise PhotofindError(
                "cancelled", "Stopped. Installing the same model again goes on from there."
            )
        if isinstance(last, Failed):
            raise PhotofindError(last.code, last.message)
        raise ModelError(
            "model_died",
            "The installation ended unexpectedly; perhaps the memory did not suffice. Close other"
            f" programs and try again. Details are in {self._folders.logs / 'install.log'}.",
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
            self._process = subprocess.Popen(  # noqa: S603 (our own program)
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=_creation_flags(),
                # A session of its own: Ctrl-C in the terminal is the command's to answer.
                start_new_session=True,
            )
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


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW
    return 0


def _start_of_command(flag: str) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, flag]
    # -P: a folder named photofind in the current directory must not be imported.
    return [sys.executable, "-P", "-m", "photofind", flag]
