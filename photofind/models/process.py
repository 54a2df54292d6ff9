"""The installing process and how it is started: one way for window and commands. It also checks
models for the window.

Binding and quantising takes gigabytes with the larger models. In a process of its own that can be
ended at any moment: what has arrived stays for the next time, nothing else is left.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from photofind.domain import ModelError, PhotofindError
from photofind.logs import start_logging
from photofind.models.messages import Failed, Installed, Notice, Progress, Said, decode, encode
from photofind.models.tasks import (
    Check,
    Download,
    Import,
    Task,
    add_arguments,
    from_arguments,
    to_arguments,
)
from photofind.paths import AppFolders
from photofind.priority import step_back

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.inference.spec import ModelSpec
    from photofind.inference.steps import Step
    from photofind.inference.store import InstalledModel

logger = logging.getLogger(__name__)

INSTALL_FLAG = "--install"
"""In a frozen program there is no `python -m`: the program itself is started with this flag."""
_PATIENCE_S = 5.0


class Installation:
    """One task with a model, in a process of its own."""

    def __init__(self, folders: AppFolders, task: Task) -> None:
        """Starts nothing yet."""
        self._folders = folders
        self._command = [
            *_start_of_command(),
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


def _start_of_command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, INSTALL_FLAG]
    # -P: a folder named photofind in the current directory must not be imported.
    return [sys.executable, "-P", "-m", "photofind.models.process"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Installs one model, saying how it goes on standard output; ends when standard input does."""
    parser = argparse.ArgumentParser(prog=f"photofind {INSTALL_FLAG}")
    for name in ("data", "cache", "config", "logs"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    add_arguments(parser)
    chosen = parser.parse_args(arguments)
    folders = AppFolders(chosen.data, chosen.cache, chosen.config, chosen.logs)
    threading.Thread(target=_leave_when_alone, daemon=True).start()
    try:
        folders.ensure()
        start_logging(folders.logs / "install.log")
        step_back()
        _say(_carry_out(from_arguments(chosen), folders))
        return 0
    except PhotofindError as error:
        _say(Failed(error.code, error.user_message))
    except OSError as error:
        logger.info("can't go on", exc_info=error)
        _say(Failed("disk_failed", f"The data folder can't be used: {error.strerror or error}."))
    return 1


def _carry_out(task: Task, folders: AppFolders) -> Installed:
    match task:
        case Download():
            return _install(folders, task.key, accept_licence=task.accept_licence)
        case Import():
            return _import(folders, task.source)
        case Check():
            return _check(folders, task.key)


def _install(folders: AppFolders, key: str, *, accept_licence: bool) -> Installed:
    from photofind.inference.registry import find_spec
    from photofind.inference.spec import ModelSpec
    from photofind.models.hub import Hub
    from photofind.models.installation import install_model
    from photofind.models.permission import allowed_network, require_accepted

    spec = find_spec(key, ModelSpec)
    require_accepted(spec, accepted=accept_licence)
    hub = Hub(allowed_network(folders))
    return _done(install_model(spec, folders, hub, _Reporter()))


def _import(folders: AppFolders, source: Path) -> Installed:
    from photofind.models.importing.installation import import_model

    return _done(import_model(source, folders, _Reporter()))


def _check(folders: AppFolders, key: str) -> Installed:
    from photofind.inference.store import ModelStore
    from photofind.models.verifying import verify_model

    verify_model(ModelStore(folders), key, _Reporter())
    return Installed(key)


def _done(model: InstalledModel[ModelSpec]) -> Installed:
    for notice in model.notices:
        _say(Notice(notice))
    return Installed(model.spec.key)


class _Reporter:
    """Says how far it is, at most every so many bytes."""

    _EVERY_BYTES = 2**20

    def __init__(self) -> None:
        self._last: tuple[Step, int] | None = None

    def __call__(self, step: Step, done: int = 0, total: int = 0) -> None:
        said = (step, done // self._EVERY_BYTES)
        if said != self._last or done == total:
            self._last = said
            _say(Progress(step, done, total))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(encode(said))
    sys.stdout.buffer.flush()


def _leave_when_alone() -> None:
    """Standard input ends when whoever started this has gone."""
    # Not through sys.stdin, whose lock would be held for ever when the interpreter shuts down.
    while os.read(0, 2**16):
        pass
    os._exit(2)


if __name__ == "__main__":
    sys.exit(main())
