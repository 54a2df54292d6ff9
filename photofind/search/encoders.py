"""The active model's encoders, loaded when they are needed and let go when they are not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from photofind.catalog.rows import same_weights
from photofind.domain import ModelError, Space
from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder
from photofind.inference.spec_search import DualEncoderSpec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.inference.store import ModelStore


IDLE_S = 300.0
"""Encoders that nobody needed for so long give their memory back."""


class Encoders:
    """Turns words and picture files into vectors of one model. Not thread-safe."""

    def __init__(self, model: DualEncoder, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._clock = clock
        self._last_used = clock()
        self._text: TextEncoder | None = None
        self._image: ImageEncoder | None = None

    @property
    def spec(self) -> DualEncoderSpec:
        return self._model.spec

    @property
    def similar_space(self) -> Space:
        """Where photos are compared with photos."""
        return Space.SEARCH if self.spec.similar_dim is None else Space.SIMILAR

    def encode_words(self, words: str) -> NDArray[np.float32]:
        """Returns float32 [dim], unit length. Raises ModelError: the files can't be used."""
        if self._text is None:
            self._text = TextEncoder(self._model)
        self._last_used = self._clock()
        vector: NDArray[np.float32] = self._text.encode([words])[0]
        return vector

    def encode_file(self, path: Path) -> NDArray[np.float32]:
        """The vector of a picture in `similar_space`: float32 [d], unit length.

        Raises:
            MediaError: the file can't be read, or is no picture.
            ModelError: the files can't be used.
        """
        from photofind.media.decode import decode_photo  # a search for words needs no decoders

        decoded = decode_photo(path, [self.spec.preprocess.geometry])
        if self._image is None:
            self._image = ImageEncoder(self._model)
        self._last_used = self._clock()
        found = self._image.encode(decoded.tensors)
        vectors = found.search if found.similar is None else found.similar
        vector: NDArray[np.float32] = vectors[0]
        return vector

    def release_when_idle(self) -> None:
        """Lets the encoders go if nobody has used one for a while; the next use loads anew."""
        if self._clock() - self._last_used >= IDLE_S:
            self._text = self._image = None


def refuse_unreadable(path: Path) -> None:
    """For a picture that there is nothing to compare with.

    Raises:
        MediaError: the file can't be read, or is no picture.
    """
    from photofind.media.decode import decode_photo

    decode_photo(path, ())


def find_encoders(store: ModelStore, catalog_key: str) -> Encoders:
    """Finds the model whose vectors are stored under a key.

    Raises:
        ModelError: model_missing, it is not installed.
    """
    models = store.installed(DualEncoderSpec)
    for model in models:
        if model.spec.catalog_key == catalog_key:
            return Encoders(model)
    for model in models:
        # An update that prepares pictures otherwise speaks the same language still.
        if same_weights(model.spec.catalog_key, catalog_key):
            return Encoders(model)
    raise ModelError(
        "model_missing",
        f"The model that indexed these photos ({catalog_key}) is not installed."
        " Install it again, or index the photos with another one.",
    )
