"""Dual encoders: pictures and words become vectors whose dot product says how well they fit."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from photofind.domain import ModelError
from photofind.inference.preprocess import to_batch
from photofind.inference.providers import stopped_working
from photofind.inference.routing import is_written_in
from photofind.inference.session import announce_run, create_session
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import InstalledModel
from photofind.inference.tokenizers import TextTokenizer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import onnxruntime
    from numpy.typing import NDArray

    from photofind.inference.spec import FileSpec
    from photofind.inference.spec_search import LanguageEncoder
    from photofind.sentences import Sentence

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
        presence: float32 [B, objects], between 0 and 1, in the order of the model's objects; None
            when it looks for none.
    """

    search: NDArray[np.float32]
    similar: NDArray[np.float32] | None
    posterior: NDArray[np.float32] | None
    presence: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class TextEmbedding:
    """What text encoders say about one text.

    Attributes:
        vector: float32 [dim], unit length.
        objects: float32 [objects], between 0 and 1, how much the text is about each of the model's
            objects; None when the model looks for none.
    """

    vector: NDArray[np.float32]
    objects: NDArray[np.float32] | None


class ImageEncoder:
    """Turns pictures into vectors. Several threads may call `encode` at once."""

    def __init__(
        self,
        model: DualEncoder,
        *,
        threads: int = 1,
        strict: bool = False,
        lost: Callable[[Sentence], None] = lambda _: None,
    ) -> None:
        """Loads the image graph, for the accelerator that the model's trial chose if there is one.

        Args:
            threads: threads inside one call of `encode`.
            strict: fail with the accelerator, instead of falling back to the CPU.
            lost: told, on whatever thread, that the CPU has to do its work.

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
        every = (names.search, names.similar, names.posterior, names.presence)
        self._outputs = [name for name in every if name is not None]
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
            presence=None if names.presence is None else found[names.presence],
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
        announce_run()
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
        self._lost(stopped_working(provider))
        return session


class TextEncoder:
    """Turns words into vectors. Several threads may call `encode` at once.

    The encoders of single languages are loaded when the first text in one of them comes.
    """

    def __init__(
        self,
        model: DualEncoder,
        *,
        threads: int = 1,
        tokenizer: Path | None = None,
    ) -> None:
        """Loads the principal encoder's tokenizer and graph.

        Args:
            threads: threads inside one call of `encode`.
            tokenizer: its file, when it doesn't lie in the model's folder (yet).

        Raises:
            ModelError: model_incompatible, the files can't be used or are another model's.
        """
        spec = model.spec
        self._dim = spec.dim
        words = _tokenizer(model, tokenizer or model.file(spec.tokenizer))
        self._principal = _TextGraph(model, spec.text, words, threads)
        self._further = [_FurtherEncoder(model, each, threads) for each in spec.further_text]

    def encode(self, texts: Sequence[str], language: str = "") -> NDArray[np.float32]:
        """Embeds texts of any kind and length; what is too long loses its end.

        Args:
            language: as for `encode_text`.

        Returns:
            float32 [len(texts), dim], unit length.

        Raises:
            ModelError: as for `encode_text`.
        """
        vectors = np.empty((len(texts), self._dim), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = self.encode_text(text, language).vector
        return vectors

    def encode_text(self, text: str, language: str = "") -> TextEmbedding:
        """Embeds one text.

        One at a time: an int8 graph may scale its activations over the whole batch, and a
        text's vector must not depend on the others.

        Args:
            language: BCP 47 tag of the text's language; "": it is recognised.

        Raises:
            ModelError: model_incompatible, a file that was not needed before can't be used.
        """
        found = [self._principal.encode(text)]
        found += [each.graph.encode(text) for each in self._further if each.reads(text, language)]
        vector = np.sum([each.vector for each in found], axis=0)[None]
        weights = [each.objects for each in found if each.objects is not None]
        return TextEmbedding(
            to_unit_length(vector)[0],
            np.asarray(np.mean(weights, axis=0), np.float32) if weights else None,
        )


class _TextGraph:
    """One graph for words and its tokenizer."""

    def __init__(
        self, model: DualEncoder, graph: FileSpec, tokenizer: TextTokenizer, threads: int
    ) -> None:
        spec = model.spec
        self._tokenizer = tokenizer
        self._session = create_session(model.file(graph), threads=threads)
        self._inputs = {i.name: _INTEGER_TYPES.get(i.type) for i in self._session.get_inputs()}
        self._ids = spec.text_input
        strange = self._inputs.keys() - _FURTHER_TEXT_INPUTS != {self._ids}
        if strange or None in self._inputs.values():
            raise _other_version(model)
        self._outputs = [name for name in (spec.text_output, spec.text_objects) if name is not None]
        _require_outputs(self._session, self._outputs, model)

    def encode(self, text: str) -> TextEmbedding:
        announce_run()
        ids, mask = self._tokenizer.encode(text)
        feed = {
            self._ids: ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids),
        }
        wanted = {name: feed[name].astype(kind) for name, kind in self._inputs.items()}
        vector, *objects = self._session.run(self._outputs, wanted)
        return TextEmbedding(
            to_unit_length(vector)[0],
            np.asarray(objects[0][0], np.float32) if objects else None,
        )


class _FurtherEncoder:
    """An encoder of single languages, loaded in two steps: its tokenizer when a text may be in one
    of them, its graph when one is."""

    def __init__(self, model: DualEncoder, spec: LanguageEncoder, threads: int) -> None:
        self._model = model
        self._spec = spec
        self._threads = threads
        self._loading = threading.Lock()
        self._tokenizer: TextTokenizer | None = None
        self._graph: _TextGraph | None = None

    def reads(self, text: str, language: str) -> bool:
        """Whether a text is in one of its languages."""
        return is_written_in(text, self._spec.languages, self._words, language=language)

    @property
    def graph(self) -> _TextGraph:
        tokenizer = self._words()
        with self._loading:
            if self._graph is None:
                self._graph = _TextGraph(self._model, self._spec.text, tokenizer, self._threads)
            return self._graph

    def _words(self) -> TextTokenizer:
        with self._loading:
            if self._tokenizer is None:
                path = self._model.file(self._spec.tokenizer)
                self._tokenizer = _tokenizer(self._model, path)
            return self._tokenizer


def _tokenizer(model: DualEncoder, path: Path) -> TextTokenizer:
    spec = model.spec
    return TextTokenizer(path, spec.context_length, spec.padding, spec.cleaning)


def read_background(model: DualEncoder) -> NDArray[np.float32]:
    """Search vectors of photos of all kinds: float32 [n, dim].

    Raises:
        ModelError: model_incompatible, the model has none, or its file can't be used.
    """
    file, dim = model.spec.background, model.spec.dim
    try:
        vectors = None if file is None else np.load(model.file(file), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        vectors = None
    if vectors is None or vectors.ndim != 2 or vectors.shape[1] != dim or not len(vectors):
        raise _other_version(model)
    return np.asarray(vectors, np.float32)


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
        "model_incompatible",
        "The model “{model}” can't be run by {provider}.",
        model=model.spec.title,
        provider=model.provider or "",
    )


def _other_version(model: DualEncoder) -> ModelError:
    return ModelError(
        "model_incompatible",
        "The files of the model “{model}” belong to another version. Please install "
        "the model again.",
        model=model.spec.title,
    )
