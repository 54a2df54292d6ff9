"""A linear head from what the networks see in a picture to where its captions lie.

Kernel ridge regression on 78 freely licensed COCO photos with five captions each. The photos
themselves are not needed to build the model: what the networks see in them is stored.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from basic_model import layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from basic_model.concepts import Concepts

_RIDGE = 0.6
"""Of the kernel's mean diagonal."""
_PRESENCE_SHARE = 0.4
_SMALLEST_DEVIATION = 0.05


@dataclass(frozen=True, slots=True)
class TrainingPhotos:
    """What the networks see in the photos the head is fitted to, n in all.

    Attributes:
        captions: of each photo.
        features: float32 [n, 1280], EfficientNet's pooled features.
        presence: float32 [n, 80].
        posterior: float32 [n, 1000].
    """

    captions: tuple[tuple[str, ...], ...]
    features: NDArray[np.float32]
    presence: NDArray[np.float32]
    posterior: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Head:
    """A linear map to the principal directions of one sentence encoder.

    Attributes:
        features: float32 [1280, 192], of pooled features.
        presence: float32 [80, 192], of the square root of presence.
        posterior: float32 [1000, 192], of the square root of class probabilities.
        bias: float32 [192].
    """

    features: NDArray[np.float32]
    presence: NDArray[np.float32]
    posterior: NDArray[np.float32]
    bias: NDArray[np.float32]


def read_training_photos() -> TrainingPhotos:
    folder = Path(__file__).parent
    captions: dict[int, list[str]] = {}
    for line in (folder / "head_captions.tsv").read_text("utf-8").splitlines()[1:]:
        photo, _licence, _address, caption = line.split("\t")
        captions.setdefault(int(photo), []).append(caption)
    with np.load(folder / "head_features.npz", allow_pickle=False) as archive:
        return TrainingPhotos(
            tuple(tuple(captions[int(photo)]) for photo in archive["id"]),
            archive["g"].astype(np.float32),
            archive["m"],
            archive["P"],
        )


def build_background() -> bytes:
    """The search vectors of the same photos, as an .npy file of float16 [78, 1489]: what photos of
    all kinds look like to the model, for the program's judgement of what is relevant."""
    with np.load(Path(__file__).with_name("background.npz"), allow_pickle=False) as archive:
        vectors = archive["V"]
    stream = io.BytesIO()
    np.save(stream, vectors)
    return stream.getvalue()


def fit_head(photos: TrainingPhotos, concepts: Concepts) -> Head:
    """Fits the head: from a photo to the mean direction of its captions."""
    targets = np.stack([concepts.directions(each).mean(0) for each in photos.captions])
    width = photos.features.shape[1]
    mean, deviation = photos.features.mean(0), photos.features.std(0) + _SMALLEST_DEVIATION
    inputs = np.concatenate(
        [
            (photos.features - mean) / deviation / np.sqrt(width),
            _PRESENCE_SHARE * np.sqrt(photos.presence),
            np.sqrt(photos.posterior),
        ],
        1,
    )
    centre = inputs.mean(0)
    centred = inputs - centre
    kernel = centred @ centred.T
    ridge = _RIDGE * np.trace(kernel) / len(kernel) * np.eye(len(kernel))
    weights = centred.T @ np.linalg.solve(kernel + ridge, targets - targets.mean(0))
    weights = layout.HEAD_WEIGHT * (weights @ concepts.principal)
    ends = np.cumsum([width, layout.OBJECTS])
    of_features, of_presence, of_posterior = np.split(weights, ends)
    scaled = of_features / deviation[:, None] / np.sqrt(width)
    return Head(
        scaled.astype(np.float32),
        (_PRESENCE_SHARE * of_presence).astype(np.float32),
        of_posterior.astype(np.float32),
        (-(centre @ weights) - mean @ scaled).astype(np.float32),
    )
