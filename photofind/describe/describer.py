"""Works through the queue of descriptions on one thread, beside the indexing."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from photofind.catalog.folders import read_download_roots
from photofind.catalog.jobs import (
    Priority,
    begin_job,
    cancel_jobs,
    complete_job,
    count_jobs,
    drop_job,
    fail_job,
    find_next_job,
    recover_jobs,
    return_job,
)
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import store_finding
from photofind.describe.job_params import is_on_server, model_of
from photofind.describe.progress import QueueTracker
from photofind.describe.runner import Task, find_existing, run_task
from photofind.domain import Activity, CatalogError, ModelError, PhotofindError
from photofind.inference.describing import Cancelled
from photofind.media.online_only import refuse_download

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from photofind.catalog.jobs import JobRow
    from photofind.catalog.texts import Finding
    from photofind.catalog.writer import CatalogWriter
    from photofind.describe.runner import Runner, RunnersModel
    from photofind.domain import ContentId, JobKind, PhotoId, WorkProgress
    from photofind.paths import AppFolders
    from photofind.sentences import Sentence

logger = logging.getLogger(__name__)

_LOOK_S = 1.0
"""How often to check whether the indexing has finished."""
_IDLE_LOOK_S = 30.0
"""How often to check whether the model has been idle for long."""


Outcome: TypeAlias = "Finding | PhotofindError"


@dataclass(frozen=True, slots=True)
class Ended:
    """A job of the queue that is over.

    Attributes:
        photo_id: whose content it was about.
        number: of the text or question in the catalog; None when it failed.
        outcome: what was found out, or why nothing.
    """

    kind: JobKind
    photo_id: PhotoId
    number: int | None
    outcome: Outcome


class DescriberListener(Protocol):
    """Told what happens, on the describer's thread."""

    def job_ended(self, ended: Ended) -> None: ...

    def part_written(self, kind: JobKind, photo_id: PhotoId, text: str) -> None:
        """A text is being written and is so far this."""

    def progressed(self, progress: WorkProgress) -> None:
        """The queue is further, or at rest, or shorter."""

    def halted(self, error: PhotofindError) -> None:
        """The catalog can't be written; the queue waits until it is asked for more."""

    def broken(self, error: BaseException) -> None:
        """A bug outside the work on one photo: the process should be started again."""


class Indexing(Protocol):
    """What has to be known of the indexing to get along with it."""

    def is_busy(self) -> bool:
        """Whether it has photos to work on."""

    def held(self, *, alone: bool) -> AbstractContextManager[None]:
        """It begins nothing inside the `with` block; with `alone` nothing of it runs there."""


@dataclass(frozen=True, slots=True)
class _Single:
    """A file that somebody waits for and that is in no queue.

    Attributes:
        content_id: where to keep what is found; None for a file that isn't in the catalog.
    """

    kind: JobKind
    params: str
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
        loaded: RunnersModel,
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
        self._writer = writer
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
        self._wakes = 0
        self._running: JobRow | None = None
        self._cancelled = False
        self._blocked: dict[JobKind, PhotofindError] = {}
        """Kinds of jobs that no model can do now, until the next wake."""
        self._tracker = QueueTracker()
        self.recovers = False
        """Whether a job was running when the last process died: it may be why."""
        self._thread = threading.Thread(target=self._run, name="describe")

    def recover(self) -> None:
        """Looks what the last worker left; call it once, before `start`."""
        with self._writer.transaction() as tx:
            self.recovers = recover_jobs(tx) > 0

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
            self._wakes += 1
            self._changed.notify_all()

    def set_paused(self, paused: bool) -> None:
        """Pausing stops what nobody waits for, at once."""
        with self._changed:
            self._paused = paused
        self.wake()

    @property
    def paused(self) -> bool:
        return self._paused

    def cancel(
        self, photo_ids: Collection[PhotoId] | None = None, kind: JobKind | None = None
    ) -> None:
        """Drops jobs, the running one too: of these photos (None: all) and this kind (None: any).

        Raises:
            CatalogError: the catalog can't be written.
        """
        with self._writer.transaction() as tx:
            cancel_jobs(tx, photo_ids, kind)
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
        kind: JobKind,
        params: str,
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
            self._singles.append(_Single(kind, params, path, content_id, on_ended))
        self.wake()

    def progress(self) -> WorkProgress:
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
            blocked = dict(self._blocked)
        if single is not None:
            self._carry_out_single(single, reader)
            return True
        activity, least = self._stance(bool(blocked))
        reason = next((error.sentence for error in blocked.values()), None)
        with reader.snapshot() as snapshot:
            job = find_next_job(snapshot, self._runners.keys() - blocked.keys(), least)
        if job is None:
            self._count(reader, activity, reason)
            return False
        self._count(reader, Activity.DESCRIBING, reason)
        began_s = time.monotonic()
        if self._carry_out(job, reader):
            self._tracker.job_ended(time.monotonic() - began_s)
            self._count(reader, Activity.DESCRIBING, reason)
        return True

    def _stance(self, is_blocked: bool) -> tuple[Activity, int]:
        """What the queue waits for if it does, and how urgent a job must be now."""
        if self._paused:
            return Activity.PAUSED, Priority.COMMANDED
        if self._indexing.is_busy():
            return Activity.WAITING, Priority.IN_SIGHT
        return Activity.BLOCKED if is_blocked else Activity.IDLE, Priority.BACKGROUND

    def _count(self, reader: CatalogReader, activity: Activity, reason: Sentence | None) -> None:
        with reader.snapshot() as snapshot:
            counts = count_jobs(snapshot)
        before = self._tracker.now
        self._tracker.update(activity, counts.open, counts.failed, reason)
        if self._tracker.now != before:
            self._listener.progressed(self._tracker.now)

    def _carry_out(self, job: JobRow, reader: CatalogReader) -> bool:
        """Does one job of the queue; False when it goes on waiting."""
        if job.photo_id is None:
            with self._writer.transaction() as tx:
                drop_job(tx, job.id)
            return True
        with self._changed:
            self._running = job
            self._cancelled = False
            wakes = self._wakes
        try:
            # Who may have ended the process is tried alone, so that another death tells.
            with self._beside(job.params, job.priority, alone=job.suspect):
                with self._writer.transaction() as tx:
                    begun = begin_job(tx, job.id, charged=job.suspect)
                if not begun:
                    return True
                return self._try_job(job, job.photo_id, reader, wakes)
        finally:
            with self._changed:
                self._running = None

    def _try_job(self, job: JobRow, photo_id: PhotoId, reader: CatalogReader, wakes: int) -> bool:
        try:
            with reader.snapshot() as snapshot:
                downloading = read_download_roots(snapshot)
            path = find_existing(job.paths, downloading)
            task = self._task(job.params, path, job.priority, job.kind, photo_id)
            finding = run_task(self._runners[job.kind], task, self._loaded)
        except Cancelled:
            with self._writer.transaction() as tx:
                return_job(tx, job.id)  # does nothing to one that was cancelled
            return self._cancelled
        except ModelError as error:
            with self._writer.transaction() as tx:
                return_job(tx, job.id)
            with self._changed:
                # A model may have been installed since the job began: then it is tried again.
                is_blocked = self._wakes == wakes
                if is_blocked:
                    self._blocked[job.kind] = error
            if is_blocked:
                logger.warning("nothing of the kind %s can be done: %s", job.kind, error.code)
            return False
        except PhotofindError as error:
            with self._writer.transaction() as tx:
                fail_job(tx, job.id, error.code, error.sentence)
            self._listener.job_ended(Ended(job.kind, photo_id, None, error))
            return True
        with self._writer.transaction() as tx:
            number = complete_job(tx, job.id, job.content_id, finding)
        if number is not None:
            self._listener.job_ended(Ended(job.kind, photo_id, number, finding))
        return True

    def _carry_out_single(self, single: _Single, reader: CatalogReader) -> None:
        outcome: Outcome
        number: int | None = None
        self._cancelled = False
        try:
            with self._beside(single.params, Priority.QUESTION, alone=False):
                with reader.snapshot() as snapshot:
                    downloading = read_download_roots(snapshot)
                refuse_download(single.path, downloading)
                task = self._task(single.params, single.path, Priority.QUESTION, single.kind, None)
                outcome = run_task(self._runners[single.kind], task, self._loaded)
            if single.content_id is not None:
                with self._writer.transaction() as tx:
                    number = store_finding(tx, single.content_id, outcome)
        except Cancelled:
            outcome = PhotofindError("worker_gone", "photofind is closing.")
        except PhotofindError as error:
            outcome = error
        single.on_ended(outcome, number)

    def _task(
        self, params: str, path: Path, priority: int, kind: JobKind, photo_id: PhotoId | None
    ) -> Task:
        def unwanted() -> bool:
            paused = self._paused and priority < Priority.COMMANDED
            return self._closed or self._cancelled or paused

        def tell_part(text: str) -> None:
            if photo_id is not None:
                self._listener.part_written(kind, photo_id, text)

        return Task(params, path, unwanted, tell_part, self._decoding)

    def _beside(self, params: str, priority: int, *, alone: bool) -> AbstractContextManager[None]:
        # While another program computes, the indexing need not rest.
        waited_for = priority >= Priority.WAITED_FOR and not is_on_server(model_of(params))
        if alone or waited_for:
            return self._indexing.held(alone=alone)
        return nullcontext()

    def _halt(self, error: CatalogError) -> None:
        self._listener.halted(error)
        with self._changed:
            while not (self._closed or self._woken):
                self._changed.wait()
