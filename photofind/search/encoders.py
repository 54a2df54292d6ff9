"""The active model's encoders, loaded when they are needed and released when they are not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from photofind.catalog.models import same_weights
from photofind.domain import ModelError, Space
from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder, read_background
from photofind.inference.labels import read_labels
from photofind.inference.model_slot import ModelSlot
from photofind.inference.spec_search import DualEncoderSpec
from photofind.search.relevance import sought_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.domain import Box
    from photofind.inference.clip import TextEmbedding
    from photofind.inference.store import ModelStore
    from photofind.search.relevance import SoughtObject


class Encoders:
    """Turns words and picture files into vectors of one model. Not thread-safe."""

    def __init__(self, model: DualEncoder, clock: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._text = ModelSlot(TextEncoder, clock)
        self._image = ModelSlot(ImageEncoder, clock)
        self._background: NDArray[np.float32] | None = None

    @property
    def spec(self) -> DualEncoderSpec:
        return self._model.spec

    @property
    def similar_space(self) -> Space:
        """Where photos are compared with photos."""
        return Space.SEARCH if self.spec.similar_dim is None else Space.SIMILAR

    def encode_words(self, words: str, language: str = "") -> TextEmbedding:
        """What words mean.

        Args:
            language: BCP 47 tag of their language; "": it is recognised.

        Raises:
            ModelError: the files can't be used.
        """
        with self._text.loaded(self._model) as encoder:
            return encoder.encode_text(words, language)

    def expected_score(self, vector: NDArray[np.float32]) -> float | None:
        """What photos of all kinds score with words on average; None: not known.

        Args:
            vector: float32 [dim], of the words.

        Raises:
            ModelError: the file can't be used.
        """
        if self.spec.background is None:
            return None
        if self._background is None:
            self._background = read_background(self._model).mean(axis=0)
        return float(self._background @ vector)

    def sought_object(self, words: str, found: TextEmbedding) -> SoughtObject | None:
        """The object that words are about, if the model looks for it.

        Raises:
            ModelError: the file with the objects' names can't be used.
        """
        cuts = self.spec.cuts.objects
        if cuts is None or self.spec.objects is None or found.objects is None:
            return None
        labels = read_labels(self._model.file(self.spec.objects))
        return sought_object(cuts, labels, words, found.objects)

    def encode_file(
        self, path: Path, box: Box | None = None, *, space: Space | None = None
    ) -> NDArray[np.float32]:
        """The vector of a picture: float32 [d], unit length.

        Args:
            box: of a part of the picture instead.
            space: where it is compared; None: in `similar_space`.

        Raises:
            MediaError: the file can't be read, or is no picture.
            ModelError: the files can't be used.
        """
        # A search for words needs no decoders.
        from photofind.media.decode import decode_photo, decode_region

        geometry = self.spec.preprocess.geometry
        if box is None:
            squares = decode_photo(path, [geometry]).tensors
        else:
            squares = (decode_region(path, box, geometry),)
        with self._image.loaded(self._model) as encoder:
            found = encoder.encode(squares)
        among_pictures = (space or self.similar_space) is Space.SIMILAR
        vectors = found.search
        if among_pictures and found.similar is not None:
            vectors = found.similar
        vector: NDArray[np.float32] = vectors[0]
        return vector

    def release_when_idle(self) -> None:
        """Releases each encoder that has been idle for a while; the next use loads it again."""
        self._text.release_when_idle()
        self._image.release_when_idle()


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
        "The model that indexed these photos ({key}) is not installed. "
        "Install it again, or index the photos with another one.",
        key=catalog_key,
    )
