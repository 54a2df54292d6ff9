from __future__ import annotations

import numpy as np
import pytest

from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.preprocess import to_batch
from photofind.inference.spec import Preprocess

CLIP = Preprocess(
    ImageGeometry(4, ResizeMode.SHORTEST),
    mean=(0.48145466, 0.4578275, 0.40821073),
    std=(0.26862954, 0.26130258, 0.27577711),
)


def test_normalises_each_channel_and_puts_channels_first() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (3, 4, 4, 3), dtype=np.uint8)
    expected = (pictures / 255 - np.array(CLIP.mean)) / np.array(CLIP.std)
    batch = to_batch(list(pictures), CLIP)
    assert batch.dtype == np.float32
    assert batch.flags.c_contiguous
    np.testing.assert_allclose(batch, expected.transpose(0, 3, 1, 2), atol=1e-6)


def test_no_pictures_make_an_empty_batch() -> None:
    assert to_batch([], CLIP).shape == (0, 3, 4, 4)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((5, 5, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((3, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
    ids=["another size", "gray", "channels first", "floats"],
)
def test_a_picture_made_for_another_model_is_refused(picture: np.ndarray) -> None:
    good = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match=r"expected uint8 \[4, 4, 3\]"):
        to_batch([good, picture], CLIP)
