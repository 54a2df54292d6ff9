"""Carries out commands and tells every client what changed."""

from __future__ import annotations

import functools
import logging
import os
import queue
import threading
import time
from typing import TYPE_CHECKING, TypeAlias

import psutil

from photofind import __version__
from photofind.catalog.backups import is_due
from photofind.catalog.reader import CatalogReader
from photofind.domain import CatalogError, FolderError, PhotofindError
from photofind.indexing.indexer import Indexer, IndexerListener
from photofind.media.scan import root_problem
from photofind.media.volume import read_volume_id
from photofind.worker.messages import (
    AddFolders,
    CatalogChanged,
    Command,
    Done,
    Hello,
    JobFinished,
    Notice,
    PhotosReady,
    Progress,
    Refused,
    RelocateFolder,
    RemoveFolder,
    Rescan,
    RetryProblems,
    SetPaused,
    Shutdown,
    Watch,
    path_from_wire,
    report_to_wire,
    text_to_wire,
)
from photofind.worker.rescue import is_damage
from photofind.worker.server import Peer, Server
from photofind.worker.watching import Parts, Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Listener
    from pathlib import Path

    from photofind.catalog.rows import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId
    from photofind.indexing.batch import ActiveModel
    from photofind.indexing.job import JobResult
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S = 0.25
_BACKUP_CHECK_S = 3600.0
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
        model: ActiveModel,
        listener: Listener,
        notice: Notice | None = None,
    ) -> None:
        """Sets the worker up; `run` starts it.

        Args:
            notice: what every client should know first.
        """
        self._notice = notice
        self._backup_check_s = 0.0
        self._folders = folders
        self._writer = writer
        self._model_key = model.installed.spec.key
        self._encoder = model.encoder
        self._tasks: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._ending = False
        self._met_client = threading.Event()
        self._last_progress: Progress | None = None
        self._server = Server(
            listener,
            greet=self._greet,
            on_command=lambda peer, command: self._tasks.put(
                functools.partial(self._carry_out, peer, command)
            ),
            on_empty=self.end,
        )
        self._watching = Watching(
            read_folders=lambda: self._chosen_folders([]),
            look_at=self._look_at,
            notify=lambda code, message: self._server.broadcast(Notice(code=code, message=message)),
        )
        self._indexer = Indexer(
            folders,
            writer=writer,
            model=model,
            listener=self,
            threads=psutil.cpu_count(logical=False) or 1,
        )

    def run(self) -> None:
        """Serves until the last client has gone or `end` is called."""
        self._indexer.start()
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
                    self._back_up_when_due()
                    self._encoder.release_when_idle()
                else:
                    task()
        finally:
            nobody_came.cancel()
            self._watching.stop()
            self._indexer.stop()
            self._server.close()

    def end(self) -> None:
        """Asks `run` to come to an end; callable from any thread and from signal handlers."""

        def stop() -> None:
            self._ending = True

        self._tasks.put(stop)

    # Told by the indexer, on its threads.

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None:
        self._server.broadcast(PhotosReady(content_ids=tuple(content_ids)))

    def catalog_changed(self) -> None:
        self._server.broadcast(CatalogChanged())

    def halted(self, error: PhotofindError) -> None:
        if is_damage(error):
            logger.error("the catalog is damaged; the next worker repairs it")
            self._folders.catalog_suspect.touch(mode=0o600)
            logging.shutdown()
            os._exit(_EXIT_DAMAGED)
        logger.error("indexing stopped: %s", error.user_message)
        message = text_to_wire(error.user_message)
        self._server.broadcast(Notice(code=error.code, message=message))

    def broken(self, error: BaseException) -> None:
        logger.critical("a bug in photofind ended the worker", exc_info=error)
        logging.shutdown()
        # Not sys.exit: other threads may wait for the one that broke. Every write is one
        # transaction, so nothing is half-done, and what was in flight is tried again.
        os._exit(_EXIT_BROKEN)

    def stuck(self, reason: str) -> None:
        logger.error("the worker ends, because %s", reason)
        logging.shutdown()
        os._exit(_EXIT_STUCK)

    # Commands.

    def _carry_out(self, peer: Peer, command: Command) -> None:
        try:
            match command:
                case AddFolders():
                    self._add_folders(peer, command)
                case Rescan():
                    folders = self._chosen_folders([path_from_wire(raw) for raw in command.paths])
                    self._index(peer, command, folders)
                case RemoveFolder():
                    self._writer.remove_folder(path_from_wire(command.path))
                    peer.send(Done(request_id=command.request_id))
                    self._folders_changed()
                case RelocateFolder():
                    self._relocate_folder(peer, command)
                case RetryProblems():
                    self._writer.retry_failed()
                    self._index(peer, command, self._chosen_folders([]))
                case SetPaused():
                    self._indexer.set_paused(command.paused)
                    peer.send(Done(request_id=command.request_id))
                case Watch():
                    self._watching.begin()
                    self._index(peer, command, self._chosen_folders([]))
                case Shutdown():
                    if self._server.others(peer):
                        peer.send(Done(request_id=command.request_id))
                        peer.close(timeout_s=1.0)
                    else:
                        self._ending = True
        except PhotofindError as error:
            if is_damage(error):
                self.halted(error)
            _refuse(peer, command, error)
        self._tell_progress()

    def _add_folders(self, peer: Peer, command: AddFolders) -> None:
        paths = [path_from_wire(raw) for raw in command.paths]
        for path in paths:
            if (problem := root_problem(path)) is not None:
                raise problem
        rows = [self._writer.add_folder(path, read_volume_id(path)) for path in paths]
        self._folders_changed()
        self._index(peer, command, rows)

    def _relocate_folder(self, peer: Peer, command: RelocateFolder) -> None:
        new = path_from_wire(command.new)
        if (problem := root_problem(new)) is not None:
            raise problem
        old = path_from_wire(command.old)
        row = self._writer.relocate_folder(old, new, read_volume_id(new))
        self._folders_changed()
        self._index(peer, command, [row])

    def _folders_changed(self) -> None:
        self.catalog_changed()
        self._watching.folders_changed()

    def _chosen_folders(self, paths: Sequence[Path]) -> list[FolderRow]:
        with CatalogReader(self._folders) as reader:
            folders = reader.folders()
        if not paths:
            return folders
        by_path = {folder.path: folder for folder in folders}
        for path in paths:
            if path not in by_path:
                raise FolderError(
                    "folder_unknown", f"{path} is not one of photofind's folders. Add it first."
                )
        return [by_path[path] for path in paths]

    def _index(self, peer: Peer, command: Command, folders: Sequence[FolderRow]) -> None:
        def finished(result: JobResult) -> None:
            if result.error is not None:
                _refuse(peer, command, result.error)
                return
            # The last progress first, so that nobody shows 99 % beside "done".
            self._tell_progress()
            peer.send(
                JobFinished(request_id=command.request_id, report=report_to_wire(result.report))
            )

        self._indexer.index({folder.id: None for folder in folders}, finished)

    def _look_at(self, parts: Parts) -> None:
        """Looks at what was noticed to have changed; nobody waits for the result."""
        self._indexer.index(parts, lambda _: None)

    def _back_up_when_due(self) -> None:
        if time.monotonic() < self._backup_check_s:
            return
        self._backup_check_s = time.monotonic() + _BACKUP_CHECK_S
        try:
            if is_due(self._folders.backups):
                self._writer.back_up()
        except CatalogError as error:
            if is_damage(error):
                self.halted(error)
            logger.warning("no weekly copy of the catalog: %s", error.code)

    # Telling.

    def _greet(self, peer: Peer) -> None:
        self._met_client.set()
        peer.send(
            Hello(
                version=__version__,
                pid=os.getpid(),
                model_key=self._model_key,
                paused=self._indexer.paused,
                recovers=self._indexer.recovers,
            )
        )
        if self._notice is not None:
            peer.send(self._notice)
        peer.send(self._progress())

    def _tell_progress(self) -> None:
        progress = self._progress()
        if progress != self._last_progress:
            self._last_progress = progress
            self._server.broadcast(progress)

    def _progress(self) -> Progress:
        state = self._indexer.progress()
        if self._indexer.paused:
            activity = "paused"
        elif state.done < state.total:
            activity = "indexing"
        elif state.scanning:
            activity = "scanning"
        else:
            activity = "idle"
        return Progress(
            activity=activity,
            found=state.found,
            done=state.done,
            total=state.total,
            failed=state.failed,
            images_per_s=state.images_per_s,
            eta_s=state.eta_s,
        )


def _refuse(peer: Peer, command: Command, error: PhotofindError) -> None:
    message = text_to_wire(error.user_message)
    peer.send(Refused(request_id=command.request_id, code=error.code, message=message))
