"""The image tower and the text tower of a network, from PyTorch to the exported graph."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.exporting import graphs
from photofind.exporting.material import TEXTS
from photofind.exporting.specs import IMAGE_NAME, TEXT_NAME
from photofind.inference.clip import to_unit_length
from photofind.inference.preprocess import to_batch
from photofind.inference.processor import FULL_RANGE, largest_int8_weight
from photofind.inference.records import Precision
from photofind.inference.session import create_session
from photofind.inference.spec_search import PaddingKind
from photofind.media.decode import decode_photo
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.exporting.networks import TorchNetwork

LEAST_GAIN = 1.15
"""int8 must be so many times as quick as float32, or it isn't worth its errors."""
_RUNS = 5
_BATCH = 4
_SAME = 1e-5
"""Vectors of length 1 that differ less are the same but for rounding."""


class Tower(ABC):
    """One graph in both precisions, and what it gives for the same inputs.

    Attributes:
        what: for people.
        inputs: one array for each run of the graph.
        reference: what PyTorch gives, float32 [n, dim], not normalised.
        exact, small: what the float32 and the int8 graph give.
    """

    what: Sentence
    _name: str
    _input: str

    def __init__(self, work: Path) -> None:
        self._work = work
        self.inputs: list[NDArray[Any]] = []
        self.reference: NDArray[np.float32]
        self.exact: NDArray[np.float32]
        self.small: NDArray[np.float32]

    @abstractmethod
    def _export(self, path: Path) -> None:
        """Writes the float32 graph."""

    def write(self) -> None:
        """Makes the float32 graph and runs it."""
        path = self._path(Precision.FP32)
        path.parent.mkdir(parents=True)
        self._export(path)
        self.exact = self._run(Precision.FP32)

    def quantise(self) -> None:
        """Makes the int8 graph and runs it."""
        path = self._path(Precision.INT8)
        path.parent.mkdir(exist_ok=True)
        # On another processor than this the model's golden.json tells if that is wrong there.
        reduced = largest_int8_weight() != FULL_RANGE
        graphs.quantise(self._path(Precision.FP32), path, reduced=reduced)
        self.small = self._run(Precision.INT8)

    def why_int8_does_not_pay(self) -> Sentence | None:
        """Measures both graphs in turn; None where int8 is quicker."""
        sessions = [create_session(self._path(precision)) for precision in Precision]
        feed = {self._input: self.inputs[0]}
        times: list[list[float]] = [[], []]
        for _ in range(_RUNS):
            for session, found in zip(sessions, times, strict=True):
                start = time.thread_time()
                session.run(None, feed)
                found.append(time.thread_time() - start)
        exact, small = map(min, times)
        gain = exact / small
        if gain >= LEAST_GAIN:
            return None
        return Sentence("int8 is {gain} times as quick", gain=f"{gain:.2f}")

    def vectors(self, precision: Precision) -> NDArray[np.float32]:
        """Unit vectors, float32 [n, dim]."""
        return to_unit_length(self.exact if precision is Precision.FP32 else self.small)

    def move(self, precision: Precision, folder: Path) -> None:
        """Moves the graph of one precision where it is given out from."""
        for path in self._path(precision).parent.iterdir():
            path.rename(folder / path.name)

    def _path(self, precision: Precision) -> Path:
        return self._work / f"{self._name}-{precision}" / self._name

    def _run(self, precision: Precision) -> NDArray[np.float32]:
        session = create_session(self._path(precision))
        return np.concatenate([session.run(None, {self._input: run})[0] for run in self.inputs])


class VisualTower(Tower):
    """Pictures."""

    what = Sentence("pictures")
    _name, _input = IMAGE_NAME, graphs.IMAGE_INPUT

    def __init__(self, network: TorchNetwork, pictures: Sequence[Path], work: Path) -> None:
        """Decodes the pictures and runs PyTorch on them."""
        import torch

        super().__init__(work)
        self._network = network
        preprocess = network.preprocess
        tensors = [decode_photo(path, [preprocess.geometry]).tensors[0] for path in pictures]
        self.inputs = [
            to_batch(tensors[start : start + _BATCH], preprocess)
            for start in range(0, len(tensors), _BATCH)
        ]
        with torch.inference_mode():
            found = [network.model.visual(torch.from_numpy(run)).numpy() for run in self.inputs]
        self.reference = np.concatenate(found)

    def _export(self, path: Path) -> None:
        graphs.write_visual(self._network.fused, self._network.preprocess.geometry.size, path)


class TextTower(Tower):
    """Words.

    Attributes:
        padding: NONE where it was found that a text may be cut after its last token.
    """

    what = Sentence("words")
    _name, _input = TEXT_NAME, graphs.TEXT_INPUT

    def __init__(self, network: TorchNetwork, work: Path) -> None:
        """Runs PyTorch on the texts, filled up to the context length as it wants them."""
        super().__init__(work)
        self._network = network
        full = network.texts.tokenizer(PaddingKind.TO_CONTEXT)
        padded = [full.encode(text)[0] for text in TEXTS]
        self.reference = np.concatenate([self._torch(ids) for ids in padded])
        own = network.texts.tokenizer(PaddingKind.NONE)
        alone = [own.encode(text)[0] for text in TEXTS]
        self.padding = self._find_padding(alone)
        self.inputs = alone if self.padding is PaddingKind.NONE else padded

    def _export(self, path: Path) -> None:
        graphs.write_textual(
            self._network.model.text,
            self._network.texts.context_length,
            any_length=self.padding is PaddingKind.NONE,
            path=path,
        )

    def _torch(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        import torch

        with torch.inference_mode():
            found: NDArray[np.float32] = self._network.model.text(torch.from_numpy(ids)).numpy()
        return found

    def _find_padding(self, alone: Sequence[NDArray[np.int64]]) -> PaddingKind:
        """Causal towers and masked means give the same for a text that is not filled up."""
        try:
            found = np.concatenate([self._torch(ids) for ids in alone])
        except (RuntimeError, IndexError, ValueError):  # it takes no other length
            return PaddingKind.TO_CONTEXT
        difference = to_unit_length(found) - to_unit_length(self.reference)
        return PaddingKind.NONE if np.abs(difference).max() < _SAME else PaddingKind.TO_CONTEXT
