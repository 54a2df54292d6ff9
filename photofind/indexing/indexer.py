"""Takes requests to index folders, works on them in the background, says what came of them."""

from __future__ import annotations

import logging
import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.reader import CatalogReader
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import CatalogError, FolderError
from photofind.indexing.background import BackgroundWork
from photofind.indexing.batch import PipelineListener, Surroundings
from photofind.indexing.encoder import EncoderPool
from photofind.indexing.guard import ProcessGuard
from photofind.indexing.job import Job
from photofind.indexing.listeners import BackgroundListener
from photofind.indexing.pace import Pace, Rests
from photofind.indexing.pipeline import Pipeline
from photofind.indexing.progress import ProgressTracker
from photofind.indexing.queue import WorkQueue
from photofind.indexing.scanning import is_online, scan_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from photofind.catalog.rows import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, FolderId, ModelError, PhotofindError
    from photofind.indexing.background import BackgroundSnapshot
    from photofind.indexing.job import JobResult
    from photofind.indexing.models import IndexModel, IndexModels
    from photofind.indexing.progress import ProgressSnapshot
    from photofind.indexing.queue import WorkItem
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)


class IndexerListener(BackgroundListener, Protocol):
    """Told what happens, on the indexer's threads."""

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None:
        """These contents can be found from now on."""

    def catalog_changed(self) -> None:
        """Paths, folders or states changed."""

    def halted(self, error: PhotofindError) -> None:
        """The catalog can't be written; every job has ended with this error."""

    def broken(self, error: BaseException) -> None:
        """A bug: the process should end and be started again."""

    def stuck(self, reason: str) -> None:
        """A decoder can't be stopped: the process must end now and be started again."""


@dataclass(frozen=True, slots=True)
class _Scan:
    """What the scan thread takes up next: folders, and which parts of them (None: all)."""

    parts: dict[FolderId, Collection[bytes] | None]
    job: Job


class Indexer(PipelineListener):
    """One scan thread and as many embedding threads as asked for, on one catalog."""

    def __init__(
        self,
        folders: AppFolders,
        *,
        writer: CatalogWriter,
        models: IndexModels,
        find_models: Callable[[CatalogReader], Sequence[IndexModel]],
        listener: IndexerListener,
        threads: int,
    ) -> None:
        """Sets the indexer up.

        Args:
            find_models: the models whose indexes are to be complete, the most urgent first.
        """
        self._folders = folders
        self._writer = writer
        self._listener = listener
        self._queue = WorkQueue()
        self._pace = Pace.FULL
        self._rests = Rests()
        self._progress = ProgressTracker()
        self._scans: queue.SimpleQueue[_Scan | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._scan_thread = threading.Thread(target=self._run_scans, name="scan")
        self.recovers = writer.left_in_flight() > 0
        """Whether photos were in flight when the last process died: one of them may be why."""
        self._guard = ProcessGuard(self.stuck)
        self._encoders = EncoderPool()
        surroundings = Surroundings(
            queue=self._queue,
            writer=writer,
            models=models,
            encoders=self._encoders,
            progress=self._progress,
            listener=self,
            guard=self._guard,
            suspects=set(writer.suspects()),
        )
        self._background = BackgroundWork(surroundings, find_models)
        self._pipeline = Pipeline(
            surroundings,
            background=self._background,
            open_reader=lambda: CatalogReader(folders),
            open_thumbnails=lambda: ThumbnailStore(folders.thumbnails),
            rests=self._rests,
            threads=threads,
        )

    def start(self) -> None:
        self._guard.start()
        self._scan_thread.start()
        self._pipeline.start()

    def stop(self) -> None:
        """Finishes the batches in hand and ends the threads; unfinished jobs are dropped."""
        self._stopping.set()
        self._queue.close()
        self._rests.close()
        self._scans.put(None)
        if self._scan_thread.ident is not None:
            self._scan_thread.join()
        self._pipeline.join()
        self._guard.stop()

    def index(
        self,
        parts: Mapping[FolderId, Collection[bytes] | None],
        on_finished: Callable[[JobResult], None],
    ) -> None:
        """Begins a job: scans the folders, embeds what is new.

        Args:
            parts: the folders, each with the relative paths to look at (None: everything).
            on_finished: called once, on one of the indexer's threads.
        """
        looks_at_all = None in parts.values()
        job = Job(lambda job: self._finish(job, on_finished, looks_at_all))
        self._progress.scan_began()
        self._scans.put(_Scan(dict(parts), job))

    def set_pace(self, pace: Pace) -> None:
        self._pace = pace
        self._rests.set_pace(pace)
        self._queue.set_paused(not pace.works)

    def is_busy(self) -> bool:
        """Whether photos wait for it or are being worked on, or nothing should be done that
        nobody waits for: the computer runs on its battery."""
        if self._pace in {Pace.SLOWER, Pace.RESTING}:
            return True
        return not self._queue.paused and len(self._queue) > 0

    def held(self, *, alone: bool) -> AbstractContextManager[None]:
        """Begins nothing inside the `with` block; with `alone` nothing of it runs there."""
        return self._queue.held(alone=alone)

    def guarded(self) -> AbstractContextManager[None]:
        """Ends the process if what a decoder does inside the `with` block hangs or eats the
        memory."""
        return self._guard.one_photo()

    def progress(self) -> ProgressSnapshot:
        return self._progress.snapshot()

    def wake_background(self) -> None:
        """Looks for background work again: what is to be done has changed."""
        self._background.wake(again=True)

    def background(self) -> BackgroundSnapshot | None:
        """What is done while no file waits; None: nothing."""
        return self._background.snapshot()

    def release_when_idle(self) -> None:
        """Gives the encoder's memory back if it was not needed for a while."""
        self._encoders.release_when_idle()

    def photos_ready(self, content_ids: Sequence[ContentId]) -> None:
        self._listener.photos_ready(content_ids)

    def files_settled(self) -> None:
        self._listener.catalog_changed()

    def halted(self, error: PhotofindError) -> None:
        self._listener.halted(error)
        for item in self._queue.clear():
            self._progress.finished()
            for job in item.jobs:
                job.file_dropped(error)

    def broken(self, error: BaseException) -> None:
        self._listener.broken(error)

    def stuck(self, reason: str) -> None:
        self._listener.stuck(reason)

    def model_failed(self, model: IndexModel, error: ModelError) -> bool:
        return self._listener.model_failed(model, error)

    def photos_refined(self, content_ids: Sequence[ContentId]) -> None:
        self._listener.photos_refined(content_ids)

    def model_complete(self, model: IndexModel) -> None:
        self._listener.model_complete(model)

    def background_began(self) -> None:
        self._listener.background_began()

    def background_ended(self, error: PhotofindError | None) -> None:
        self._listener.background_ended(error)

    def _finish(
        self, job: Job, on_finished: Callable[[JobResult], None], looks_at_all: bool
    ) -> None:
        result = job.result()
        if result.departed:
            self._writer.forget_departed(result.departed)
        self._listener.catalog_changed()
        on_finished(result)
        self._background.wake(again=looks_at_all)

    def _run_scans(self) -> None:
        try:
            with CatalogReader(self._folders) as reader:
                while (scan := self._scans.get()) is not None:
                    self._scan(scan, reader)
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._listener.broken(error)

    def _scan(self, scan: _Scan, reader: CatalogReader) -> None:
        failure: PhotofindError | None = None
        try:
            for folder in reader.folders():
                if folder.id in scan.parts and is_online(folder):
                    self._scan_folder(folder, scan.parts[folder.id], scan.job, reader)
        except CatalogError as error:
            failure = error
        if failure is not None:
            self.halted(failure)
        self._progress.scan_ended()
        scan.job.scan_ended(failure)

    def _scan_folder(
        self,
        folder: FolderRow,
        parts: Collection[bytes] | None,
        job: Job,
        reader: CatalogReader,
    ) -> None:
        def enqueue(items: list[WorkItem]) -> None:
            self._progress.queued(self._queue.put(items, job))

        try:
            findings = scan_folder(
                folder,
                parts,
                reader=reader,
                writer=self._writer,
                enqueue=enqueue,
                found=self._progress.scan_found,
                stopped=self._stopping.is_set,
            )
        except FolderError:
            return  # it was removed meanwhile: nothing of it is wanted any more
        job.add_scan(
            unchanged=findings.unchanged,
            ignored=findings.ignored,
            videos=findings.videos,
            online_only=findings.online_only,
            excluded=findings.excluded,
            gone=findings.gone,
            problems=findings.problems,
        )
        if findings.gone or findings.left_out:
            self._listener.catalog_changed()
