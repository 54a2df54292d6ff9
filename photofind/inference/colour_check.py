"""Does a model put pictures and words into order at all? Colours are what every one of them knows.

Golden vectors tell whether a model computes here what it computed before. This test tells whether
that makes any sense: weights that were mixed up, a wrong tokenizer or wrong preprocessing give
fine vectors that mean nothing.

A model that fails is told of and not refused, also where published values fit (`published`): those
vouch for the text tower alone, and no trained CLIP could be tried here on drawn colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.clip import ImageEncoder, TextEncoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder

COLOURS = {
    "red": (220, 20, 30),
    "green": (30, 160, 50),
    "blue": (30, 60, 220),
    "yellow": (250, 220, 30),
}
_TEXT = "a plain {} background"
LEAST_RIGHT = 3
"""Of the four; by chance, 5 % of models without any sense get as many right."""


def count_right(model: DualEncoder) -> int:
    """Counts the colours whose own picture fits their words best (about a second).

    Returns:
        0 to 4; less than `LEAST_RIGHT` says that the model is of no use.
    """
    size = model.spec.preprocess.geometry.size
    pictures = [_draw(colour, size) for colour in COLOURS.values()]
    images = ImageEncoder(model).encode(pictures).search
    texts = TextEncoder(model).encode([_TEXT.format(name) for name in COLOURS])
    scores = texts @ images.T
    # A picture may score high for any words: what counts is how it stands out for its own.
    relative = scores - scores.mean(axis=0)
    return int((relative.argmax(axis=1) == np.arange(len(COLOURS))).sum())


def _draw(colour: tuple[int, int, int], size: int) -> NDArray[np.uint8]:
    """One colour, a little darker towards the lower edge, as a wall in daylight."""
    shade = np.linspace(1.0, 0.8, size)[:, None, None]
    return np.asarray(np.broadcast_to(shade * colour, (size, size, 3)), np.uint8)
