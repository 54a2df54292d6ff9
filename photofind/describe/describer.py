"""Works through the queue of descriptions on one thread, beside the indexing."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.description_rows import Urgency
from photofind.catalog.reader import CatalogReader
from photofind.describe.attempt import attempt, find_existing
from photofind.describe.orders import is_on_server, model_of
from photofind.describe.progress import Activity, QueueProgress, QueueTracker
from photofind.describe.runner import Task
from photofind.describe.surroundings import Ended
from photofind.domain import CatalogError, ModelError, PhotofindError
from photofind.inference.describing import Cancelled
from photofind.media.online_only import refuse_download

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from photofind.catalog.description_rows import JobRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.one_model import OneModel
    from photofind.describe.runner import Runner
    from photofind.describe.surroundings import DescriberListener, Indexing, Outcome
    from photofind.domain import ContentId, PhotoId
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_LOOK_S = 1.0
"""How often it is looked whether the indexing is through."""
_IDLE_LOOK_S = 30.0
"""How often it is looked whether a model is idle for long."""


@dataclass(frozen=True, slots=True)
class _Single:
    """A file that somebody waits for and that is in no queue.

    Attributes:
        content_id: where to keep what is found; None for a file that isn't in the catalog.
    """

    kind: str
    order: str
    path: Path
    content_id: ContentId | None
    on_ended: Callable[[Outcome, int | None], None]


class Describer:
    """Carries out the jobs that lie in the catalog, the most urgent first.

    What a person waits for goes before the indexing; what they look at goes beside it; the rest
    waits until it is through.
    """

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        runners: Sequence[Runner],
        loaded: OneModel,
        indexing: Indexing,
        listener: DescriberListener,
        decoding: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """
        Args:
            loaded: the runners' model.
            decoding: entered around the work of a decoder.
        """
        self._folders = folders
        self._writer = writer.descriptions
        self._runners = {runner.kind: runner for runner in runners}
        self._loaded = loaded
        self._indexing = indexing
        self._listener = listener
        self._decoding = decoding
        self._changed = threading.Condition()
        self._singles: deque[_Single] = deque()
        self._paused = False
        self._closed = False
        self._woken = False
        self._running: JobRow | None = None
        self._cancelled = False
        self._blocked: dict[str, PhotofindError] = {}
        self._tracker = QueueTracker()
        self.recovers = False
        """Whether a job was running when the last process died: it may be why."""
        self._thread = threading.Thread(target=self._run, name="describe")

    def recover(self) -> None:
        """Looks what the last worker left; call it once, before `start`."""
        self.recovers = self._writer.recover_jobs() > 0

    def start(self) -> None:
        """Takes up the work; once is enough."""
        if self._thread.ident is None:
            self._thread.start()

    def stop(self) -> None:
        """Breaks off what is being done, which is done again by the next worker."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def wake(self) -> None:
        """There is something new in the queue, or reason to try again what was blocked."""
        with self._changed:
            self._blocked.clear()
            self._woken = True
            self._changed.notify_all()

    def set_paused(self, paused: bool) -> None:
        """Pausing stops what nobody waits for, at once."""
        with self._changed:
            self._paused = paused
        self.wake()

    @property
    def paused(self) -> bool:
        return self._paused

    def cancel(self, photo_ids: Collection[PhotoId] | None = None, kind: str | None = None) -> None:
        """Drops jobs, the running one too: of these photos (None: all) and this kind (None: any).

        Raises:
            CatalogError: the catalog can't be written.
        """
        self._writer.cancel_jobs(photo_ids, kind)
        with self._changed:
            job = self._running
            if (
                job is not None
                and kind in {None, job.kind}
                and (photo_ids is None or job.photo_id in photo_ids)
            ):
                self._cancelled = True
        self.wake()

    def run_single(
        self,
        kind: str,
        order: str,
        path: Path,
        content_id: ContentId | None,
        on_ended: Callable[[Outcome, int | None], None],
    ) -> None:
        """Has one file looked at before everything in the queue.

        Args:
            content_id: where to keep what is found; None keeps nothing.
            on_ended: called once, on the describer's thread, with what was found or why nothing
                was, and its number in the catalog.
        """
        with self._changed:
            self._singles.append(_Single(kind, order, path, content_id, on_ended))
        self.wake()

    def progress(self) -> QueueProgress:
        return self._tracker.now

    # The thread.

    def _run(self) -> None:
        try:
            with CatalogReader(self._folders) as reader:
                while not self._closed:
                    try:
                        worked = self._work_once(reader)
                    except CatalogError as error:
                        self._halt(error)
                        worked = False
                    if not worked:
                        self._rest()
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._listener.broken(error)
        for single in self._singles:
            single.on_ended(PhotofindError("worker_gone", "photofind is closing."), None)

    def _rest(self) -> None:
        with self._changed:
            if not (self._closed or self._woken):
                self._changed.wait(_LOOK_S if self._tracker.now.total else _IDLE_LOOK_S)
            self._woken = False
        self._loaded.release_when_idle()

    def _work_once(self, reader: CatalogReader) -> bool:
        """Does one job; False when there is none for now."""
        with self._changed:
            single = self._singles.popleft() if self._singles else None
        if single is not None:
            self._carry_out_single(single, reader)
            return True
        activity, least = self._stance()
        kinds = self._runners.keys() - self._blocked.keys()
        job = reader.descriptions.next_job(kinds, least)
        if job is None:
            self._count(reader, activity)
            return False
        self._count(reader, Activity.DESCRIBING)
        began_s = time.monotonic()
        if self._carry_out(job, reader):
            self._tracker.job_ended(time.monotonic() - began_s)
            self._count(reader, Activity.DESCRIBING)
        return True

    def _stance(self) -> tuple[Activity, int]:
        """What the queue waits for if it does, and how urgent a job must be now."""
        if self._paused:
            return Activity.PAUSED, Urgency.COMMANDED
        if self._indexing.is_busy():
            return Activity.WAITING, Urgency.IN_SIGHT
        return Activity.BLOCKED if self._blocked else Activity.IDLE, Urgency.BACKGROUND

    def _count(self, reader: CatalogReader, activity: Activity) -> None:
        counts = reader.descriptions.job_counts()
        reason = next((error.user_message for error in self._blocked.values()), "")
        before = self._tracker.now
        self._tracker.update(activity, counts.open, counts.failed, reason)
        if self._tracker.now != before:
            self._listener.progressed(self._tracker.now)

    def _carry_out(self, job: JobRow, reader: CatalogReader) -> bool:
        """Does one job of the queue; False when it goes on waiting."""
        if job.photo_id is None:
            self._writer.drop_job(job.id)
            return True
        with self._changed:
            self._running = job
            self._cancelled = False
        try:
            # Who may have ended the process is tried alone, so that another death tells.
            with self._beside(job.order, job.urgency, alone=job.suspect):
                if not self._writer.begin_job(job.id, charged=job.suspect):
                    return True
                return self._try_job(job, job.photo_id, reader)
        finally:
            with self._changed:
                self._running = None

    def _try_job(self, job: JobRow, photo_id: PhotoId, reader: CatalogReader) -> bool:
        try:
            path = find_existing(job.paths, reader.download_roots())
            task = self._task(job.order, path, job.urgency, job.kind, photo_id)
            finding = attempt(self._runners[job.kind], task, self._loaded)
        except Cancelled:
            self._writer.return_job(job.id)  # does nothing to one that was cancelled
            return self._cancelled
        except ModelError as error:
            self._writer.return_job(job.id)
            self._blocked[job.kind] = error
            logger.warning("nothing of the kind %s can be done: %s", job.kind, error.code)
            return False
        except PhotofindError as error:
            self._writer.fail_job(job.id, error.code, error.user_message)
            self._listener.job_ended(Ended(job.kind, photo_id, None, error))
            return True
        number = self._writer.complete_job(job.id, job.content_id, finding)
        if number is not None:
            self._listener.job_ended(Ended(job.kind, photo_id, number, finding))
        return True

    def _carry_out_single(self, single: _Single, reader: CatalogReader) -> None:
        outcome: Outcome
        number: int | None = None
        self._cancelled = False
        try:
            with self._beside(single.order, Urgency.QUESTION, alone=False):
                refuse_download(single.path, reader.download_roots())
                task = self._task(single.order, single.path, Urgency.QUESTION, single.kind, None)
                outcome = attempt(self._runners[single.kind], task, self._loaded)
            if single.content_id is not None:
                number = self._writer.store(single.content_id, outcome)
        except Cancelled:
            outcome = PhotofindError("worker_gone", "photofind is closing.")
        except PhotofindError as error:
            outcome = error
        single.on_ended(outcome, number)

    def _task(
        self, order: str, path: Path, urgency: int, kind: str, photo_id: PhotoId | None
    ) -> Task:
        def unwanted() -> bool:
            paused = self._paused and urgency < Urgency.COMMANDED
            return self._closed or self._cancelled or paused

        def tell_part(text: str) -> None:
            if photo_id is not None:
                self._listener.part_written(kind, photo_id, text)

        return Task(order, path, unwanted, tell_part, self._decoding)

    def _beside(self, order: str, urgency: int, *, alone: bool) -> AbstractContextManager[None]:
        # While another program computes, the indexing need not rest.
        waited_for = urgency >= Urgency.WAITED_FOR and not is_on_server(model_of(order))
        if alone or waited_for:
            return self._indexing.held(alone=alone)
        return nullcontext()

    def _halt(self, error: CatalogError) -> None:
        self._listener.halted(error)
        with self._changed:
            while not (self._closed or self._woken):
                self._changed.wait()
