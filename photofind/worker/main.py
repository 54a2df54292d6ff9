"""The worker process: holds the catalog's lock, carries out commands, tells everybody what changed.

It ends when its last client has gone: a window that crashes leaves no process behind.
"""

from __future__ import annotations

import argparse
import functools
import json
import logging
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import filelock
import psutil

from photofind import __version__
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError, FolderError, PhotofindError
from photofind.indexing.batch import ActiveModel
from photofind.indexing.indexer import Indexer, IndexerListener
from photofind.inference.clip import ImageEncoder
from photofind.inference.registry import BASIC
from photofind.inference.store import ModelStore
from photofind.logs import start_logging
from photofind.media.scan import root_problem
from photofind.media.volume import read_volume_id
from photofind.paths import AppFolders
from photofind.worker.endpoint import listen, publish, withdraw
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
    RemoveFolder,
    Rescan,
    RetryProblems,
    SetPaused,
    Shutdown,
    path_from_wire,
    report_to_wire,
    text_to_wire,
)
from photofind.worker.server import Peer, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Listener

    from photofind.catalog.rows import FolderRow
    from photofind.domain import ContentId
    from photofind.indexing.job import JobResult

logger = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S = 0.25
_FIRST_CLIENT_TIMEOUT_S = 30.0
_EXIT_BROKEN = 70
"""EX_SOFTWARE: a bug of ours; the client starts a new worker."""

_Task: TypeAlias = "Callable[[], None]"


class Worker(IndexerListener):
    """Carries out commands, one after the other, on the thread that calls `run`."""

    def __init__(
        self, folders: AppFolders, writer: CatalogWriter, model: ActiveModel, listener: Listener
    ) -> None:
        self._folders = folders
        self._writer = writer
        self._model_key = model.installed.spec.key
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
                else:
                    task()
        finally:
            nobody_came.cancel()
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
        logger.error("indexing stopped: %s", error.user_message)
        message = text_to_wire(error.user_message)
        self._server.broadcast(Notice(code=error.code, message=message))

    def broken(self, error: BaseException) -> None:
        logger.critical("a bug in photofind ended the worker", exc_info=error)
        logging.shutdown()
        # Not sys.exit: other threads may wait for the one that broke. Every write is one
        # transaction, so nothing is half-done, and what was in flight is tried again.
        os._exit(_EXIT_BROKEN)

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
                    self.catalog_changed()
                case RetryProblems():
                    self._writer.retry_failed()
                    self._index(peer, command, self._chosen_folders([]))
                case SetPaused():
                    self._indexer.set_paused(command.paused)
                    peer.send(Done(request_id=command.request_id))
                case Shutdown():
                    if self._server.others(peer):
                        peer.send(Done(request_id=command.request_id))
                        peer.close(timeout_s=1.0)
                    else:
                        self._ending = True
        except PhotofindError as error:
            _refuse(peer, command, error)
        self._tell_progress()

    def _add_folders(self, peer: Peer, command: AddFolders) -> None:
        paths = [path_from_wire(raw) for raw in command.paths]
        for path in paths:
            if (problem := root_problem(path)) is not None:
                raise problem
        rows = [self._writer.add_folder(path, read_volume_id(path)) for path in paths]
        self.catalog_changed()
        self._index(peer, command, rows)

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

    # Telling.

    def _greet(self, peer: Peer) -> None:
        self._met_client.set()
        peer.send(
            Hello(
                version=__version__,
                pid=os.getpid(),
                model_key=self._model_key,
                paused=self._indexer.paused,
            )
        )
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a worker; its first line on standard output says whether it can work.

    That line is JSON: {"ready": pid}, or {"error": {"code", "message"}}.
    """
    parser = argparse.ArgumentParser(prog="photofind --worker")
    for name in ("data", "cache", "config", "logs"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    folders = AppFolders(chosen.data, chosen.cache, chosen.config, chosen.logs)
    try:
        folders.ensure()
        start_logging(folders.logs / "worker.log")
        _step_back()
        with _hold_lock(folders), CatalogWriter(folders) as writer:
            return _serve(folders, writer)
    except PhotofindError as error:
        _report({"error": {"code": error.code, "message": error.user_message}})
    except OSError as error:
        logger.info("can't start", exc_info=error)
        message = (
            f"photofind can't use its data folder {folders.data} ({error.strerror or error}). "
            "Check that it exists and that you may write to it."
        )
        _report({"error": {"code": "catalog_denied", "message": message}})
    return 1


def _serve(folders: AppFolders, writer: CatalogWriter) -> int:
    installed = ModelStore(folders).find(BASIC.key)
    model_id = writer.ensure_model(installed.spec.catalog_key, "clip", installed.spec.dim)
    writer.activate_model(model_id)
    load = functools.cache(lambda: ImageEncoder(installed))
    load_lock = threading.Lock()

    def encoder() -> ImageEncoder:
        with load_lock:
            return load()

    listener, address = listen()
    publish(folders.worker_address, address)
    try:
        worker = Worker(folders, writer, ActiveModel(model_id, installed, encoder), listener)
        signal.signal(signal.SIGTERM, lambda *_: worker.end())
        _report({"ready": address.pid})
        worker.run()
    finally:
        withdraw(folders.worker_address, address)
    return 0


def _hold_lock(folders: AppFolders) -> filelock.BaseFileLock:
    lock = filelock.FileLock(folders.lock, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise CatalogError(
            "catalog_locked",
            f"Another photofind is changing the catalog in {folders.data}. "
            "Wait until it is done, or close it.",
        ) from None
    return lock


def _step_back() -> None:
    """Leaves the processor to whatever the person does meanwhile."""
    process = psutil.Process()
    try:
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            process.nice(10)
    except (OSError, psutil.Error) as error:
        logger.info("the priority stays as it is: %s", error)


def _report(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
