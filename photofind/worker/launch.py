"""Starts a worker process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from photofind.domain import CatalogError, PhotofindError

if TYPE_CHECKING:
    from photofind.paths import AppFolders

WORKER_FLAG = "--worker"
"""In a frozen program there is no `python -m`: the program itself is started with this flag."""


def worker_command(folders: AppFolders) -> list[str]:
    """The command line of a worker for these folders."""
    if getattr(sys, "frozen", False):
        start = [sys.executable, WORKER_FLAG]
    else:
        # -P: a folder named photofind in the current directory must not be imported.
        start = [sys.executable, "-P", "-m", "photofind.worker.main"]
    return [
        *start,
        *("--data", os.fspath(folders.data)),
        *("--cache", os.fspath(folders.cache)),
        *("--config", os.fspath(folders.config)),
        *("--logs", os.fspath(folders.logs)),
    ]


def launch_worker(folders: AppFolders) -> subprocess.Popen[bytes]:
    """Starts a worker and waits until it says that it is ready.

    Raises:
        CatalogError: the worker can't use the catalog (code catalog_locked: another one does).
        PhotofindError: code worker_failed, it ended without a word.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            worker_command(folders),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_creation_flags(),
            # A session of its own: Ctrl-C in the terminal is the client's to answer.
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(folders, str(error)) from error
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
    try:
        said = json.loads(line)
    except ValueError:
        raise _failed(folders, f"it ended with exit code {process.wait()}") from None
    if refusal := said.get("error"):
        process.wait()
        raise CatalogError(refusal["code"], refusal["message"])
    return process


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    return 0


_let_go: list[subprocess.Popen[bytes]] = []


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Leaves a worker to its other clients.

    The object is kept: Python calls it a leak when one goes before its process does.
    """
    _let_go[:] = [each for each in _let_go if each.poll() is None]
    _let_go.append(process)


def _failed(folders: AppFolders, why: str) -> PhotofindError:
    return PhotofindError(
        "worker_failed",
        f"photofind's background process could not be started: {why}. "
        f"Details are in {folders.logs / 'worker.log'}.",
    )
