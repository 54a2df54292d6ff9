"""Runs indexing jobs in the background and reports their results."""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.files import forget_departed
from photofind.catalog.reader import CatalogReader
from photofind.catalog.suspects import count_in_flight, find_suspects, note_ending
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import CatalogError
from photofind.indexing.background import BackgroundWork
from photofind.indexing.batch import PipelineContext, PipelineListener
from photofind.indexing.decode_watchdog import DecodeWatchdog
from photofind.indexing.job import Job
from photofind.indexing.listeners import BackgroundListener
from photofind.indexing.missing_thumbnails import MissingThumbnails
from photofind.indexing.pace import Pace, Rests
from photofind.indexing.pipeline import Pipeline
from photofind.indexing.progress import ProgressTracker
from photofind.indexing.queue import WorkQueue
from photofind.indexing.scans import Scans
from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from photofind.inference.clip import ImageEncoder
from photofind.inference.model_slot import ModelSlot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ContentId, FolderId, ModelError, PhotofindError, WorkProgress
    from photofind.indexing.job import JobResult
    from photofind.indexing.models import IndexModel, IndexModels
    from photofind.paths import AppFolders
    from photofind.sentences import Sentence

logger = logging.getLogger(__name__)

_NOTE_WITHIN_S = 1.0


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

    def stuck(self, reason: Sentence) -> None:
        """A decoder can't be stopped: the process must end now and be started again."""

    def accelerator_lost(self, sentence: Sentence) -> None:
        """The processor does an accelerator's work from now on."""

    def root_stalled(self, root: Path) -> None:
        """The drive of a root doesn't answer; everything else goes on."""

    def root_answers(self, root: Path) -> None:
        """The drive responds again; what was skipped should be scanned."""


class Indexer(PipelineListener):
    """Scans, and as many embedding threads as asked for, on one catalog."""

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
        self._unresponsive = UnresponsiveRoots(self._root_stalled, self._root_answers)
        self._scans = Scans(folders, writer, self._queue, self._progress, self._unresponsive, self)
        with writer.transaction() as tx:
            self.recovers = count_in_flight(tx) > 0
            suspects = set(find_suspects(tx))
        """Whether photos were in flight when the last process died: one of them may be why."""
        self._watchdog = DecodeWatchdog(self.stuck)
        self._lost: set[Sentence] = set()
        self._encoders = ModelSlot(partial(ImageEncoder, lost=self._accelerator_lost))
        self.missing_thumbnails = MissingThumbnails(
            folders.thumbnails, self._unresponsive, self._watchdog
        )
        context = PipelineContext(
            queue=self._queue,
            writer=writer,
            models=models,
            encoders=self._encoders,
            progress=self._progress,
            listener=self,
            watchdog=self._watchdog,
            unresponsive=self._unresponsive,
            suspects=suspects,
        )
        self._background = BackgroundWork(context, find_models)
        self._pipeline = Pipeline(
            context,
            background=self._background,
            open_reader=lambda: CatalogReader(folders),
            open_thumbnails=lambda: ThumbnailStore(folders.thumbnails),
            rests=self._rests,
            threads=threads,
        )

    def start(self) -> None:
        self._watchdog.start()
        self._unresponsive.start()
        self._scans.start()
        self._pipeline.start()

    def stop(self) -> None:
        """Finishes the batches in hand and ends the threads; unfinished jobs are dropped."""
        self._queue.close()
        self._rests.close()
        self._scans.stop()
        self._pipeline.join()
        self._unresponsive.stop()
        self._watchdog.stop()

    def index(
        self,
        parts: Mapping[FolderId, Collection[bytes] | None],
        on_finished: Callable[[JobResult], None],
        *,
        retries: bool = False,
    ) -> None:
        """Begins a job: scans the folders, embeds what is new.

        Args:
            parts: the folders, each with the relative paths to look at (None: everything).
            retries: files that failed for a reason that may have passed are tried again.
            on_finished: called once, on one of the indexer's threads.
        """
        looks_at_all = None in parts.values()
        job = Job(
            lambda job: self._finish(job, on_finished, looks_at_all),
            lambda job, restless: self._scans.put({each: parts[each] for each in restless}, job),
            retries=retries,
        )
        self._scans.put(dict(parts), job)

    def set_pace(self, pace: Pace) -> None:
        self._pace = pace
        self._rests.set_pace(pace)
        self._queue.set_paused(not pace.works)

    def is_busy(self) -> bool:
        """Whether photos are queued or being processed, or the computer runs on battery and only
        what a person waits for should be done."""
        if self._pace in {Pace.SLOWER, Pace.RESTING}:
            return True
        return not self._queue.paused and len(self._queue) > 0

    def held(self, *, alone: bool) -> AbstractContextManager[None]:
        """Begins nothing inside the `with` block; with `alone` nothing of it runs there."""
        return self._queue.held(alone=alone)

    def guarded(self) -> AbstractContextManager[None]:
        """Ends the process if what a decoder does inside the `with` block hangs or eats the
        memory."""
        return self._watchdog.one_photo()

    def progress(self) -> WorkProgress:
        return self._progress.snapshot()

    def wake_background(self) -> None:
        """Looks for background work again: what is to be done has changed."""
        self._background.wake(again=True)

    def background(self) -> WorkProgress | None:
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

    def stuck(self, reason: Sentence) -> None:
        # The process must end even if the disk hangs too.
        noting = threading.Thread(target=self._note_ending, args=(reason,), daemon=True)
        noting.start()
        noting.join(_NOTE_WITHIN_S)
        self._listener.stuck(reason)

    def _note_ending(self, reason: Sentence) -> None:
        try:
            with self._writer.transaction() as tx:
                note_ending(tx, reason)
        except CatalogError as error:
            logger.info("why a photo was given up is not noted: %s", error)

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

    def _accelerator_lost(self, sentence: Sentence) -> None:
        if sentence not in self._lost:  # it is tried anew after every rest, and told once
            self._lost.add(sentence)
            self._listener.accelerator_lost(sentence)

    def _root_stalled(self, root: Path | None, thread_id: int) -> None:
        self._pipeline.stuck(thread_id)
        if root is not None:
            self._listener.root_stalled(root)

    def _root_answers(self, root: Path | None, thread_id: int) -> None:
        self._pipeline.unstuck(thread_id)
        if root is not None:
            self._listener.root_answers(root)

    def _finish(
        self, job: Job, on_finished: Callable[[JobResult], None], looks_at_all: bool
    ) -> None:
        result = job.result()
        if result.departed:
            with self._writer.transaction() as tx:
                forget_departed(tx, result.departed)
        self._listener.catalog_changed()
        on_finished(result)
        self._background.wake(again=looks_at_all)
