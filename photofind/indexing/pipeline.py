"""The embedding threads: as many as physical cores.

Every thread does all the steps for a few files of its own, so that nothing is handed from
thread to thread and each core stays busy with one batch. How near that comes to what decoding
and embedding cost alone is measured by tests/benchmarks/bench_indexing.py.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from photofind.indexing.batch import BATCH, Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.thumbnails import ThumbnailStore
    from photofind.indexing.background import BackgroundWork
    from photofind.indexing.batch import PipelineContext
    from photofind.indexing.pace import Rests


class Pipeline:
    """Takes files from the queue until it is closed; does background work while none waits."""

    def __init__(
        self,
        context: PipelineContext,
        *,
        background: BackgroundWork,
        open_reader: Callable[[], CatalogReader],
        open_thumbnails: Callable[[], ThumbnailStore],
        rests: Rests,
        threads: int,
    ) -> None:
        self._context = context
        self._background = background
        self._open_reader = open_reader
        self._open_thumbnails = open_thumbnails
        self._rests = rests
        self._lock = threading.Lock()
        self._threads = [self._new_thread(number) for number in range(threads)]
        self._stuck: set[int] = set()
        self._surplus = 0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Waits until every thread has finished its batch; close the queue first. Threads blocked
        by an unresponsive file system are abandoned: they end with the process."""
        for thread in self._threads:
            if thread.ident is not None and thread.ident not in self._stuck:
                thread.join()

    def stuck(self, thread_id: int) -> None:
        """This thread is blocked by an unresponsive file system: another one takes its place."""
        with self._lock:
            if any(thread.ident == thread_id for thread in self._threads):
                self._stuck.add(thread_id)
                stand_in = self._new_thread(len(self._threads))
                self._threads.append(stand_in)
                stand_in.start()

    def unstuck(self, thread_id: int) -> None:
        """It is no longer blocked: one thread is surplus now and ends after its batch."""
        with self._lock:
            if thread_id in self._stuck:
                self._stuck.discard(thread_id)
                self._surplus += 1

    def _new_thread(self, number: int) -> threading.Thread:
        # A daemon: one that is stuck must not keep the process from ending.
        return threading.Thread(target=self._run, name=f"embed-{number}", daemon=True)

    def _is_surplus(self) -> bool:
        with self._lock:
            if not self._surplus:
                return False
            self._surplus -= 1
            return True

    def _run(self) -> None:
        queue = self._context.queue
        try:
            with self._open_thumbnails() as thumbnails, self._open_reader() as reader:
                while (batch := queue.take(BATCH)) is not None:
                    began_s = time.monotonic()
                    if batch:
                        Batch(self._context, thumbnails).work_on(batch)
                    else:
                        self._background.work_once(reader, thumbnails)
                        queue.background_done()
                    if self._is_surplus():
                        return
                    self._rests.rest(time.monotonic() - began_s)
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged and answered by a restart)
            self._context.listener.broken(error)
