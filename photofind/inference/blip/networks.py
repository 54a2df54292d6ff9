"""The graphs of BLIP as packaging/shipped_graphs/blip.py writes them.

What one graph gives and another takes stays in onnxruntime: 42 MB a picture are not copied for
every token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from photofind.inference.preprocess import to_batch
from photofind.inference.session import create_session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import onnxruntime
    from numpy.typing import NDArray

    from photofind.inference.spec import Preprocess

Seen: TypeAlias = "Sequence[onnxruntime.OrtValue]"
"""What a text network attends to: keys and values of its first layer, of its second, and so on;
float32 [pictures, heads, 64, places] and [pictures, heads, places, 64]."""

_CROSS, _PAST = "cross_", "past."


class Vision:
    """Looks at pictures."""

    def __init__(self, path: Path, preprocess: Preprocess, *, threads: int = 1) -> None:
        self._session = create_session(path, threads=threads)
        self._preprocess = preprocess

    def see(self, tensors: Sequence[NDArray[np.uint8]]) -> Seen:
        """What the next text network attends to.

        Args:
            tensors: RGB, uint8 [size, size, 3] each.

        Raises:
            ValueError: a picture was prepared for another model.
        """
        pixels = _to_value(to_batch(tensors, self._preprocess))
        return _run(self._session, {"pixel_values": pixels})


class QuestionReader:
    """Reads questions in view of pictures."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._session = create_session(path, threads=threads)
        self._cross = _input_names(self._session, _CROSS)

    def read(self, ids: NDArray[np.int64], seen: Seen) -> Seen:
        """What the decoder of answers attends to.

        Args:
            ids: [pictures, length].
        """
        feed = dict(zip(self._cross, seen, strict=True))
        return _run(self._session, {"input_ids": _to_value(ids), **feed})


class TextDecoder:
    """Writes texts; several may be under way at once."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._session = create_session(path, threads=threads)
        self._cross = _input_names(self._session, _CROSS)
        self._past = _input_names(self._session, _PAST)
        shapes = {taken.name: taken.shape for taken in self._session.get_inputs()}
        _, self._cache_heads, _, self._head = shapes[self._past[0]]

    def about(self, seen: Seen) -> Writing:
        """Begins texts about pictures."""
        return Writing(self._session, dict(zip(self._cross, seen, strict=True)), self)

    def empty_cache(self, rows: int) -> dict[str, onnxruntime.OrtValue]:
        """The cache of texts that have no token yet."""
        empty = np.empty((rows, self._cache_heads, 0, self._head), np.float32)
        return {name: _to_value(empty) for name in self._past}

    def name_cache(self, values: Sequence[onnxruntime.OrtValue]) -> dict[str, onnxruntime.OrtValue]:
        """What one run gave, as the next one takes it."""
        return dict(zip(self._past, values, strict=True))


class Writing:
    """Texts under way: a `decoding.rules.Decoder`."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        seen: dict[str, onnxruntime.OrtValue],
        decoder: TextDecoder,
    ) -> None:
        self._session = session
        self._seen = seen
        self._decoder = decoder
        self._cache: dict[str, onnxruntime.OrtValue] = {}

    def start(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        self._cache = self._decoder.empty_cache(len(ids))
        return self._advance(ids, np.arange(len(ids)))

    def step(self, ids: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._advance(ids[:, None], parents)

    def _advance(self, ids: NDArray[np.int64], parents: NDArray[np.int64]) -> NDArray[np.float32]:
        feed = {"input_ids": _to_value(ids), "parents": _to_value(parents)}
        logits, *cache = _run(self._session, {**feed, **self._seen, **self._cache})
        self._cache = self._decoder.name_cache(cache)
        return np.asarray(logits.numpy(), np.float32)


def _run(
    session: onnxruntime.InferenceSession, feed: dict[str, onnxruntime.OrtValue]
) -> list[onnxruntime.OrtValue]:
    values: list[onnxruntime.OrtValue] = session.run_with_ort_values(None, feed)
    return values


def _to_value(array: NDArray[np.generic]) -> onnxruntime.OrtValue:
    import onnxruntime

    return onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array))


def _input_names(session: onnxruntime.InferenceSession, prefix: str) -> list[str]:
    return [taken.name for taken in session.get_inputs() if taken.name.startswith(prefix)]
