"""Waits for photos that were queued, one event each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from photofind.domain import Activity, PhotofindError
from photofind.worker.description_messages import (
    DescriptionFailed,
    DescriptionProgress,
)

if TYPE_CHECKING:
    from photofind.cli.progress import ProgressDisplay
    from photofind.domain import JobKind, PhotoId, WorkProgress
    from photofind.sentences import Sentence
    from photofind.worker.client import WorkerClient
    from photofind.worker.description_messages import DescriptionsQueued
    from photofind.worker.messages import Event
    from photofind.worker.wire import BaseCommand


class AboutPhoto(Protocol):
    """An event that says that one photo is done."""

    @property
    def photo_id(self) -> PhotoId: ...


ReadyT = TypeVar("ReadyT", bound=AboutPhoto)


class Waiting(Generic[ReadyT]):
    """Hears, on the client's thread, what becomes of the photos that were queued."""

    def __init__(
        self,
        display: ProgressDisplay,
        kind: JobKind,
        ready: type[ReadyT],
        missing: str = "model_missing",
    ) -> None:
        """
        Args:
            kind: of the jobs.
            ready: the event that says that a photo is done.
            missing: code of the error that there is no model for it any more.
        """
        self._display = display
        self._kind = kind
        self._ready = ready
        self._missing = missing
        self._queued: DescriptionsQueued | None = None
        self._refusal: PhotofindError | None = None
        self._open: set[int] = set()
        self._over = threading.Event()
        self.blocked: Sentence | None = None
        self.ready: dict[PhotoId, ReadyT] = {}
        self.failed: dict[PhotoId, DescriptionFailed] = {}

    def hear(self, event: Event) -> None:
        if self._queued is None:
            return
        if isinstance(event, self._ready) and event.photo_id in self._open:
            self.ready[event.photo_id] = event
            self._open.discard(event.photo_id)
        elif isinstance(event, DescriptionFailed):
            if event.kind != self._kind or event.photo_id not in self._open:
                return
            self.failed[event.photo_id] = event
            self._open.discard(event.photo_id)
        elif isinstance(event, DescriptionProgress):
            self._show(event.progress)
        if not self._open:
            self._over.set()

    def wait(
        self, client: WorkerClient, command: BaseCommand[DescriptionsQueued]
    ) -> DescriptionsQueued:
        """Has photos queued and returns when all of them are done.

        Args:
            client: its events come to `hear`.

        Raises:
            PhotofindError: the worker refused; worker_gone; `missing`, nothing of the kind can be
                done any more.
        """
        client.send(command, self._on_queued, self._on_refused)
        while not self._over.wait(timeout=1.0):
            if client.wait_until_lost(timeout_s=0):
                raise PhotofindError(
                    "worker_gone",
                    "photofind's background process ended before it was done. Try again: what is"
                    " there stays.",
                )
        if self._refusal is not None:
            raise self._refusal
        if self.blocked:
            raise PhotofindError(self._missing, self.blocked)
        assert self._queued is not None
        return self._queued

    def _on_queued(self, queued: DescriptionsQueued) -> None:
        self._queued = queued
        self._open = set(queued.photo_ids)
        if not self._open:
            self._over.set()

    def _on_refused(self, error: PhotofindError) -> None:
        self._refusal = error
        self._over.set()

    def _show(self, progress: WorkProgress) -> None:
        if progress.activity is Activity.BLOCKED:
            self.blocked = progress.reason
        if progress.activity in {Activity.IDLE, Activity.BLOCKED}:
            self._over.set()
        else:
            self._display.update(progress)
