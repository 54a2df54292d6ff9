"""Does BLIP compute here what it should? Numbers are compared, not words: those hang by a hair."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import psutil

from photofind.domain import ModelError
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.blip.networks import QuestionReader, TextDecoder, Vision
from photofind.inference.blip.words import Words
from photofind.inference.golden import RECORDED_NAME, SMALLEST_COSINE
from photofind.inference.precision_check import TEXTS, compare, draw_pictures
from photofind.inference.spec_texts import AnswererSpec
from photofind.inference.store import InstalledModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.blip.networks import Seen
    from photofind.inference.spec import FileSpec
    from photofind.inference.spec_texts import CaptionerSpec

_PICTURES = 3
"""Enough for a trial; at its true size each takes a second."""
_QUESTION = "what is in the picture?"
_CONTEXT = 64
_EVERY = 61
"""Of so many numbers one is compared: the others would say the same, and fill a gigabyte."""


class _RecordedLogits(msgspec.Struct, frozen=True):
    """Some logits after the beginnings of texts, in rows of unit length."""

    logits: tuple[tuple[float, ...], ...]


class BlipTrial:
    """What `trials.Trial` wants of a captioner or an answerer, but for its findings."""

    def __init__(self, spec: CaptionerSpec | AnswererSpec) -> None:
        self._spec = spec

    def outputs(self, graph: str, folder: Path) -> NDArray[np.float32]:
        """What a graph gives for what the graphs before it give, which lie in `folder.parent`."""
        spec, made = self._spec, folder.parent
        if graph == _stem(spec.vision):
            return _rows(self._see(folder))
        if isinstance(spec, AnswererSpec):
            if graph == _stem(spec.question):
                return _rows(self._read(folder, made, self._see(made)))
            return self._logits(folder, made, self._read(made, made, self._see(made)))
        return self._logits(folder, made, self._see(made))

    def write_down(self, folder: Path) -> None:
        """Writes down what the complete model in a folder gives."""
        rows = tuple(tuple(round(float(v), 6) for v in row) for row in self._sample(folder))
        (folder / RECORDED_NAME).write_bytes(msgspec.json.encode(_RecordedLogits(rows)))

    def measure(self, folder: Path) -> float:
        """How many pictures a second the complete model in a folder describes, or answers about,
        as it does for a person."""
        spec, threads = self._spec, psutil.cpu_count(logical=False) or 1
        work: Callable[[], object]
        (picture,) = draw_pictures(spec.preprocess.geometry.size)[:1]
        if isinstance(spec, AnswererSpec):
            answerer = BlipAnswerer(InstalledModel(spec, folder), threads=threads)
            work = partial(answerer.answer, [picture], _QUESTION)
        else:
            captioner = BlipCaptioner(InstalledModel(spec, folder), threads=threads)
            work = partial(captioner.caption, [picture])
        work()  # the first time also allocates
        start = time.perf_counter()
        work()
        return 1 / (time.perf_counter() - start)

    def self_test(self, folder: Path) -> None:
        """Compares what the complete model gives now with what is written down.

        Raises:
            ModelError: model_incompatible, it is something else, or nothing is written down.
        """
        try:
            recorded = msgspec.json.decode(
                (folder / RECORDED_NAME).read_bytes(), type=_RecordedLogits
            )
            rows = _to_unit_length(np.asarray(recorded.logits, np.float32))
        except (OSError, msgspec.DecodeError, ValueError) as error:
            raise ModelError(
                "model_incompatible",
                "The test values of the model “{model}” can't be read. Please install the "
                "model again.",
                model=self._spec.title,
            ) from error
        found = self._sample(folder)
        if found.shape != rows.shape or not compare(found, rows).least >= SMALLEST_COSINE:
            raise ModelError(
                "model_incompatible",
                "The model “{model}” computes wrong results on this computer. Please choose "
                "another model.",
                model=self._spec.title,
            )

    def _sample(self, folder: Path) -> NDArray[np.float32]:
        if isinstance(self._spec, AnswererSpec):
            seen = self._read(folder, folder, self._see(folder, pictures=1))
        else:
            seen = self._see(folder, pictures=1)
        return _to_unit_length(self._logits(folder, folder, seen)[:, ::_EVERY])

    def _see(self, folder: Path, pictures: int = _PICTURES) -> list[Seen]:
        preprocess = self._spec.preprocess
        vision = Vision(folder / self._spec.vision.path, preprocess)
        drawn = draw_pictures(preprocess.geometry.size)[:pictures]
        return [vision.see([picture]) for picture in drawn]

    def _read(self, folder: Path, words: Path, seen: list[Seen]) -> list[Seen]:
        assert isinstance(self._spec, AnswererSpec)
        reader = QuestionReader(folder / self._spec.question.path)
        question = Words(words / self._spec.tokenizer.path, _CONTEXT).question(_QUESTION)
        return [reader.read(question, one) for one in seen]

    def _logits(self, folder: Path, words: Path, seen: list[Seen]) -> NDArray[np.float32]:
        """After every token of some texts, in rows of unit length."""
        decoder = TextDecoder(folder / self._spec.decoder.path)
        known = Words(words / self._spec.tokenizer.path, _CONTEXT)
        rows = []
        for one, text in zip(seen, TEXTS, strict=False):
            ids, writing = known.prompt(text), decoder.about(one)
            rows.append(writing.start(ids[:, :1]))
            rows += [writing.step(ids[:, place], np.arange(1)) for place in range(1, ids.shape[1])]
        return _to_unit_length(np.concatenate(rows))


def _stem(file: FileSpec) -> str:
    return file.path.removesuffix(".onnx")


def _rows(seen: list[Seen]) -> NDArray[np.float32]:
    """A row for each picture and layer, of its keys and of its values."""
    rows = [value.numpy().ravel()[::_EVERY] for one in seen for value in one]
    return _to_unit_length(np.stack(rows))


def _to_unit_length(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
