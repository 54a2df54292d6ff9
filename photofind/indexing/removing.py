"""Deletes the index of a model in small steps and frees its disk space."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.models import remove_model_vectors
from photofind.domain import Activity, CatalogError, WorkProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import ModelId, PhotofindError

_AT_ONCE = 500
"""Vectors a transaction: a megabyte or two, between which everybody else gets their turn."""


@dataclass(slots=True)
class IndexRemoval:
    """One index that goes.

    Attributes:
        key: catalog key of the model.
        done, total: pictures.
    """

    model_id: ModelId
    key: str
    total: int
    done: int = 0

    @property
    def progress(self) -> WorkProgress:
        return WorkProgress(
            activity=Activity.REMOVING, done=self.done, total=self.total, model=self.key
        )


class IndexRemover:
    """Works on a thread of its own, one index after the other.

    What it is at is kept in the catalog (`begin_removal`), so that it goes on after a restart.
    """

    def __init__(
        self, writer: CatalogWriter, on_ended: Callable[[IndexRemoval, PhotofindError | None], None]
    ) -> None:
        """
        Args:
            on_ended: called, on the remover's thread, when an index is gone, or with the reason why
                it is not.
        """
        self._writer = writer
        self._on_ended = on_ended
        self._changed = threading.Condition()
        self._waiting: deque[IndexRemoval] = deque()
        self._current: IndexRemoval | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="remove-index")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def remove(self, removal: IndexRemoval) -> None:
        """Takes up an index whose removal was begun; one that is known already goes on."""
        with self._changed:
            known = [each.model_id for each in (self._current, *self._waiting) if each is not None]
            if removal.model_id not in known:
                self._waiting.append(removal)
                self._changed.notify_all()

    @property
    def busy(self) -> bool:
        """Whether something is being removed or waits for it."""
        with self._changed:
            return self._current is not None or bool(self._waiting)

    def current(self) -> IndexRemoval | None:
        """What is being removed, as far as it is."""
        return self._current

    def _run(self) -> None:
        while (removal := self._next()) is not None:
            error = None
            try:
                self._work_on(removal)
            except CatalogError as refusal:
                error = refusal
            self._current = None
            if not self._stopped or error is not None:
                self._on_ended(removal, error)

    def _next(self) -> IndexRemoval | None:
        with self._changed:
            while not self._stopped and not self._waiting:
                self._changed.wait()
            if self._stopped:
                return None
            self._current = self._waiting.popleft()
            return self._current

    def _work_on(self, removal: IndexRemoval) -> None:
        while not self._stopped:
            with self._writer.transaction() as tx:
                removed = remove_model_vectors(tx, removal.model_id, _AT_ONCE)
            if removed is None:
                break
            removal.done += removed
        while not self._stopped and self._writer.give_back_space():
            pass
