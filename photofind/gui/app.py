"""Opens the window, runs it, and closes it in order, however it is ended."""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from photofind.gui.searching import Searcher, first_request
from photofind.gui.single_instance import InstanceServer, SingleInstance
from photofind.gui.translation import BUG, in_words
from photofind.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from PySide6.QtWidgets import QApplication

    from photofind.gui.program import WindowProgram
    from photofind.gui.searching import Engine
    from photofind.paths import AppFolders


_LISTEN_AFTER_MS = 500
"""Loading what listens to later starts would delay the window."""


def run(folders: AppFolders, add: Sequence[Path]) -> int:
    """Opens the window and returns when the person closes it. If it is open already, it comes to
    the front and gets the folders instead.

    Args:
        add: folders to add, besides those known already.

    Returns:
        The exit code.
    """
    # BLAS threads beside the indexer are ruinous: a search takes twenty times as long.
    threadpool_limits(1)
    instance = SingleInstance(folders.data)
    if not instance.take(add):
        return 0
    settings = read_settings(folders)
    searcher = Searcher(partial(open_engine, folders))
    # The search thread reads photos and vectors while this one still imports the widgets.
    searcher.start(first_request(settings.last_query))
    with ExitStack() as stack:
        stack.callback(instance.leave)
        stack.callback(searcher.close)
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication

        from photofind.gui.icons import app_icon
        from photofind.gui.program import WindowProgram
        from photofind.gui.theme import Theme
        from photofind.gui.translation import install_translations

        app = QApplication(sys.argv[:1])
        app.setApplicationName("photofind")
        app.setApplicationDisplayName("photofind")
        app.setDesktopFileName("photofind")
        app.setWindowIcon(app_icon())
        install_translations(app)
        Theme(app)
        program = WindowProgram(folders, settings, searcher)
        stack.callback(program.close)
        stack.enter_context(_ended_by_signals(app))
        stack.enter_context(_bugs_told(program))
        server = InstanceServer(instance.address, program)
        stack.callback(server.close)
        server.raised.connect(program.window.come_to_front)
        server.folders_brought.connect(program.folders.add_folders)
        program.start(add)
        QTimer.singleShot(_LISTEN_AFTER_MS, server, server.listen)
        return app.exec()


def open_engine(folders: AppFolders) -> Engine:
    """For the search thread: importing the model's runtime takes longer than opening a window."""
    from photofind.inference.store import ModelStore
    from photofind.search.engine import SearchEngine

    return SearchEngine(folders, ModelStore(folders))


@contextmanager
def _ended_by_signals(app: QApplication) -> Iterator[None]:
    """Ctrl+C in the terminal and the system's request to end close the window in order.

    Python's handlers run between its instructions, and Qt's loop executes none while nothing
    happens: a signal writes a byte into a socket that wakes the loop.
    """
    from PySide6.QtCore import QSocketNotifier

    receiving, sending = socket.socketpair()
    with receiving, sending:
        receiving.setblocking(False)
        sending.setblocking(False)
        notifier = QSocketNotifier(receiving.fileno(), QSocketNotifier.Type.Read, app)
        notifier.activated.connect(lambda *_: receiving.recv(64))
        old_wakeup = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        old_handlers = {
            number: signal.signal(number, lambda *_: app.quit())
            for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in old_handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(old_wakeup)
            notifier.setEnabled(False)


@contextmanager
def _bugs_told(program: WindowProgram) -> Iterator[None]:
    """A bug in a slot goes to the log as ever, and the person gets a sentence."""
    before = sys.excepthook

    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        before(kind, error, traceback)
        program.calls.failed.emit(in_words(BUG))

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = before
