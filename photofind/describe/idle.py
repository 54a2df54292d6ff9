"""A thread for what can wait until the indexing is through."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from photofind.catalog.reader import CatalogReader
from photofind.domain import CatalogError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from photofind.domain import PhotofindError
    from photofind.paths import AppFolders

_LOOK_S = 1.0
"""How often to check whether the indexing has finished."""


class IdleListener(Protocol):
    """Told what happens, on the idle thread."""

    def catalog_changed(self) -> None: ...

    def halted(self, error: PhotofindError) -> None: ...

    def broken(self, error: BaseException) -> None: ...


class IdleTask(Protocol):
    """Something that is done some photos at a time."""

    def work(self, reader: CatalogReader, must_stop: Callable[[], bool]) -> bool:
        """Does what there is to do, until it is through or must stop.

        Returns:
            Whether the catalog is another now.

        Raises:
            CatalogError: the catalog can't be read or written.
        """


class IdleThread:
    """Does its tasks, one after the other, whenever it was woken and nothing is more urgent."""

    def __init__(
        self,
        folders: AppFolders,
        tasks: Sequence[IdleTask],
        must_wait: Callable[[], bool],
        listener: IdleListener,
    ) -> None:
        """
        Args:
            must_wait: whether something more urgent is at work, or everything is paused.
        """
        self._folders = folders
        self._tasks = tasks
        self._must_wait = must_wait
        self._listener = listener
        self._woken = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="idle")

    def start(self) -> None:
        self._woken.set()
        self._thread.start()

    def wake(self, when_through: Callable[[], None] | None = None) -> None:
        """There may be something to do.

        Args:
            when_through: called on the idle thread when every task has had its turn, or all have
                to wait longer.
        """
        if when_through is not None:
            with self._lock:
                self._waiting.append(when_through)
        self._woken.set()

    def stop(self) -> None:
        """Ends after the photos in hand."""
        self._closed.set()
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            with CatalogReader(self._folders) as reader:
                while self._woken.wait() and not self._closed.is_set():
                    if self._must_wait():
                        self._tell_through()
                        self._closed.wait(_LOOK_S)
                        continue
                    self._woken.clear()
                    self._work(reader)
                    self._tell_through()
        except BaseException as error:  # noqa: BLE001 (a bug of ours: logged, answered by a restart)
            self._listener.broken(error)

    def _work(self, reader: CatalogReader) -> None:
        for task in self._tasks:
            try:
                if task.work(reader, self._must_stop):
                    self._listener.catalog_changed()
            except CatalogError as error:
                self._listener.halted(error)
                return
            if self._must_stop():
                self._woken.set()  # the rest later
                return

    def _tell_through(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for tell in waiting:
            tell()

    def _must_stop(self) -> bool:
        return self._closed.is_set() or self._must_wait()
