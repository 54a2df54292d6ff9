"""Starts a worker process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind import processes
from photofind.domain import CatalogError, PhotofindError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    import subprocess

    from photofind.paths import AppFolders


def launch_worker(folders: AppFolders) -> subprocess.Popen[bytes]:
    """Starts a worker and waits until it says that it is ready.

    Raises:
        CatalogError: the worker can't use the catalog (code catalog_locked: another one does).
        PhotofindError: code worker_failed, it ended without a word.
    """
    try:
        process = processes.start(processes.command_line(processes.Role.WORKER, folders))
    except OSError as error:
        raise _failed(folders, str(error)) from error
    assert process.stdout is not None
    with process.stdout:
        line = process.stdout.readline()
    try:
        said = json.loads(line)
    except ValueError:
        raise _failed(
            folders, Sentence("it ended with exit code {code}", code=process.wait())
        ) from None
    if refusal := said.get("error"):
        process.wait()
        raise CatalogError(refusal["code"], Sentence.from_json(refusal["sentence"]))
    return process


_let_go: list[subprocess.Popen[bytes]] = []


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Leaves a worker to its other clients.

    The object is kept: Python calls it a leak when one goes before its process does.
    """
    _let_go[:] = [each for each in _let_go if each.poll() is None]
    _let_go.append(process)


def _failed(folders: AppFolders, why: str | Sentence) -> PhotofindError:
    return PhotofindError(
        "worker_failed",
        "photofind's background process could not be started: {why}. Details are in {log}.",
        why=why,
        log=folders.logs / "worker.log",
    )
