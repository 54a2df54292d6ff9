"""Sets photofind up where needed and becomes it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from environment import RUN, ensure_environment
from system_libraries import ensure_libraries

if TYPE_CHECKING:
    from collections.abc import Sequence


def start_photofind(arguments: Sequence[str]) -> int:
    """Starts photofind in the person's own working folder, so that relative folders are theirs.

    Returns:
        photofind's exit code; on Linux and macOS this process becomes photofind instead.

    Raises:
        SetupError: photofind can't be set up.
    """
    ensure_libraries(os.environ)
    python = ensure_environment(RUN)
    # -P: a folder named like one of our modules in the working folder must not be imported.
    command = [str(python), "-P", "-m", "photofind", *arguments]
    hand_over = _run_to_the_end if sys.platform == "win32" else _become
    return hand_over(command)


def _become(command: Sequence[str]) -> NoReturn:
    """Signals and the exit code are photofind's own."""
    os.execv(command[0], list(command))  # noqa: S606 (no shell is the point)


def _run_to_the_end(command: Sequence[str]) -> int:
    """Windows can't replace a process: wait, also after Ctrl+C, which photofind gets too."""
    with subprocess.Popen(command) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
