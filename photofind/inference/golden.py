"""Does a model compute here what it computes elsewhere? Golden vectors tell.

Some processors, and some versions of the libraries, get int8 graphs wrong without any error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from photofind import paths
from photofind.domain import ModelError
from photofind.inference.clip import DualEncoder, ImageEncoder, TextEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


SMALLEST_COSINE = 0.999
"""Two machines never agree on every bit; below this, rankings begin to change."""

RECORDED_NAME = "golden.json"
"""In a model's own folder, when its vectors could not be known before it was installed."""
_TEXTS = ("a dog", "two children playing on a beach at sunset", "")


class GoldenText(msgspec.Struct, frozen=True):
    """A text and its vector.

    Attributes:
        vector: [dim].
        language: BCP 47 tag of the language it is taken for; "": what it is recognised as.
    """

    text: str
    vector: tuple[float, ...]
    language: str = ""


class Golden(msgspec.Struct, frozen=True):
    """Vectors of a reference implementation.

    Attributes:
        search: of `draw_picture`, [dim].
        similar: of `draw_picture`, [similar_dim]; None when the model has no second vector.
    """

    search: tuple[float, ...]
    similar: tuple[float, ...] | None
    texts: tuple[GoldenText, ...]


def draw_picture(size: int) -> NDArray[np.uint8]:
    """Draws the golden picture: a sun over hills and a chequered field, in whole numbers only.

    Returns:
        RGB, uint8 [size, size, 3], the same bytes on every machine.
    """
    y, x = np.mgrid[0:size, 0:size] * 1000 // size  # thousandths of the side
    sky = np.stack([90 + y // 8, 150 + y // 10, 235 - y // 10], axis=-1)
    field = np.where((x // 125 + y // 125) % 2 == 0, 1, 0)[..., None]
    ground = np.where(field == 1, [60, 140, 50], [170, 150, 90])
    hill = 1000 * y > 620_000 - (x * (1000 - x)) // 2
    sun = (x - 700) ** 2 + (y - 220) ** 2 < 110**2
    picture = np.where(hill[..., None], ground, sky)
    picture = np.where(sun[..., None], [250, 215, 70], picture)
    return np.asarray(picture, np.uint8)


def read_golden(model: DualEncoder) -> Golden:
    """Reads a model's golden vectors: from the resources, or as recorded when it was installed.

    Raises:
        ModelError: model_incompatible, they are missing or damaged.
    """
    spec = model.spec
    if spec.golden is None:
        path, advice = model.folder / RECORDED_NAME, "the model"
    else:
        path, advice = paths.resources() / "models" / spec.golden, "photofind"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Golden)
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            "model_incompatible",
            "The test vectors of the model “{model}” can't be read. Please install {advice} again.",
            model=spec.title,
            advice=advice,
        ) from error


def write_golden(model: DualEncoder) -> None:
    """Records what a model computes now, to be compared with later: after an update of
    onnxruntime, say, or in another computer.

    Raises:
        OSError: the file can't be written.
    """
    image = ImageEncoder(model).encode([draw_picture(model.spec.preprocess.geometry.size)])
    texts = TextEncoder(model).encode(_TEXTS)
    golden = Golden(
        search=_rounded(image.search[0]),
        similar=None if image.similar is None else _rounded(image.similar[0]),
        texts=tuple(
            GoldenText(text, _rounded(row)) for text, row in zip(_TEXTS, texts, strict=True)
        ),
    )
    (model.folder / RECORDED_NAME).write_bytes(msgspec.json.encode(golden))


def _rounded(vector: NDArray[np.float32]) -> tuple[float, ...]:
    return tuple(round(float(value), 6) for value in vector)


def self_test(model: DualEncoder) -> float:
    """Compares a model's vectors on this machine with the golden ones (about a second).

    Returns:
        The smallest cosine.

    Raises:
        ModelError: model_incompatible, a vector is off.
    """
    golden = read_golden(model)
    image = ImageEncoder(model).encode([draw_picture(model.spec.preprocess.geometry.size)])
    cosines = [_cosine(image.search[0], golden.search)]
    if image.similar is not None and golden.similar is not None:
        cosines.append(_cosine(image.similar[0], golden.similar))
    encoder = TextEncoder(model)
    for text in golden.texts:
        vector = encoder.encode_text(text.text, text.language).vector
        cosines.append(_cosine(vector, text.vector))
    smallest = min(cosines)
    if not smallest >= SMALLEST_COSINE:  # also when it is not a number
        raise ModelError(
            "model_incompatible",
            "The model “{model}” computes wrong results on this computer. Please choose "
            "another model.",
            model=model.spec.title,
        )
    return smallest


def _cosine(vector: NDArray[np.float32], golden: Sequence[float]) -> float:
    reference = np.asarray(golden, np.float64)
    return float(vector @ reference / (np.linalg.norm(vector) * np.linalg.norm(reference)))
