"""The inside of the installing process, which `models.process` starts; an exporting one is built on
it, too."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError
from photofind.logs import start_logging
from photofind.models.messages import Failed, Installed, InstallNotice, InstallProgress, encode
from photofind.models.tasks import Check, Download, Export, Import, add_arguments, from_arguments
from photofind.processes import add_folders, folders_among, lower_priority
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.inference.steps import Step
    from photofind.inference.store import InstalledModel
    from photofind.models.messages import Said
    from photofind.models.tasks import Task
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Installs or checks one model."""
    return serve(arguments, _carry_out)


def serve(arguments: Sequence[str], carry_out: Callable[[Task, AppFolders], Installed]) -> int:
    """Has one task carried out, saying how it goes on standard output; ends when standard input
    does.

    Returns:
        The process's exit code.
    """
    parser = argparse.ArgumentParser(prog="photofind")
    add_folders(parser)
    add_arguments(parser)
    chosen = parser.parse_args(arguments)
    folders = folders_among(chosen)
    threading.Thread(target=_leave_when_alone, daemon=True).start()
    try:
        folders.ensure()
        start_logging(folders.logs / "install.log")
        lower_priority()
        with contextlib.redirect_stdout(sys.stderr):  # what libraries print is no message
            installed = carry_out(from_arguments(chosen), folders)
        say(installed)
        return 0
    except PhotofindError as error:
        say(Failed(error.code, error.sentence))
    except OSError as error:
        logger.info("can't go on", exc_info=error)
        reason = error.strerror or str(error)
        say(
            Failed(
                "disk_failed",
                Sentence("The data folder can't be used: {reason}.", reason=reason),
            )
        )
    return 1


def _carry_out(task: Task, folders: AppFolders) -> Installed:
    match task:
        case Download():
            return _install(folders, task)
        case Import():
            return _import(folders, task.source)
        case Check():
            return _check(folders, task.key)
        case Export():
            raise AssertionError("that is another process's")


def _install(folders: AppFolders, task: Download) -> Installed:
    from photofind.inference.registry import find_spec
    from photofind.inference.spec import ModelSpec
    from photofind.models.hub import Hub
    from photofind.models.installation import install_model
    from photofind.models.permission import allowed_network, require_accepted

    spec = find_spec(task.key, ModelSpec)
    require_accepted(spec, accepted=task.accept_licence)
    hub = Hub(allowed_network(folders, offline=task.offline))
    return tell_notices(install_model(spec, folders, hub, Reporter()))


def _import(folders: AppFolders, source: Path) -> Installed:
    from photofind.models.importing.installation import import_model

    return tell_notices(import_model(source, folders, Reporter()))


def _check(folders: AppFolders, key: str) -> Installed:
    from photofind.inference.store import ModelStore
    from photofind.models.verifying import verify_model

    verify_model(ModelStore(folders), key, Reporter())
    return Installed(key)


def tell_notices(model: InstalledModel[ModelSpec]) -> Installed:
    """Says what a person should know about it."""
    for notice in model.notices:
        say(InstallNotice(notice))
    return Installed(model.spec.key)


class Reporter:
    """For what installs a model: says how far it is, at most every so many bytes."""

    _EVERY_BYTES = 2**20

    def __init__(self) -> None:
        self._last: tuple[Step, int] | None = None

    def __call__(self, step: Step, done: int = 0, total: int = 0) -> None:
        said = (step, done // self._EVERY_BYTES)
        if said != self._last or done == total:
            self._last = said
            say(InstallProgress(step, done, total))


def say(said: Said) -> None:
    """Says something to whoever started the process."""
    assert sys.__stdout__ is not None
    sys.__stdout__.buffer.write(encode(said))
    sys.__stdout__.buffer.flush()


def _leave_when_alone() -> None:
    """Standard input ends when whoever started this has gone."""
    # Not through sys.stdin, whose lock would be held for ever when the interpreter shuts down.
    while os.read(0, 2**16):
        pass
    os._exit(2)
