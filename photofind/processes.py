"""photofind's background processes: how each is started, and what it does first."""

from __future__ import annotations

import enum
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.paths import AppFolders

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


class Role(enum.StrEnum):
    """What a process is for: the first word of its command line, which `__main__` reads."""

    WORKER = "--worker"
    INSTALL = "--install"
    EXPORT = "--export"


def command_line(role: Role, folders: AppFolders, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that starts photofind in this role.

    Args:
        arguments: the role's own, after the folders.
    """
    if getattr(sys, "frozen", False):  # there is no `python -m` in a frozen program
        program = [sys.executable]
    else:
        # -P: a folder named photofind in the current directory must not be imported.
        program = [sys.executable, "-P", "-m", "photofind"]
    return [
        *program,
        role.value,
        *("--data", os.fspath(folders.data)),
        *("--cache", os.fspath(folders.cache)),
        *("--config", os.fspath(folders.config)),
        *("--logs", os.fspath(folders.logs)),
        *arguments,
    ]


def start(command: Sequence[str], *, keep_stdin: bool = False) -> subprocess.Popen[bytes]:
    """Starts a process that reports on its standard output.

    Args:
        keep_stdin: gives it a standard input that ends when this process does.

    Raises:
        OSError: it can't be started.
    """
    return subprocess.Popen(  # noqa: S603 (our own program)
        command,
        stdin=subprocess.PIPE if keep_stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=_creation_flags(),
        # A session of its own: Ctrl-C in the terminal is for the process that started it.
        start_new_session=True,
    )


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Declares the folders that `command_line` passes."""
    for name in ("data", "cache", "config", "logs"):
        parser.add_argument(f"--{name}", type=Path, required=True)


def folders_among(chosen: argparse.Namespace) -> AppFolders:
    """The folders that `command_line` passed."""
    return AppFolders(chosen.data, chosen.cache, chosen.config, chosen.logs)


def lower_priority() -> None:
    """Gives whatever else the computer does precedence over this process, for CPU and disk."""
    import psutil  # not at the top: every start of photofind reads this module's roles

    process = psutil.Process()
    try:
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_LOW)
        else:
            process.nice(10)
            if sys.platform == "linux":
                process.ionice(psutil.IOPRIO_CLASS_BE, 7)
    except (OSError, psutil.Error) as error:
        logger.info("the process keeps its priority: %s", error)
