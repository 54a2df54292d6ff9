"""PyTorch's own format since 1.6: an uncompressed zip of a pickled index and raw numbers.

https://docs.pytorch.org/docs/stable/notes/serialization.html, section "Serialized file format".
"""

from __future__ import annotations

import math
import struct
import zipfile
from typing import TYPE_CHECKING, Any, Final

from photofind.inference.checkpoints.pickled import (
    ORDERED_DICT,
    Call,
    Name,
    Persistent,
    read_mapping,
)
from photofind.inference.checkpoints.tensors import (
    MOST_DIMENSIONS,
    CheckpointFormatError,
    StoredTensor,
    elements_spanned,
    item_bytes,
)

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_INDEX: Final = 25_000_000
MOST_MEMBERS: Final = 20_000
_LARGEST_SIZE: Final = 2**48
_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_REBUILD_TENSOR: Final = Name("torch._utils", "_rebuild_tensor_v2")
_REBUILD_PARAMETER: Final = Name("torch._utils", "_rebuild_parameter")
_STORAGES: Final = {
    Name("torch", "DoubleStorage"): "float64",
    Name("torch", "FloatStorage"): "float32",
    Name("torch", "HalfStorage"): "float16",
    Name("torch", "BFloat16Storage"): "bfloat16",
    Name("torch", "LongStorage"): "int64",
    Name("torch", "IntStorage"): "int32",
    Name("torch", "ShortStorage"): "int16",
    Name("torch", "CharStorage"): "int8",
    Name("torch", "ByteStorage"): "uint8",
    Name("torch", "BoolStorage"): "bool",
}
_KNOWN: Final = frozenset({ORDERED_DICT, _REBUILD_TENSOR, _REBUILD_PARAMETER, *_STORAGES})


def read_index(path: Path) -> dict[str, StoredTensor]:
    """Reads which tensors a file holds; a dictionary under the key "state_dict" is looked into.

    Raises:
        CheckpointFormatError: it isn't a whole, well-formed file of this kind, or its index wants
            more than tensors.
        OSError: it can't be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _check_members(archive)
            prefix = _find_prefix(members)
            index = archive.read(f"{prefix}data.pkl")
            _check_byte_order(archive, members, prefix)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise CheckpointFormatError("it is not a whole zip file") from error
    found = read_mapping(index, _KNOWN)
    state = found.get("state_dict", found)
    if not isinstance(state, dict):
        raise CheckpointFormatError("its index is not a dictionary of tensors")
    places = _Places(path, members, f"{prefix}data/")
    return {
        name: places.tensor(value)
        for name, value in state.items()
        if isinstance(name, str) and isinstance(value, Call)
    }


def _check_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise CheckpointFormatError(f"it has {len(members)} parts")
    for member in members:
        if member.compress_type != zipfile.ZIP_STORED or member.compress_size != member.file_size:
            raise CheckpointFormatError(f"its part {member.filename!r} is compressed")
        if member.flag_bits & 1:
            raise CheckpointFormatError(f"its part {member.filename!r} is encrypted")
    named = {member.filename: member for member in members}
    if len(named) != len(members):
        raise CheckpointFormatError("two of its parts have one name")
    return named


def _find_prefix(members: dict[str, zipfile.ZipInfo]) -> str:
    """The one folder that everything lies in."""
    found = [name for name in members if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(found) != 1:
        raise CheckpointFormatError("it has no index, or several")
    if members[found[0]].file_size > LARGEST_INDEX:
        raise CheckpointFormatError("its index is far too long")
    return found[0].removesuffix("data.pkl")


def _check_byte_order(
    archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], prefix: str
) -> None:
    member = members.get(f"{prefix}byteorder")
    if member is None:
        return  # older than that file: always little
    if member.file_size > len("little") or archive.read(member) != b"little":
        raise CheckpointFormatError("its numbers are not little-endian")


class _Places:
    """Finds the numbers of tensors in the file."""

    def __init__(self, path: Path, members: dict[str, zipfile.ZipInfo], folder: str) -> None:
        self._path = path
        self._file_bytes = path.stat().st_size
        self._members = members
        self._folder = folder
        self._offsets: dict[str, int] = {}

    def tensor(self, call: Call) -> StoredTensor:
        """Checks one tensor against what the file holds.

        Raises:
            CheckpointFormatError: it can't be so.
        """
        if call.function == _REBUILD_PARAMETER and call.arguments:
            call = call.arguments[0]
        if not isinstance(call, Call) or call.function != _REBUILD_TENSOR:
            raise CheckpointFormatError("its index holds something that isn't a tensor")
        if len(call.arguments) < 4:
            raise CheckpointFormatError("its index is damaged")
        storage, first, shape, strides = call.arguments[:4]
        dtype, key, count = _read_storage(storage)
        if (
            not _are_sizes((first,), 1)
            or not _are_sizes(shape, MOST_DIMENSIONS)
            or not _are_sizes(strides, MOST_DIMENSIONS)
            or len(shape) != len(strides)
        ):
            raise CheckpointFormatError("its index is damaged")
        if first + elements_spanned(shape, strides) > count or math.prod(shape) > count:
            raise CheckpointFormatError("a tensor is larger than its numbers")
        offset, size = self._member(key)
        if count * item_bytes(dtype) > size:
            raise CheckpointFormatError("a tensor is larger than its numbers")
        return StoredTensor(dtype, shape, strides, offset + first * item_bytes(dtype))

    def _member(self, key: str) -> tuple[int, int]:
        """Where a part's bytes begin in the file, and how many there are."""
        name = f"{self._folder}{key}"
        member = self._members.get(name)
        if member is None:
            raise CheckpointFormatError(f"its part {name!r} is missing")
        if name not in self._offsets:
            self._offsets[name] = self._begin(member)
        return self._offsets[name], member.file_size

    def _begin(self, member: zipfile.ZipInfo) -> int:
        """Skips the part's own header, which may be longer than its entry in the directory."""
        with self._path.open("rb") as stream:
            stream.seek(member.header_offset)
            header = stream.read(_LOCAL_HEADER.size)
            if len(header) != _LOCAL_HEADER.size or not header.startswith(_LOCAL_SIGNATURE):
                raise CheckpointFormatError(f"its part {member.filename!r} is not where it says")
            name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)[-2:]
            name = stream.read(name_bytes)
        begin = member.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
        if name != member.filename.encode() or begin + member.file_size > self._file_bytes:
            raise CheckpointFormatError(f"its part {member.filename!r} is not where it says")
        return int(begin)


def _read_storage(storage: Any) -> tuple[str, str, int]:
    """Kind of numbers, name of the part, count of numbers."""
    match storage:
        case Persistent(identity=("storage", Name() as kind, str(key), str(), int(count))):
            if kind in _STORAGES and key.isascii() and key.isdigit() and 0 <= count < _LARGEST_SIZE:
                return _STORAGES[kind], key, count
    raise CheckpointFormatError("its index is damaged")


def _are_sizes(values: Any, most: int) -> bool:
    return (
        isinstance(values, tuple)
        and len(values) <= most
        and all(type(value) is int and 0 <= value < _LARGEST_SIZE for value in values)
    )
