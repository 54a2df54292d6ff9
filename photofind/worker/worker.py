"""Carries out commands and tells every client what changed."""

from __future__ import annotations

import functools
import logging
import os
import queue
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, get_args

import psutil

from photofind import __version__
from photofind.describe.idle import IdleThread
from photofind.describe.sidecars import SidecarTask
from photofind.describe.tagging import Tagger
from photofind.describe.text_reading import ReadingTask
from photofind.domain import Activity, PhotofindError, WorkProgress
from photofind.indexing.indexer import Indexer, IndexerListener
from photofind.indexing.pace import Pace
from photofind.inference.store import ModelStore
from photofind.worker.describing import Describing
from photofind.worker.handlers.base import Handlers, refuse
from photofind.worker.handlers.editing import EditingHandlers
from photofind.worker.handlers.exclusions import ExclusionHandlers
from photofind.worker.handlers.folders import FolderHandlers
from photofind.worker.handlers.forgetting import ForgettingHandlers
from photofind.worker.handlers.models import ModelHandlers
from photofind.worker.handlers.searches import SearchHandlers
from photofind.worker.handlers.settings import SettingsHandlers
from photofind.worker.housekeeping import Housekeeper
from photofind.worker.messages import (
    CatalogChanged,
    Command,
    Hello,
    IndexingProgress,
    MakeThumbnails,
    Notice,
    PhotosReady,
    PhotosRefined,
    Ping,
    SettingsChanged,
    Shutdown,
)
from photofind.worker.pacing import Pacing
from photofind.worker.rescue import is_damage
from photofind.worker.server import Peer, Server
from photofind.worker.watching import Recovery
from photofind.worker.wire import Done

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Listener
    from pathlib import Path

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, ModelError
    from photofind.indexing.models import IndexModel
    from photofind.paths import AppFolders
    from photofind.sentences import Sentence
    from photofind.settings import Settings
    from photofind.worker.describing import DescribingModels
    from photofind.worker.model_choice import ModelChoice

logger = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S = 0.25
_FIRST_CLIENT_TIMEOUT_S = 30.0
_EXIT_BROKEN = 70
"""EX_SOFTWARE: a bug of ours; the client starts a new worker."""
_EXIT_DAMAGED = 74
"""EX_IOERR: the catalog is damaged; the next worker sets it aside."""
_EXIT_STUCK = 75
"""EX_TEMPFAIL: a photo's decoder hung or ate the memory; the client starts a new worker."""

_Task: TypeAlias = "Callable[[], None]"


class Worker(IndexerListener):
    """Carries out commands, one after the other, on the thread that calls `run`."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        choice: ModelChoice,
        listener: Listener,
        key: str,
        describing_models: DescribingModels,
        notice: Notice | None = None,
    ) -> None:
        """Sets the worker up; `run` starts it.

        Args:
            listener, key: where clients connect, and what they have to know.
            describing_models: what writes captions and answers.
            notice: what every client should know first.
        """
        self._notice = notice
        self._folders = folders
        self._writer = writer
        self._choice = choice
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._ending = False
        self._met_client = threading.Event()
        self._last_progress: WorkProgress | None = None
        self._recovery = Recovery()
        self._server = Server(
            listener,
            key,
            greet=self._greet,
            on_command=lambda peer, command: self._tasks.put(
                functools.partial(self._carry_out, peer, command)
            ),
            on_empty=self.end,
        )
        self._indexer = Indexer(
            folders,
            writer=writer,
            models=choice.models,
            find_models=choice.wanted,
            listener=self,
            threads=psutil.cpu_count(logical=False) or 1,
        )
        self._settings = SettingsHandlers(folders, self._server)
        self._pacing = Pacing(self._settings.settings, self._indexer.set_pace)
        self._library = FolderHandlers(
            folders, writer, self._indexer, self._server, self._tell_progress, self._recovery
        )
        self._watching = self._library.watching
        self._models = ModelHandlers(
            folders,
            writer,
            choice,
            self._indexer,
            self._server,
            self._tell_progress,
            self.catalog_changed,
        )
        self._describing = Describing(
            folders,
            writer,
            self._indexer,
            self._server,
            describing_models,
            lambda: self._settings.settings,
            captions_changed=self._captions_changed,
            halted=self.halted,
            broken=self.broken,
        )
        self._idle = IdleThread(
            folders,
            [
                self._indexer.missing_thumbnails,
                Tagger(folders, writer, ModelStore(folders)),
                ReadingTask(
                    writer,
                    lambda: self._settings.settings.reads_text,
                    describing_models.find_reader,
                    self._describing.wake,
                ),
                SidecarTask(writer, lambda: self._settings.settings.writes_sidecars, self._notify),
            ],
            must_wait=lambda: not self._pacing.pace.works or self._indexer.is_busy(),
            listener=self,
        )
        self._housekeeper = Housekeeper(folders, writer, halted=self.halted, broken=self.broken)
        self._searches = SearchHandlers(
            folders, writer, self._server, lambda: self._settings.settings.remembers_searches
        )
        forgetting = ForgettingHandlers(
            writer, self._housekeeper, self._server, self._library.changed
        )
        self._handlers: Handlers = {
            **self._library.handlers,
            **ExclusionHandlers(writer, self._library).handlers,
            **forgetting.handlers,
            **self._models.handlers,
            **self._describing.handlers,
            **EditingHandlers(
                writer,
                self._server,
                lambda: self._settings.settings.writes_sidecars,
                self._idle.wake,
            ).handlers,
            **self._searches.handlers,
            **self._settings.handlers(
                self._apply_settings, self._idle.wake, describing_models.find_reader
            ),
            MakeThumbnails: self._make_thumbnails,
            Ping: lambda peer, command: peer.answer(command, Done()),
            Shutdown: self._shut_down,
        }
        assert set(self._handlers) == set(get_args(Command)), "a command has no handler"

    def run(self) -> None:
        """Serves until the last client has gone or `end` is called."""
        self._housekeeper.start()
        self._indexer.start()
        self._describing.recover()
        self._idle.start()
        self._models.start()
        self._server.start()
        nobody_came = threading.Timer(
            _FIRST_CLIENT_TIMEOUT_S, lambda: None if self._met_client.is_set() else self.end()
        )
        nobody_came.daemon = True
        nobody_came.start()
        try:
            while not self._ending:
                try:
                    task = self._tasks.get(timeout=_PROGRESS_INTERVAL_S)
                except queue.Empty:
                    self._tell_progress()
                    self._watching.tick()
                    if self._recovery.is_due():
                        self._watching.look_at_all()
                    self._pacing.tick()
                    self._indexer.release_when_idle()
                else:
                    task()
        finally:
            nobody_came.cancel()
            self._watching.stop()
            self._idle.stop()
            self._describing.stop()
            self._models.stop()
            self._indexer.stop()
            self._housekeeper.stop()
            self._server.close()

    def end(self) -> None:
        """Asks `run` to come to an end; callable from any thread and from signal handlers."""

        def stop() -> None:
            self._ending = True

        self._tasks.put(stop)

    # Told by the indexer, on its threads.

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None:
        self._server.broadcast(PhotosReady(content_ids=tuple(content_ids)))
        self._idle.wake()

    def catalog_changed(self) -> None:
        self._server.broadcast(CatalogChanged())
        self._idle.wake()

    def photos_refined(self, content_ids: Sequence[ContentId]) -> None:
        self._server.broadcast(PhotosRefined(content_ids=tuple(content_ids)))

    def model_complete(self, model: IndexModel) -> None:
        self._models.complete(model)

    def model_failed(self, model: IndexModel, error: ModelError) -> bool:
        return self._models.failed(model, error)

    def background_began(self) -> None:
        self._tell_progress()

    def background_ended(self, error: PhotofindError | None) -> None:
        self._tell_progress()
        self._models.background_ended(error)

    def halted(self, error: PhotofindError) -> None:
        if is_damage(error):
            logger.error("the catalog is damaged; the next worker repairs it")
            self._folders.catalog_suspect.touch(mode=0o600)
            logging.shutdown()
            os._exit(_EXIT_DAMAGED)
        logger.error("indexing stopped: %s", error.code)
        if self._recovery.went_wrong(error.code):
            self._server.broadcast(Notice(code=error.code, sentence=error.sentence))

    def accelerator_lost(self, sentence: Sentence) -> None:
        self._server.broadcast(Notice(code="accelerator_lost", sentence=sentence))

    def root_stalled(self, root: Path) -> None:
        self._library.root_stalled(root)

    def root_answers(self, root: Path) -> None:
        self._library.root_answers(root)

    def broken(self, error: BaseException) -> None:
        logger.critical("a bug in photofind ended the worker", exc_info=error)
        logging.shutdown()
        # Not sys.exit: other threads may wait for the one that broke. Every write is one
        # transaction, so nothing is half-done, and what was in flight is tried again.
        os._exit(_EXIT_BROKEN)

    def stuck(self, reason: Sentence) -> None:
        logger.error("the worker ends because of a photo: %s", reason)
        logging.shutdown()
        os._exit(_EXIT_STUCK)

    def _captions_changed(self) -> None:
        self._idle.wake()

    def _apply_settings(self, settings: Settings) -> None:
        self._pacing.change(settings)
        self._describing.apply(settings)
        if not settings.remembers_searches:
            self._searches.forget_all()

    def _notify(self, code: str, sentence: Sentence) -> None:
        self._server.broadcast(Notice(code=code, sentence=sentence))

    # Commands.

    def _carry_out(self, peer: Peer, command: Command) -> None:
        try:
            self._handlers[type(command)](peer, command)
        except PhotofindError as error:
            if is_damage(error):
                self.halted(error)
            refuse(peer, command, error)
        self._tell_progress()

    def _make_thumbnails(self, peer: Peer, command: MakeThumbnails) -> None:
        self._indexer.missing_thumbnails.add(command.content_ids)
        self._idle.wake()
        peer.answer(command, Done())

    def _shut_down(self, peer: Peer, command: Shutdown) -> None:
        if self._server.others(peer):
            peer.answer(command, Done())
            peer.close(timeout_s=1.0)
        else:
            self._ending = True

    # Telling.

    def _greet(self, peer: Peer) -> None:
        if not self._met_client.is_set():
            # Not before: a photo that ends the process shall end it where somebody notices.
            self._indexer.wake_background()
        self._met_client.set()
        settings = self._settings.settings
        peer.send(
            Hello(
                version=__version__,
                pid=os.getpid(),
                model_key=self._choice.active.key,
                settings=settings,
                recovers=self._indexer.recovers or self._describing.recovers,
            )
        )
        if settings is not self._settings.settings:  # changed before this client heard of them
            peer.send(SettingsChanged(settings=self._settings.settings))
        if self._notice is not None:
            peer.send(self._notice)
        peer.send(IndexingProgress(progress=self._progress()))
        peer.send(self._describing.progress())
        self._tasks.put(self._describing.start)

    def _tell_progress(self) -> None:
        progress = self._progress()
        if progress != self._last_progress:
            self._last_progress = progress
            self._server.broadcast(IndexingProgress(progress=progress))

    def _progress(self) -> WorkProgress:
        progress = self._indexer.progress()
        background, removal = self._indexer.background(), self._models.removal()
        pace = self._pacing.pace
        if pace is Pace.PAUSED:
            return replace(progress, activity=Activity.PAUSED)
        if progress.activity is Activity.IDLE and removal is not None:
            return removal
        if progress.activity is Activity.IDLE and background is not None:
            progress = background
        can_rest = progress.activity not in {Activity.IDLE, Activity.SCANNING}
        if pace is Pace.RESTING and can_rest:
            return replace(progress, activity=Activity.RESTING)
        return replace(progress, slower=pace is Pace.SLOWER)
