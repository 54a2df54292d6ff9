"""Puts the tensors of an official checkpoint where a graph without weights expects them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ModelError
from photofind.inference.checkpoints.tensors import item_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from photofind.inference.checkpoints.tensors import TensorFile
    from photofind.inference.manifest import BoundGraph, BoundTensor

_CHUNK_ROWS = 8192
"""An embedding table may have 256,000 rows and need not be in memory as a whole."""


def bind(checkpoint: TensorFile, graph: BoundGraph, path: Path, largest_int8: int) -> None:
    """Writes the file of weights that a graph refers to.

    Args:
        path: where to; must not exist.
        largest_int8: the largest value of int8 weights; see `processor.largest_int8_weight`.

    Raises:
        ModelError: model_incompatible, the checkpoint is another model's, or holds numbers that
            aren't; then the file is not complete.
        OSError: the file can't be written.
    """
    for tensor in graph.tensors:
        _check_sources(checkpoint, tensor)
    with path.open("xb") as stream:
        stream.truncate(graph.bytes)
        for tensor in graph.tensors:
            _write(stream, tensor, _read(checkpoint, tensor), checkpoint, largest_int8)
        stream.flush()
        os.fsync(stream.fileno())


def quantise(
    values: NDArray[np.float32], axis: int, largest_int8: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rounds a matrix to int8 with one scale for every index of an axis.

    Args:
        values: float32 [n, m].

    Returns:
        int8 [n, m] and float32 scales, [n] or [m]; values ≈ int8 * scale.
    """
    largest = np.abs(values).max(axis=1 - axis, keepdims=True)
    scales = np.where(largest > 0, largest / np.float32(largest_int8), np.float32(1))
    return np.rint(values / scales).astype(np.int8), scales.astype(np.float32).ravel()


def _check_sources(checkpoint: TensorFile, tensor: BoundTensor) -> None:
    for source in tensor.sources:
        stored = checkpoint.tensors.get(source.name_in(checkpoint.tensors))
        if stored is None or stored.shape != source.shape or item_bytes(stored.dtype) == 1:
            raise ModelError(
                "model_incompatible",
                "The file {file} belongs to another model: its tensor {source} is missing or "
                "has another shape.",
                file=checkpoint.path.name,
                source=source.name,
            )


def _read(checkpoint: TensorFile, tensor: BoundTensor) -> NDArray[np.float32]:
    parts = []
    for source in tensor.sources:
        values = checkpoint.read(source.name_in(checkpoint.tensors))
        stop = None if source.rows is None else source.first + source.rows
        parts.append(values[source.first : stop])
    whole = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if tensor.transposed:
        whole = whole.reshape(len(whole), -1).T
    return whole.reshape(tensor.shape)


def _write(
    stream: BinaryIO,
    tensor: BoundTensor,
    values: NDArray[np.float32],
    checkpoint: TensorFile,
    largest_int8: int,
) -> None:
    at, scales_at = tensor.offset, tensor.scales_offset
    for chunk in _chunks(values, tensor.scale_axis):
        if not np.isfinite(chunk).all():
            raise ModelError(
                "model_incompatible",
                "The file {file} is damaged: {name} holds values that are not numbers. "
                "Please get it again.",
                file=checkpoint.path.name,
                name=tensor.sources[0].name,
            )
        if tensor.scale_axis is None:
            at += _put(stream, at, chunk)
            continue
        rounded, scales = quantise(chunk, tensor.scale_axis, largest_int8)
        at += _put(stream, at, rounded)
        scales_at += _put(stream, scales_at, scales)


def _chunks(values: NDArray[np.float32], scale_axis: int | None) -> Iterator[NDArray[np.float32]]:
    """Runs of rows, or the whole where scales need all of it."""
    if scale_axis == 1 or values.ndim == 0:
        yield values
        return
    for start in range(0, len(values), _CHUNK_ROWS):
        yield values[start : start + _CHUNK_ROWS]


def _put(stream: BinaryIO, at: int, values: NDArray[np.generic]) -> int:
    stream.seek(at)
    stream.write(np.ascontiguousarray(values).data)
    return values.nbytes
