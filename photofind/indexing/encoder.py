"""The image encoder of the worker: loaded when a photo needs it, let go when none does."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from photofind.inference.clip import ImageEncoder

IDLE_S = 300.0
"""An encoder that nobody needed for so long gives its memory back."""


class LazyEncoder:
    """Loads an encoder at most once at a time; thread-safe."""

    def __init__(
        self, load: Callable[[], ImageEncoder], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._clock = clock
        self._lock = threading.Lock()
        self._encoder: ImageEncoder | None = None
        self._users = 0
        self._last_used = clock()

    @contextmanager
    def loaded(self) -> Iterator[ImageEncoder]:
        """The encoder, which stays loaded at least as long as this is open."""
        with self._lock:
            if self._encoder is None:
                self._encoder = self._load()
            encoder = self._encoder
            self._users += 1
        try:
            yield encoder
        finally:
            with self._lock:
                self._users -= 1
                self._last_used = self._clock()

    def release_when_idle(self) -> None:
        """Lets the encoder go if nobody has used it for a while."""
        with self._lock:
            if not self._users and self._clock() - self._last_used >= IDLE_S:
                self._encoder = None
