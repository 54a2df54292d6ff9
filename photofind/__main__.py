"""Where photofind starts: the window, a command, or one of its background processes.

Whatever is slow to import waits until it is known to be needed: a command never imports Qt,
the window never imports typer.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
from typing import TYPE_CHECKING

from photofind.cli.arguments import parse, wants_json, window_folders
from photofind.cli.exits import EXIT_DONE, BugError, InterruptedByPersonError, exit_code
from photofind.cli.output import Output, ReaderGoneError, prepare_streams
from photofind.domain import PhotofindError
from photofind.logs import start_logging
from photofind.paths import OFFLINE_VARIABLE, app_folders
from photofind.processes import Role

if TYPE_CHECKING:
    from types import TracebackType

    from photofind.cli.arguments import Invocation
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
_QT_PACKAGES = ("PySide6", "shiboken6")


def main() -> None:
    """Runs photofind with the words of the command line, then exits."""
    # A frozen program starts helper processes as copies of itself, which must get no further.
    multiprocessing.freeze_support()
    if sys.argv[1:2] == [Role.WORKER]:
        from photofind.worker.main import main as run_worker

        sys.exit(run_worker(sys.argv[2:]))
    if sys.argv[1:2] == [Role.INSTALL]:
        from photofind.models.service import main as run_installation

        sys.exit(run_installation(sys.argv[2:]))
    if sys.argv[1:2] == [Role.EXPORT]:
        from photofind.exporting.process import main as run_export

        sys.exit(run_export(sys.argv[2:]))
    prepare_streams()
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Runs photofind and returns its exit code; every error becomes a sentence."""
    output = Output(wants_json(words))
    try:
        return _dispatch(words)
    except PhotofindError as error:
        output.error(error.code, error.user_message)
        return exit_code(error)
    except ReaderGoneError:
        return EXIT_DONE


def _dispatch(words: list[str]) -> int:
    invocation = parse(words)
    if invocation.offline:
        os.environ[OFFLINE_VARIABLE] = "1"  # for the processes that are started, too
    folders = app_folders(invocation.data_dir)
    log = folders.logs / "photofind.log"
    # Merely looking leaves no trace where nothing was ever indexed.
    logging_started = invocation.window or os.path.exists(folders.catalog)  # noqa: PTH110
    if logging_started:
        start_logging(log)
    logging.raiseExceptions = False  # a log that can't be written is not worth a traceback
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    try:
        return _open_window(invocation, folders) if invocation.window else _run(invocation, folders)
    except KeyboardInterrupt:
        raise InterruptedByPersonError from None
    except (PhotofindError, ReaderGoneError):
        raise
    except Exception as error:
        if not logging_started:
            start_logging(log)
        logger.critical("a bug ended the program", exc_info=True)
        raise BugError(error, log) from error


def _run(invocation: Invocation, folders: AppFolders) -> int:
    from photofind.cli.app import run_command

    return run_command(invocation, folders)


def _open_window(invocation: Invocation, folders: AppFolders) -> int:
    add = window_folders(invocation.arguments)
    if sys.platform == "linux" and not any(os.environ.get(name) for name in _SCREENS):
        # Qt would end the process here, with a message of its own.
        raise PhotofindError(
            "no_screen",
            "There is no screen to open the window on. "
            "Use the commands instead; `photofind --help` lists them.",
        )
    try:
        from photofind.gui.app import run as run_window
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _QT_PACKAGES:
            raise
        raise PhotofindError(
            "window_unavailable",
            "The window can't be opened, because a part of Qt can't be loaded ({msg}). "
            "`python3 packaging/run.py` installs what it needs or says how.",
            msg=error.msg,
        ) from error
    return run_window(folders, add)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    logger.critical("uncaught", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


if __name__ == "__main__":
    main()
