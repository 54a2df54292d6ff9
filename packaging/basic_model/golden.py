"""Vectors from the reference implementations, for the self-test on other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import torch

from basic_model import layout
from basic_model.textual import joint_vector
from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.golden import Golden, GoldenText, draw_picture
from photofind.inference.preprocess import to_batch
from photofind.inference.spec import Preprocess

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from basic_model.concepts import Concepts, Embed
    from basic_model.visual import VisualEncoder

TEXTS = ("two dogs playing in the snow", "something red", "a slice of pizza on a white plate")
_DIGITS = 6


def build_golden(encoder: VisualEncoder, concepts: Concepts, embed: Embed) -> bytes:
    """Computes golden.json with torch (picture) and NumPy (words), not with our graphs."""
    half = (0.5, 0.5, 0.5)
    geometry = ImageGeometry(layout.IMAGE_SIZE, ResizeMode.SQUASH)
    batch = to_batch([draw_picture(layout.IMAGE_SIZE)], Preprocess(geometry, half, half))
    with torch.no_grad():
        search, similar, _ = encoder(torch.from_numpy(batch))
    golden = Golden(
        search=_rounded(search[0].numpy()),
        similar=_rounded(similar[0].numpy()),
        texts=tuple(
            GoldenText(text=text, vector=_rounded(joint_vector(embed(text), concepts)))
            for text in TEXTS
        ),
    )
    return msgspec.json.encode(golden) + b"\n"


def _rounded(vector: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in vector)
