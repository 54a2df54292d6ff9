"""What a model's graphs are tried with before they are trusted, by the kind of model."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from photofind.inference import colour_check, golden, providers
from photofind.inference.blip.trial import BlipTrial
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.precision_check import TEXTS, draw_pictures
from photofind.inference.published import require_published
from photofind.inference.recogniser_trial import RecogniserTrial
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec, RecogniserSpec
from photofind.inference.store import InstalledModel
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder
    from photofind.inference.spec import ModelSpec


@dataclass(frozen=True, slots=True)
class Findings:
    """What came of a trial.

    Attributes:
        provider: the accelerator that computes the same as the CPU and faster, by onnxruntime's
            name; None: the CPU.
        notices: what a person should know about the model on this computer.
        pictures_per_s: how many it embeds here, on one thread, or describes or answers about, on
            all cores; None where it does neither.
    """

    provider: str | None = None
    notices: tuple[Sentence, ...] = ()
    pictures_per_s: float | None = None


class Trial(Protocol):
    """What can be tried on models of one kind."""

    def outputs(self, graph: str, folder: Path) -> NDArray[np.float32]:
        """What one graph gives for the same inputs in any precision.

        Args:
            graph: its name in the manifest.
            folder: holds this graph with its weights; `folder.parent` holds the files that are
                not graphs, and the graphs that stand before this one in the manifest.

        Returns:
            float32 [n, d], rows of unit length.

        Raises:
            ModelError: model_incompatible, a file can't be used.
        """

    def write_down(self, folder: Path) -> None:
        """Writes down what the complete model in a folder gives, for `self_test`."""

    def try_out(self, folder: Path) -> Findings:
        """Finds out how the complete model in a folder is best run on this computer."""

    def self_test(self, folder: Path) -> None:
        """Compares what the complete model gives now with what is written down.

        Raises:
            ModelError: model_incompatible, it is something else.
        """


def trial_of(spec: ModelSpec) -> Trial:
    """The trial for a model.

    Raises:
        NotImplementedError: none was written for its kind.
    """
    match spec:
        case DualEncoderSpec():
            return _DualEncoderTrial(spec)
        case CaptionerSpec() | AnswererSpec():
            return _BlipTrial(spec)
        case RecogniserSpec():
            return _RecogniserTrial(spec)
        case _:
            raise NotImplementedError(f"no trial for {type(spec).__name__}")


class _DualEncoderTrial:
    def __init__(self, spec: DualEncoderSpec) -> None:
        self._spec = spec

    def outputs(self, graph: str, folder: Path) -> NDArray[np.float32]:
        model = InstalledModel(self._spec, folder)
        if model.file(self._spec.image).stem == graph:
            size = self._spec.preprocess.geometry.size
            return ImageEncoder(model).encode(draw_pictures(size)).search
        tokenizer = folder.parent / self._spec.tokenizer.path
        return TextEncoder(model, tokenizer=tokenizer).encode(TEXTS)

    def write_down(self, folder: Path) -> None:
        golden.write_golden(InstalledModel(self._spec, folder))

    def try_out(self, folder: Path) -> Findings:
        model = InstalledModel(self._spec, folder)
        notices = []
        if colour_check.count_right(model) < colour_check.LEAST_RIGHT:
            notices.append(
                Sentence(
                    "“{model}” can't tell plain colours apart. Its weights may not be what they "
                    "seem: don't expect it to find anything.",
                    model=self._spec.title,
                )
            )
        choice = self._choose_provider(model)
        speed = self._measure(replace(model, provider=choice.provider))
        return Findings(choice.provider, (*notices, *choice.notices), speed)

    def self_test(self, folder: Path) -> None:
        model = InstalledModel(self._spec, folder)
        golden.self_test(model)
        require_published(model, exact=False)

    def _measure(self, model: DualEncoder) -> float:
        encoder = ImageEncoder(model)
        pictures = draw_pictures(self._spec.preprocess.geometry.size)
        encoder.encode(pictures[:1])  # the first run also allocates
        start = time.perf_counter()
        encoder.encode(pictures)
        return len(pictures) / (time.perf_counter() - start)

    def _choose_provider(self, model: DualEncoder) -> providers.Choice:
        candidates = providers.available()
        if not candidates:
            return providers.Choice(None)
        pictures = draw_pictures(self._spec.preprocess.geometry.size)

        def encode(provider: str | None) -> NDArray[np.float32]:
            on_it = replace(model, provider=provider)
            return ImageEncoder(on_it, strict=True).encode(pictures).search

        return providers.choose(encode, candidates)


class _BlipTrial(BlipTrial):
    """There is no accelerator to choose: the graphs change their shapes with every token."""

    def try_out(self, folder: Path) -> Findings:
        return Findings(pictures_per_s=self.measure(folder))


class _RecogniserTrial(RecogniserTrial):
    """Lines are small: an accelerator would spend its time on copying."""

    def try_out(self, folder: Path) -> Findings:  # noqa: ARG002 (there is nothing to try)
        return Findings()
