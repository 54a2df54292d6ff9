"""Dual encoders: pictures and words become vectors whose dot product says how well they fit."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from photofind.domain import ModelError
from photofind.inference.preprocess import to_batch
from photofind.inference.providers import not_used
from photofind.inference.session import create_session
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import InstalledModel
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import onnxruntime
    from numpy.typing import NDArray


logger = logging.getLogger(__name__)

DualEncoder: TypeAlias = InstalledModel[DualEncoderSpec]

_SMALLEST_NORM = 1e-12
_FURTHER_TEXT_INPUTS = {"attention_mask", "token_type_ids"}
_INTEGER_TYPES = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}


@dataclass(frozen=True, slots=True)
class ImageEmbeddings:
    """What an image encoder says about a batch of B pictures.

    Attributes:
        search: float32 [B, dim], unit length; comparable with text vectors.
        similar: float32 [B, similar_dim], unit length; None when the model has no second vector
            (then `search` serves for find similar too).
        posterior: float32 [B, classes], probabilities in the order of the model's labels; None
            when the model has none.
    """

    search: NDArray[np.float32]
    similar: NDArray[np.float32] | None
    posterior: NDArray[np.float32] | None


class ImageEncoder:
    """Turns pictures into vectors. Several threads may call `encode` at once."""

    def __init__(
        self,
        model: DualEncoder,
        *,
        threads: int = 1,
        strict: bool = False,
        lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Loads the image graph, for the accelerator that the model's trial chose if there is one.

        Args:
            threads: threads inside one call of `encode`.
            strict: fail with the accelerator, instead of falling back to the CPU.
            lost: told in a sentence, on whatever thread, that the CPU has to do its work.

        Raises:
            ModelError: model_incompatible, the graph can't be run or is another model's.
        """
        spec = model.spec
        self._preprocess = spec.preprocess
        self._batch = spec.image_batch
        self._model, self._threads, self._strict, self._lost = model, threads, strict, lost
        self._changing = threading.Lock()
        self._on_accelerator = model.provider is not None
        self._session = self._create_session()
        self._input = self._session.get_inputs()[0].name
        names = spec.image_outputs
        self._outputs = [n for n in (names.search, names.similar, names.posterior) if n is not None]
        self._names = names
        _require_outputs(self._session, self._outputs, model)

    def encode(self, tensors: Sequence[NDArray[np.uint8]]) -> ImageEmbeddings:
        """Embeds a batch.

        Args:
            tensors: RGB, uint8 [size, size, 3] each, of the model's own geometry; any number.

        Raises:
            ValueError: a picture was prepared for another model.
        """
        runs = [
            self._run(tensors[start : start + self._batch])
            for start in range(0, max(len(tensors), 1), self._batch)
        ]
        found = {
            name: np.concatenate(parts)
            for name, parts in zip(self._outputs, zip(*runs, strict=True), strict=True)
        }
        names = self._names
        return ImageEmbeddings(
            search=to_unit_length(found[names.search]),
            similar=None if names.similar is None else to_unit_length(found[names.similar]),
            posterior=None if names.posterior is None else found[names.posterior],
        )

    def _run(self, tensors: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        batch = to_batch(tensors, self._preprocess)
        session = self._session
        try:
            return self._run_on(session, batch)
        except Exception as error:  # accelerators fail in ways of their own
            if self._model.provider is None:
                raise
            if self._strict:
                raise _not_run(self._model) from error
            with self._changing:
                if self._session is session:
                    if not self._on_accelerator:
                        raise
                    self._session = self._fall_back()
        return self._run_on(self._session, batch)

    def _run_on(
        self, session: onnxruntime.InferenceSession, batch: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        values: list[NDArray[np.float32]] = session.run(self._outputs, {self._input: batch})
        return values

    def _create_session(self) -> onnxruntime.InferenceSession:
        path, provider = self._model.file(self._model.spec.image), self._model.provider
        try:
            return create_session(path, threads=self._threads, provider=provider)
        except ModelError:
            if self._strict or provider is None:
                raise
        return self._fall_back()

    def _fall_back(self) -> onnxruntime.InferenceSession:
        # A driver was updated or is gone: the CPU computes the same, only slower.
        provider = self._model.provider or ""
        logger.warning("%s can't be used any more, the CPU does its work", provider)
        self._on_accelerator = False
        session = create_session(self._model.file(self._model.spec.image), threads=self._threads)
        self._lost(not_used(provider, "it stopped working"))
        return session


class TextEncoder:
    """Turns words into vectors. Several threads may call `encode` at once."""

    def __init__(
        self,
        model: DualEncoder,
        *,
        threads: int = 1,
        tokenizer: Path | None = None,
    ) -> None:
        """Loads tokenizer and text graph.

        Args:
            threads: threads inside one call of `encode`.
            tokenizer: its file, when it doesn't lie in the model's folder (yet).

        Raises:
            ModelError: model_incompatible, the files can't be used or are another model's.
        """
        spec = model.spec
        self._dim = spec.dim
        self._output = spec.text_output
        self._tokenizer = TextTokenizer(
            tokenizer or model.file(spec.tokenizer),
            spec.context_length,
            spec.padding,
            spec.cleaning,
        )
        self._session = create_session(model.file(spec.text), threads=threads)
        self._inputs = {i.name: _INTEGER_TYPES.get(i.type) for i in self._session.get_inputs()}
        self._ids = spec.text_input
        strange = self._inputs.keys() - _FURTHER_TEXT_INPUTS != {self._ids}
        if strange or None in self._inputs.values():
            raise _other_version(model)
        _require_outputs(self._session, [self._output], model)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeds texts of any kind and length; what is too long loses its end.

        One at a time: an int8 graph may scale its activations over the whole batch, and a
        text's vector must not depend on the others.

        Returns:
            float32 [len(texts), dim], unit length.
        """
        vectors = np.empty((len(texts), self._dim), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            ids, mask = self._tokenizer.encode(text)
            feed = {
                self._ids: ids,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(ids),
            }
            wanted = {name: feed[name].astype(kind) for name, kind in self._inputs.items()}
            row[:] = self._session.run([self._output], wanted)[0][0]
        return to_unit_length(vectors)


def to_unit_length(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Divides rows by their L2 norm; a zero row stays zero.

    Returns:
        float32, the shape of `vectors` ([n, d]).
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, _SMALLEST_NORM), np.float32)


def _require_outputs(
    session: onnxruntime.InferenceSession,
    wanted: Sequence[str],
    model: DualEncoder,
) -> None:
    present = {output.name for output in session.get_outputs()}
    if not present.issuperset(wanted):
        raise _other_version(model)


def _not_run(model: DualEncoder) -> ModelError:
    return ModelError(
        "model_incompatible", f"The model “{model.spec.title}” can't be run by {model.provider}."
    )


def _other_version(model: DualEncoder) -> ModelError:
    return ModelError(
        "model_incompatible",
        f"The files of the model “{model.spec.title}” belong to another version."
        " Please install the model again.",
    )
