"""Waits for photos that were queued, one event each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from photofind.domain import PhotofindError
from photofind.worker.description_messages import (
    DescriptionFailed,
    DescriptionProgress,
    DescriptionsQueued,
)
from photofind.worker.messages import Progress

if TYPE_CHECKING:
    from photofind.cli.progress import ProgressDisplay
    from photofind.worker.client import WorkerClient
    from photofind.worker.messages import Event


class AboutPhoto(Protocol):
    """An event that says that one photo is done."""

    @property
    def photo_id(self) -> int: ...


ReadyT = TypeVar("ReadyT", bound=AboutPhoto)


class Waiting(Generic[ReadyT]):
    """Hears, on the client's thread, what becomes of the photos that were queued."""

    def __init__(
        self,
        display: ProgressDisplay,
        kind: str,
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
        self._open: set[int] | None = None
        self._over = threading.Event()
        self.blocked = ""
        self.ready: dict[int, ReadyT] = {}
        self.failed: dict[int, DescriptionFailed] = {}

    def hear(self, event: Event) -> None:
        if isinstance(event, DescriptionsQueued):
            self._open = set(event.photo_ids)
        elif self._open is None:
            return
        elif isinstance(event, self._ready) and event.photo_id in self._open:
            self.ready[event.photo_id] = event
            self._open.discard(event.photo_id)
        elif isinstance(event, DescriptionFailed):
            if event.kind != self._kind or event.photo_id not in self._open:
                return
            self.failed[event.photo_id] = event
            self._open.discard(event.photo_id)
        elif isinstance(event, DescriptionProgress):
            self._show(event)
        if not self._open:
            self._over.set()

    def wait(self, client: WorkerClient) -> None:
        """Returns when all are done.

        Raises:
            PhotofindError: worker_gone; `missing`, nothing of the kind can be done any more.
        """
        while not self._over.wait(timeout=1.0):
            if client.wait_until_lost(timeout_s=0):
                raise PhotofindError(
                    "worker_gone",
                    "photofind's background process ended before it was done. Try again: what is"
                    " there stays.",
                )
        if self.blocked:
            raise PhotofindError(self._missing, self.blocked)

    def _show(self, progress: DescriptionProgress) -> None:
        if progress.activity == "blocked":
            self.blocked = progress.reason
        if progress.activity in {"idle", "blocked"}:
            self._over.set()
            return
        self._display.update(
            Progress(
                activity=progress.activity,
                done=progress.done,
                total=progress.total,
                eta_s=progress.eta_s,
            )
        )
