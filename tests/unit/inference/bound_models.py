"""What the graphs of a bound model give, large ones in a process of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np

from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder
from tests.unit.inference.light_networks import run_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

P = ParamSpec("P")
T = TypeVar("T")

_LARGE_BYTES = 200_000_000
"""The weights of a graph that doesn't fit into memory beside PyTorch."""


def run_pictures(model: DualEncoder, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the graph itself gives, before it is normalised: float32 [n, dim]."""
    return _run(_run_pictures, model, pixels)


def run_texts(
    model: DualEncoder, texts: Sequence[str]
) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """What the graph itself gives for each text at its own length, float32 [dim] each, and the
    encoder's vectors of all, float32 [n, dim]."""
    return _run(_run_texts, model, texts)


def _run(
    function: Callable[Concatenate[DualEncoder, P], T],
    model: DualEncoder,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    largest = max(path.stat().st_size for path in model.folder.glob("*.bin"))
    if largest > _LARGE_BYTES:
        return run_alone(function, model, *args, **kwargs)
    return function(model, *args, **kwargs)


def _run_pictures(model: DualEncoder, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    session = ImageEncoder(model)._session
    return np.asarray(session.run(None, {"pixel_values": pixels})[0])


def _run_texts(
    model: DualEncoder, texts: Sequence[str]
) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    encoder = TextEncoder(model)
    alone = []
    for text in texts:
        ids, _ = encoder._principal._tokenizer.encode(text)
        (found,) = encoder._principal._session.run(None, {"input_ids": ids})[0]
        alone.append(found)
    return alone, encoder.encode(texts)
