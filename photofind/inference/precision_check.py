"""Are the int8 graphs of a model as good as the float32 ones, on this machine?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.golden import draw_picture

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_COSINE = 0.997
LEAST_MEDIAN_COSINE = 0.999
"""Below these, rankings begin to change."""

TEXTS = (
    "a dog",
    "two children playing on a beach at sunset",
    "a red car in front of a house",
    "food on a wooden table",
    "a group of people posing for a photo",
    "mountains and a lake under a cloudy sky",
    "a black and white portrait of an old man",
    "birthday cake with candles",
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near vectors of the two precisions are.

    Attributes:
        least, median: of the cosines of the same things.
    """

    least: float
    median: float

    @property
    def is_good(self) -> bool:
        """Also false when a cosine is not a number."""
        return self.least >= LEAST_COSINE and self.median >= LEAST_MEDIAN_COSINE


def compare(first: NDArray[np.float32], second: NDArray[np.float32]) -> Agreement:
    """Compares vectors of the same things in the same order.

    Args:
        first, second: float32 [n, dim], unit length.
    """
    cosines = (first.astype(np.float64) * second).sum(axis=1)
    return Agreement(float(cosines.min()), float(np.median(cosines)))


def draw_pictures(size: int) -> list[NDArray[np.uint8]]:
    """Draws pictures whose detail is spread over all scales as in photos; the same everywhere.

    Returns:
        Eight of uint8 [size, size, 3].
    """
    scene = draw_picture(size)
    clouds = [_clouds(size, seed) for seed in range(4)]
    mixed = (scene.astype(np.uint16) + clouds[0]) // 2
    return [scene, scene[:, ::-1], 255 - scene, mixed.astype(np.uint8), *clouds]


def _clouds(size: int, seed: int) -> NDArray[np.uint8]:
    """Noise whose amplitude falls with frequency, like that of photos (Field 1987)."""
    random = np.random.default_rng(seed)
    picture = np.zeros((size, size, 3))
    cells = 2
    while cells <= size:
        noise = random.standard_normal((cells, cells, 3))
        index = np.arange(size) * cells // size
        picture += noise[index][:, index] / cells
        cells *= 2
    centred = picture - picture.mean(axis=(0, 1))
    return np.asarray(np.clip(centred / centred.std() * 55 + 120, 0, 255), np.uint8)
