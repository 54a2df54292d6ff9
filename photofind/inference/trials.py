"""What a model's graphs are tried with before they are trusted, by the kind of model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from photofind.inference import golden
from photofind.inference.agreement import TEXTS, draw_pictures
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import InstalledModel

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.inference.spec import ModelSpec


class Trial(Protocol):
    """What can be tried on models of one kind."""

    def outputs(self, graph: str, folder: Path) -> NDArray[np.float32]:
        """What one graph gives for the same inputs in any precision.

        Args:
            graph: its name in the manifest.
            folder: holds this graph with its weights; `folder.parent` holds the files that are
                not graphs.

        Returns:
            float32 [n, d], rows of unit length.

        Raises:
            ModelError: model_incompatible, a file can't be used.
        """

    def record(self, folder: Path) -> None:
        """Writes down what the complete model in a folder gives, for `self_test`."""

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

    def record(self, folder: Path) -> None:
        golden.write_golden(InstalledModel(self._spec, folder))

    def self_test(self, folder: Path) -> None:
        golden.self_test(InstalledModel(self._spec, folder))
