"""The safetensors format: a JSON index, then raw numbers.

https://github.com/huggingface/safetensors#format, with the limits that it asks readers to keep.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import msgspec

from photofind.inference.checkpoints.tensors import (
    MOST_DIMENSIONS,
    CheckpointFormatError,
    StoredTensor,
    dense_strides,
    item_bytes,
)

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_HEADER = 25_000_000
"""Bytes. Real ones have 100 kB; the limit is the reader's own."""
_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U8": "uint8",
    "BOOL": "bool",
}

_Size = Annotated[int, msgspec.Meta(ge=0, lt=2**48)]


class _TensorEntry(msgspec.Struct, frozen=True):
    dtype: str
    shape: Annotated[tuple[_Size, ...], msgspec.Meta(max_length=MOST_DIMENSIONS)]
    data_offsets: tuple[_Size, _Size]


def read_index(path: Path) -> dict[str, StoredTensor]:
    """Reads which tensors a file holds.

    Raises:
        CheckpointFormatError: it isn't a whole, well-formed safetensors file.
        OSError: it can't be read.
    """
    file_bytes = path.stat().st_size
    with path.open("rb") as stream:
        header_bytes = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        if header_bytes > LARGEST_HEADER:
            raise CheckpointFormatError(f"its header has {header_bytes} bytes")
        if _LENGTH_BYTES + header_bytes > file_bytes:
            raise CheckpointFormatError("it ends within its header")
        header = stream.read(header_bytes)
    begin = _LENGTH_BYTES + header_bytes
    entries = _parse(header)
    _check_places(entries, file_bytes - begin)
    return {
        name: StoredTensor(
            _DTYPES[entry.dtype],
            entry.shape,
            dense_strides(entry.shape),
            begin + entry.data_offsets[0],
        )
        for name, entry in entries.items()
    }


def _parse(header: bytes) -> dict[str, _TensorEntry]:
    try:
        parts = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        parts.pop(_METADATA, None)
        return {name: msgspec.json.decode(raw, type=_TensorEntry) for name, raw in parts.items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CheckpointFormatError("its header can't be understood") from error


def _check_places(entries: dict[str, _TensorEntry], data_bytes: int) -> None:
    """Every tensor inside the file, none over another, no gaps (those could hide something)."""
    at = 0
    for name, entry in sorted(entries.items(), key=lambda item: item[1].data_offsets):
        start, stop = entry.data_offsets
        if entry.dtype not in _DTYPES:
            raise CheckpointFormatError(f"{name!r} is stored as {entry.dtype!r}")
        if stop - start != math.prod(entry.shape) * item_bytes(_DTYPES[entry.dtype]):
            raise CheckpointFormatError(f"the size of {name!r} doesn't fit its shape")
        if start != at:
            raise CheckpointFormatError(f"{name!r} does not begin where the one before it ends")
        at = stop
    if at != data_bytes:
        raise CheckpointFormatError(f"it should have {at} bytes of data but has {data_bytes}")
