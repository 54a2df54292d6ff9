"""The model that was used last, loaded; let go when nobody needs it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from photofind.describe.runner import AvailableModel

T = TypeVar("T")

IDLE_S = 300.0
"""A model that nobody needed for so long gives its memory back."""


class OneModel:
    """Holds one model at most: what bounds the memory of all runners together. For one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = ""
        self._model: object = None
        self._last_used_s = clock()

    def use(self, available: AvailableModel[T]) -> T:
        """The model, loaded if it wasn't; another one is let go first.

        Raises:
            ModelError: it can't be loaded.
        """
        self._last_used_s = self._clock()
        if self._model is None or self._key != available.catalog_key:
            self.release()
            self._model = available.load()
            self._key = available.catalog_key
        self._last_used_s = self._clock()
        return cast("T", self._model)

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    def release(self) -> None:
        self._model = None

    def release_when_idle(self) -> None:
        if self._clock() - self._last_used_s >= IDLE_S:
            self.release()
