"""A model that is loaded when it is needed and released when it has been idle for a while."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KeyT = TypeVar("KeyT")
ModelT = TypeVar("ModelT")

IDLE_S = 300.0
"""A model that has been idle for this long gives its memory back."""


class ModelSlot(Generic[KeyT, ModelT]):
    """Holds at most one model at a time; thread-safe.

    A thread that needs another model waits until the loaded one is no longer in use, so however
    many models there are, memory is needed for one.
    """

    def __init__(
        self, load: Callable[[KeyT], ModelT], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            load: takes seconds and hundreds of megabytes; raises ModelError.
        """
        self._load = load
        self._clock = clock
        self._changed = threading.Condition()
        self._key: KeyT | None = None
        self._model: ModelT | None = None
        self._users = 0
        self._last_used_s = clock()

    @contextmanager
    def loaded(self, key: KeyT) -> Iterator[ModelT]:
        """The model of this key, which stays loaded at least until the `with` block ends.

        Raises:
            ModelError: it can't be loaded.
        """
        with self._changed:
            while self._users and self._key != key:
                self._changed.wait()
            model = self._model if self._key == key else None
            if model is None:
                self._model = None  # frees its memory before the next model takes as much
                self._model = model = self._load(key)
                self._key = key
            self._users += 1
        try:
            yield model
        finally:
            with self._changed:
                self._users -= 1
                self._last_used_s = self._clock()
                self._changed.notify_all()

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    def release(self) -> None:
        """Drops the model; a thread that is using it keeps its own reference until it is done."""
        with self._changed:
            self._model = None

    def release_when_idle(self) -> None:
        """Drops the model if it has been idle for `IDLE_S`; the next use loads it again."""
        with self._changed:
            if not self._users and self._clock() - self._last_used_s >= IDLE_S:
                self._model = None
