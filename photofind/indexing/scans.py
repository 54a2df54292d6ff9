"""Scans root folders one after the other; one that doesn't respond doesn't hold up the rest."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.domain import CatalogError, FolderError
from photofind.indexing.job import Job
from photofind.indexing.scanning import is_online, note_closed_root, scan_folder

if TYPE_CHECKING:
    from collections.abc import Collection

    from photofind.catalog.folders import FolderRow
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import FolderId, PhotofindError
    from photofind.indexing.progress import ProgressTracker
    from photofind.indexing.queue import WorkItem, WorkQueue
    from photofind.indexing.unresponsive_roots import UnresponsiveRoots
    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

_LOOK_S = 0.2
_END_S = 3.0
"""How long a scan may take to notice that it is to end."""


class ScanListener(Protocol):
    """Told what happens, on the scans' threads."""

    def halted(self, error: PhotofindError) -> None: ...

    def broken(self, error: BaseException) -> None: ...

    def files_settled(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Request:
    """A queued request: folders, and which parts of them to scan (None: all)."""

    parts: dict[FolderId, Collection[bytes] | None]
    job: Job


class Scans:
    """One thread that takes requests, and one for each folder while it is scanned."""

    def __init__(
        self,
        folders: AppFolders,
        writer: CatalogWriter,
        work: WorkQueue,
        progress: ProgressTracker,
        unresponsive: UnresponsiveRoots,
        listener: ScanListener,
    ) -> None:
        self._folders = folders
        self._writer = writer
        self._work = work
        self._progress = progress
        self._unresponsive = unresponsive
        self._listener = listener
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._left: dict[FolderId, _FolderScan] = {}
        self._thread = threading.Thread(target=self._run, name="scan")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Aborts running scans; the next scan repeats them."""
        self._stopping.set()
        self._requests.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def put(self, parts: dict[FolderId, Collection[bytes] | None], job: Job) -> None:
        """Queues a scan of these folders for a job."""
        self._progress.scan_began()
        self._requests.put(_Request(parts, job))

    def _run(self) -> None:
        try:
            with CatalogReader(self._folders) as reader:
                while (request := self._requests.get()) is not None:
                    self._serve(request, reader)
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._listener.broken(error)

    def _serve(self, request: _Request, reader: CatalogReader) -> None:
        failure: PhotofindError | None = None
        try:
            with reader.snapshot() as snapshot:
                rows = read_folders(snapshot)
            self._unresponsive.set_roots([row.path for row in rows])
            for folder in rows:
                if folder.id in request.parts and not self._is_stuck(folder):
                    self._scan(folder, request.parts[folder.id], request.job)
        except CatalogError as error:
            failure = error
        if failure is not None:
            self._listener.halted(failure)
        self._progress.scan_ended()
        request.job.scan_ended(failure)

    def _is_stuck(self, folder: FolderRow) -> bool:
        earlier = self._left.get(folder.id)
        if earlier is not None and not earlier.is_alive():
            del self._left[folder.id]
        return folder.id in self._left or self._unresponsive.is_silent(folder.path)

    def _scan(self, folder: FolderRow, parts: Collection[bytes] | None, job: Job) -> None:
        scan = _FolderScan(self, folder, parts, job)
        scan.start()
        stopped_s: float | None = None
        while scan.is_alive():
            scan.join(_LOOK_S)
            if self._stopping.is_set():
                stopped_s = stopped_s or time.monotonic()
            late = stopped_s is not None and time.monotonic() - stopped_s > _END_S
            if scan.is_alive() and (late or self._unresponsive.is_silent(folder.path)):
                scan.leave()
                self._left[folder.id] = scan
                return
        if scan.error is not None:
            raise scan.error

    def look_through(self, scan: _FolderScan) -> None:
        """Scans one folder, on its own thread."""
        folder = scan.folder
        if not is_online(folder):
            closed = note_closed_root(folder, self._writer)
            scan.job.add_scan(folder_problems=closed)
            return
        try:
            with CatalogReader(self._folders) as reader:
                findings = scan_folder(
                    folder,
                    scan.parts,
                    reader=reader,
                    writer=self._writer,
                    enqueue=lambda items: scan.enqueue(items, self._work, self._progress),
                    found=self._progress.scan_found,
                    stopped=self._stopping.is_set,
                    answering=self._unresponsive,
                    retries=scan.job.retries,
                )
        except FolderError:
            return  # the folder was removed in the meantime
        scan.job.add_scan(
            findings.counts,
            gone=findings.gone,
            problems=findings.problems,
            folder_problems=findings.folder_problems,
            folder_id=folder.id,
        )
        if findings.vanished:
            scan.job.look_again(folder.id, findings.vanished)
        if findings.gone or findings.left_out:
            self._listener.files_settled()


class _FolderScan(threading.Thread):
    """Scans one folder; is abandoned when the folder's drive stops responding."""

    def __init__(
        self, scans: Scans, folder: FolderRow, parts: Collection[bytes] | None, job: Job
    ) -> None:
        super().__init__(name=f"scan-{folder.id}", daemon=True)
        self._scans = scans
        self.folder = folder
        self.parts = parts
        self.job = job
        self.error: BaseException | None = None
        self._lock = threading.Lock()
        self._left = False

    def leave(self) -> None:
        """Detaches it from its job; what it still finds is indexed all the same."""
        with self._lock:
            self._left = True
            self.job = Job(lambda _: None)

    def enqueue(self, items: list[WorkItem], work: WorkQueue, progress: ProgressTracker) -> None:
        with self._lock:
            progress.queued(work.put(items, self.job))

    def run(self) -> None:
        try:
            self._scans.look_through(self)
        except BaseException as error:  # noqa: BLE001 (raised by whoever waits)
            if self._left:
                logger.info("an abandoned scan ended: %s", error)
            self.error = error
