"""Which processor a model's pictures are computed on: another than the CPU only after a trial."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ModelError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

LEAST_COSINE = 0.999
"""Between what an accelerator and the CPU say of the same picture; below, rankings change."""
_WORTH_IT = 1.2
"""How much faster it has to be: it also takes memory and time to start."""

ACCELERATORS = {
    "CUDAExecutionProvider": "CUDA",
    "DmlExecutionProvider": "DirectML",
    "CoreMLExecutionProvider": "CoreML",
    "OpenVINOExecutionProvider": "OpenVINO",
}
"""onnxruntime's names, and people's."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of the trial.

    Attributes:
        provider: onnxruntime's name; None: the CPU.
        notices: sentences about accelerators that are there and not used.
    """

    provider: str | None
    notices: tuple[Sentence, ...] = ()


def available() -> tuple[str, ...]:
    """The accelerators that the installed onnxruntime was built for."""
    import onnxruntime

    return tuple(name for name in onnxruntime.get_available_providers() if name in ACCELERATORS)


def choose(
    encode: Callable[[str | None], NDArray[np.float32]],
    candidates: Sequence[str],
    clock: Callable[[], float] = time.perf_counter,
) -> Choice:
    """Tries accelerators on the same pictures and takes the fastest that agrees with the CPU.

    Args:
        encode: gives the vectors of the pictures by one provider (None: the CPU), float32
            [n, dim], unit length; called twice, as the first run may have to compile.
        candidates: onnxruntime's names.
    """
    notices: list[Sentence] = []
    reference, fastest_s = _timed(encode, None, clock)
    fastest_s /= _WORTH_IT
    chosen = None
    for name in candidates:
        try:
            vectors, seconds = _timed(encode, name, clock)
        except ModelError:
            notices.append(
                Sentence(
                    "{accelerator} isn't used because it can't run this model. The processor is "
                    "used instead.",
                    accelerator=_title(name),
                )
            )
            continue
        cosines = (reference.astype(np.float64) * vectors).sum(axis=1)
        if not cosines.min() >= LEAST_COSINE:  # also when it is not a number
            notices.append(
                Sentence(
                    "{accelerator} isn't used because its results differ from the processor's. The "
                    "processor is used instead.",
                    accelerator=_title(name),
                )
            )
        elif seconds < fastest_s:
            chosen, fastest_s = name, seconds
    return Choice(chosen, tuple(notices))


def _timed(
    encode: Callable[[str | None], NDArray[np.float32]],
    provider: str | None,
    clock: Callable[[], float],
) -> tuple[NDArray[np.float32], float]:
    encode(provider)
    start = clock()
    vectors = encode(provider)
    return vectors, clock() - start


def stopped_working(name: str) -> Sentence:
    """Says that an accelerator (onnxruntime's name) failed while it was in use."""
    return Sentence(
        "{accelerator} stopped working. The processor is used instead.", accelerator=_title(name)
    )


def _title(name: str) -> str:
    return ACCELERATORS.get(name, name)
