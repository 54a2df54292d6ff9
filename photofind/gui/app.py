"""Builds the window, runs it, and takes everything apart again in the right order."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication
from threadpoolctl import threadpool_limits

from photofind.gui.actions import PhotoActions
from photofind.gui.bridge import WorkerBridge
from photofind.gui.browsing import BrowseController
from photofind.gui.commands import Commands
from photofind.gui.desktop import Desktop
from photofind.gui.dialogs import choose_folder, confirm_removal, pictures_folder
from photofind.gui.errands import Errands
from photofind.gui.grid.model import PhotoGridModel
from photofind.gui.grid.pixmaps import PixmapCache
from photofind.gui.grid.thumbnails import ThumbnailLoader
from photofind.gui.icons import app_icon
from photofind.gui.intake import Intake
from photofind.gui.library import LibraryController, Questions
from photofind.gui.library_reads import LibraryReads
from photofind.gui.preview.controller import PreviewController
from photofind.gui.preview.loader import PreviewLoader
from photofind.gui.remembered import Remembered
from photofind.gui.searching import Searcher
from photofind.gui.theme import Theme
from photofind.gui.window import MainWindow
from photofind.settings import read_settings
from photofind.worker.client import WorkerClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from photofind.domain import PhotoId
    from photofind.gui.library import Worker
    from photofind.gui.searching import Engine
    from photofind.paths import AppFolders
    from photofind.worker.messages import Event

logger = logging.getLogger(__name__)


class WindowProgram(QObject):
    """Everything the window consists of, wired together once.

    Args:
        desktop: the person's own programs.
        questions: how the person is asked; dialogs when left out.
        make_client: makes the connection to the worker.
        open_engine: makes the search engine, in the search thread.
    """

    def __init__(
        self,
        folders: AppFolders,
        *,
        desktop: Desktop | None = None,
        questions: Questions | None = None,
        make_client: Callable[[AppFolders, Callable[[Event], None]], Worker] = WorkerClient,
        open_engine: Callable[[AppFolders], Engine] | None = None,
    ) -> None:
        super().__init__()
        self._closed = False
        settings = read_settings(folders.settings)
        # What the person asks for must not wait for a network folder that doesn't answer.
        self.errands = Errands(self)
        self.rounds = Errands(self)
        self.reads = LibraryReads(folders)
        self.round_reads = LibraryReads(folders)
        self.remembered = Remembered(settings, folders.settings, self.errands, self)
        self.model = PhotoGridModel(self)
        self.pictures = PixmapCache()
        self.window = MainWindow(self.model, self.pictures)
        self.searcher = Searcher(folders, partial(open_engine or _open_engine, folders), self)
        self.thumbnails = ThumbnailLoader(folders, self)
        self.preview_loader = PreviewLoader(folders, self)
        self.bridge = WorkerBridge(self)
        self.client = make_client(folders, self.bridge.receive)
        self.intake = Intake(self.errands, self)
        self.actions = PhotoActions(self.reads, self.errands, desktop or Desktop(), self)
        self.browsing = BrowseController(
            self.window.search_bar,
            self.window.grid_page,
            self.model,
            self.pictures,
            self.searcher,
            self.thumbnails,
            self,
        )
        self.preview = PreviewController(
            self.window, self.model, self.pictures, self.preview_loader, self
        )
        self.library = LibraryController(
            self.window,
            self.client,
            self.bridge,
            self.errands,
            self.rounds,
            self.round_reads,
            questions or _dialogs(self.window),
            paused=settings.paused,
            parent=self,
        )
        self.commands = Commands(
            self.window, self.browsing, self.library, self.preview, self.actions, self
        )
        self._connect()
        self._restore()

    def start(self, add: Sequence[Path] = ()) -> None:
        """Shows the window and starts every thread; the worker comes last."""
        self.window.show()
        self.searcher.start()
        self.thumbnails.start()
        self.preview_loader.start()
        self.errands.run(pictures_folder, self.window.first_run.propose)
        self.browsing.begin(self.remembered.settings.last_query)
        self.window.search_bar.select_words()
        self.library.begin(add)

    def close(self) -> None:
        """Takes everything apart: what makes work first, what carries it out last.

        The worker gets 5 s to finish its batch (every batch is one transaction). May be
        called twice.
        """
        if self._closed:
            return
        self._closed = True
        with ExitStack() as last_first:
            last_first.callback(self.window.deleteLater)
            last_first.callback(self.rounds.close)
            last_first.callback(self.rounds.run, self.round_reads.close)
            last_first.callback(self.errands.close)
            last_first.callback(self.errands.run, self.reads.close)
            last_first.callback(self.errands.run, self.intake.close)
            # After its start, which may not be through: a worker that just began must not be left.
            last_first.callback(self.errands.run, self.client.close)
            last_first.callback(self.searcher.close)
            last_first.callback(self.preview_loader.close)
            last_first.callback(self.thumbnails.close)
            last_first.callback(self.remembered.write)
            last_first.callback(self.remembered.keep_geometry, self.window)
            last_first.callback(self.window.hide)

    def _connect(self) -> None:
        window, library, browsing = self.window, self.library, self.browsing
        window.search_bar.image_pasted.connect(self.intake.take)
        window.dropped.connect(self.intake.take)
        self.intake.folders_brought.connect(library.add_folders)
        self.intake.picture_brought.connect(browsing.find_similar_to_file)
        self.intake.told.connect(library.show_error)
        self.actions.told.connect(library.show_error)
        self.actions.similar_requested.connect(self._find_similar)
        library.photos_changed.connect(browsing.library_changed)
        library.paths_changed.connect(browsing.paths_changed)
        library.indexing_changed.connect(browsing.show_indexing)
        library.offline_changed.connect(self.thumbnails.mark_offline)
        library.paused_changed.connect(self.remembered.set_paused)
        library.problem_revealed.connect(self.actions.reveal_file)
        browsing.asked.connect(self.remembered.set_last_query)
        window.size_slider.valueChanged.connect(self.remembered.set_thumbnail_px)
        window.preview.details_toggled.connect(self.remembered.set_shows_details)

    def _restore(self) -> None:
        settings = self.remembered.settings
        self.window.size_slider.setValue(settings.thumbnail_px)
        self.window.preview.show_details(settings.shows_details)
        self.remembered.restore_geometry(self.window)

    def _find_similar(self, photo_id: PhotoId, name: str) -> None:
        self.preview.close()
        self.browsing.find_similar(photo_id, name)


def run(folders: AppFolders, add: Sequence[Path]) -> int:
    """Opens the window and returns when the person closes it.

    Args:
        add: folders to add, besides those known already.

    Returns:
        The exit code.
    """
    # BLAS threads beside the indexer are ruinous: a search takes twenty times as long.
    threadpool_limits(1)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("photofind")
    app.setApplicationDisplayName("photofind")
    app.setDesktopFileName("photofind")
    app.setWindowIcon(app_icon())
    Theme(app)
    program = WindowProgram(folders)
    with ExitStack() as stack:
        stack.callback(program.close)
        stack.enter_context(_ended_by_signals(app))
        stack.enter_context(_bugs_told(program))
        program.start(add)
        return app.exec()


def _open_engine(folders: AppFolders) -> Engine:
    """In the search thread: importing the model's runtime takes longer than opening a window."""
    from photofind.inference.store import ModelStore
    from photofind.search.engine import SearchEngine

    return SearchEngine(folders, ModelStore(folders))


def _dialogs(window: MainWindow) -> Questions:
    return Questions(partial(choose_folder, window), partial(confirm_removal, window))


@contextmanager
def _ended_by_signals(app: QApplication) -> Iterator[None]:
    """Ctrl+C in the terminal and the system's request to end close the window in order.

    Python's handlers run between its instructions, and Qt's loop executes none while nothing
    happens: a signal writes a byte into a socket that wakes the loop.
    """
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
        program.errands.failed.emit(
            program.tr("Something went wrong. The details are in photofind's log.")
        )

    sys.excepthook = hook
    try:
        yield
    finally:
        sys.excepthook = before
