"""Tensors in a file: where they lie, how they are stored, and whether that can be true."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

MOST_DIMENSIONS = 8


class CheckpointFormatError(ValueError):
    """The file is damaged, hostile, or of a kind that photofind doesn't read; says why."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor.

    Attributes:
        dtype: how its numbers are stored; "bfloat16" is kept apart as NumPy has no such type.
        strides: elements from one index to the next, for each axis.
        offset: bytes from the beginning of the file to the first element.
    """

    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int


_STORED_AS: dict[str, np.dtype[Any]] = {
    "float64": np.dtype("<f8"),
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "bfloat16": np.dtype("<u2"),
    "int64": np.dtype("<i8"),
    "int32": np.dtype("<i4"),
    "int16": np.dtype("<i2"),
    "int8": np.dtype("<i1"),
    "uint8": np.dtype("<u1"),
    "bool": np.dtype("?"),
}


def item_bytes(dtype: str) -> int:
    """Bytes of one number.

    Raises:
        KeyError: such numbers are not read.
    """
    return int(_STORED_AS[dtype].itemsize)


def dense_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Strides, in elements, of a tensor without gaps whose last axis moves fastest."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def elements_spanned(shape: tuple[int, ...], strides: tuple[int, ...]) -> int:
    """Elements from the first to the last one, both included; 0 when there is none."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


class TensorFile:
    """The tensors of one file. They are read when asked for; nothing else is."""

    def __init__(self, path: Path, tensors: Mapping[str, StoredTensor]) -> None:
        """Takes an index that was checked against the file's size."""
        self.path = path
        self.tensors = tensors

    def read(self, name: str) -> NDArray[np.float32]:
        """One tensor as float32; a view of the file where it is stored so.

        Raises:
            KeyError: there is no such tensor.
        """
        stored = self.tensors[name]
        dtype = _STORED_AS[stored.dtype]
        span = elements_spanned(stored.shape, stored.strides) * dtype.itemsize
        # Mapped for each tensor anew: of one map of the whole file, all that was ever read would
        # stay in memory.
        flat: NDArray[np.uint8] = (
            np.memmap(self.path, np.uint8, "r", stored.offset, (span,))
            if span
            else np.empty(0, np.uint8)
        )
        if stored.offset % dtype.itemsize:
            flat = flat.copy()  # not every processor reads numbers at odd places
        values = np.lib.stride_tricks.as_strided(
            flat.view(dtype),
            stored.shape,
            [stride * dtype.itemsize for stride in stored.strides],
            writeable=False,
        )
        if stored.dtype == "bfloat16":  # the upper half of a float32
            return (values.astype("<u4") << np.uint32(16)).view("<f4")
        return values.astype(np.float32, copy=False)
