"""Decoded squares become the numbers a graph expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from photofind.inference.spec import Preprocess


def to_batch(tensors: Sequence[NDArray[np.uint8]], preprocess: Preprocess) -> NDArray[np.float32]:
    """Stacks and normalises pictures: (value / 255 - mean) / std.

    Args:
        tensors: RGB, uint8 [size, size, 3] each, of `preprocess.geometry`.

    Returns:
        float32 [len(tensors), 3, size, size].

    Raises:
        ValueError: a picture was prepared for another model.
    """
    size = preprocess.geometry.size
    expected = (size, size, 3)
    for tensor in tensors:
        if tensor.shape != expected or tensor.dtype != np.uint8:
            raise ValueError(
                f"expected uint8 {list(expected)}, got {tensor.dtype} {list(tensor.shape)}"
            )
    # (v / 255 - mean) / std = v * scale + offset, in place: no temporary of the batch's size.
    std = np.asarray(preprocess.std, np.float32)
    scale = (np.float32(1) / (np.float32(255) * std))[:, None, None]
    offset = (-np.asarray(preprocess.mean, np.float32) / std)[:, None, None]
    batch = np.empty((len(tensors), 3, size, size), np.float32)
    for row, tensor in zip(batch, tensors, strict=True):
        np.multiply(tensor.transpose(2, 0, 1), scale, out=row)
        np.add(row, offset, out=row)
    return batch
