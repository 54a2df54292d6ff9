"""The image encoders of the worker: loaded when a photo needs one, let go when none does."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from photofind.inference.clip import ImageEncoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from photofind.inference.clip import DualEncoder

IDLE_S = 300.0
"""An encoder that nobody needed for so long gives its memory back."""


class EncoderPool:
    """Holds at most one encoder at a time; thread-safe.

    Whoever needs another model's waits until nobody uses the one that is loaded, which takes a
    batch. So an index that is built beside another needs no more memory than one.
    """

    def __init__(
        self,
        load: Callable[[DualEncoder], ImageEncoder] = ImageEncoder,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._clock = clock
        self._changed = threading.Condition()
        self._model: DualEncoder | None = None
        self._encoder: ImageEncoder | None = None
        self._users = 0
        self._last_used = clock()

    @contextmanager
    def loaded(self, model: DualEncoder) -> Iterator[ImageEncoder]:
        """A model's encoder, which stays loaded at least as long as this is open.

        Raises:
            ModelError: it can't be loaded.
        """
        with self._changed:
            while self._users and self._model != model:
                self._changed.wait()
            if self._model != model or self._encoder is None:
                self._encoder = None  # before the other one takes its memory
                self._encoder, self._model = self._load(model), model
            encoder = self._encoder
            self._users += 1
        try:
            yield encoder
        finally:
            with self._changed:
                self._users -= 1
                self._last_used = self._clock()
                self._changed.notify_all()

    def release_when_idle(self) -> None:
        """Lets the encoder go if nobody has used it for a while."""
        with self._changed:
            if not self._users and self._clock() - self._last_used >= IDLE_S:
                self._encoder = None
