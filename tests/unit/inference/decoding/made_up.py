"""A decoder whose logits depend on the picture and on every token before, and on nothing else."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STOP, PAD = 1, 0


class MadeUpDecoder:
    """Remembers whole texts where a real one has keys and values."""

    def __init__(self, seed: int, vocabulary: int, pictures: int = 1) -> None:
        self._seed = seed
        self._vocabulary = vocabulary
        self._pictures = range(pictures)
        self._texts: list[tuple[int, ...]] = []
        self.calls = 0

    def start(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        self._texts = [tuple(row) for row in ids.tolist()]
        return self._all_logits()

    def step(self, ids: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        before, former = len(self._texts) // len(self._pictures), self._texts
        now = len(ids) // len(self._pictures)
        for row, parent in enumerate(parents):
            assert row // now == parent // before, "a text went over to another picture"
        self._texts = [
            (*former[parent], token)
            for parent, token in zip(parents.tolist(), ids.tolist(), strict=True)
        ]
        return self._all_logits()

    def logits(self, picture: int, text: Sequence[int]) -> NDArray[np.float32]:
        key = np.asarray([self._seed, picture, *text], "<i8").tobytes()
        random = np.random.default_rng(zlib.crc32(key))
        return random.standard_normal(self._vocabulary).astype(np.float32)

    def _all_logits(self) -> NDArray[np.float32]:
        self.calls += 1
        each = len(self._texts) // len(self._pictures)
        return np.stack([self.logits(row // each, text) for row, text in enumerate(self._texts)])
