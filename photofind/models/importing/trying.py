"""Runs a model that was just described: does it do what the description says?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ModelError
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.golden import RECORDED_NAME, self_test
from photofind.inference.precision_check import TEXTS, draw_pictures
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder

_SAME = 0.999
"""Cosine. int8 scales over all tokens, so that the same text differs a little with its filling;
a text tower that looks at the filling, or at the last place, differs much more."""
LARGEST_DIM = 8192


def try_model(model: DualEncoder) -> None:
    """Embeds pictures and words, and compares with the exporter's own vectors if there are any.

    Raises:
        ModelError: model_incompatible, it can't be run as it is described, or computes nonsense.
    """
    images, texts = _embed_images(model), _embed_texts(model)
    if images.shape[1:] != (model.spec.dim,) or texts.shape[1:] != (model.spec.dim,):
        raise _unusable(Sentence("its vectors have a different length than stated"))
    for vectors in (images, texts):
        if not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
            raise _unusable(Sentence("it computes something other than vectors"))
        if np.ptp(vectors, axis=0).max() == 0:
            raise _unusable(Sentence("it computes the same for everything"))
    if (model.folder / RECORDED_NAME).is_file():
        self_test(model)


def output_dim(model: DualEncoder) -> int:
    """How long the vectors are.

    Raises:
        ModelError: model_incompatible, pictures and words give vectors of different lengths, or
            none.
    """
    images = _embed_images(model, 1)
    if images.ndim != 2 or not 1 <= images.shape[1] <= LARGEST_DIM:
        raise _unusable(Sentence("it gives {shape} for a picture", shape=str(list(images.shape))))
    return int(images.shape[1])


def takes_any_length(alone: DualEncoder, filled: DualEncoder) -> bool:
    """Whether a text that is not filled up gives the same vector as one that is.

    Args:
        alone, filled: the same model, described with and without padding.
    """
    try:
        cosines = (_embed_texts(alone) * _embed_texts(filled)).sum(axis=1)
    except ModelError:
        return False
    return bool(cosines.min() > _SAME)


def _embed_images(model: DualEncoder, count: int = 3) -> NDArray[np.float32]:
    encoder = ImageEncoder(model)
    pictures = draw_pictures(model.spec.preprocess.geometry.size)
    try:
        return encoder.encode(pictures[:count]).search
    except Exception as error:  # onnxruntime raises many kinds, some of them undocumented
        raise _unusable(Sentence("its graph for pictures fails")) from error


def _embed_texts(model: DualEncoder) -> NDArray[np.float32]:
    encoder = TextEncoder(model)
    try:
        return encoder.encode(TEXTS[:4])
    except ModelError:
        raise
    except Exception as error:
        raise _unusable(
            Sentence("its graph for words fails, or gives vectors of another length")
        ) from error


def _unusable(reason: Sentence) -> ModelError:
    return ModelError("model_incompatible", "The model can't be used: {reason}.", reason=reason)
