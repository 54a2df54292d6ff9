"""PyTorch's own format since 1.6: an uncompressed zip of a pickled index and raw numbers.

https://docs.pytorch.org/docs/stable/notes/serialization.html, section "Serialized file format".
The index is unpickled with nothing to call but what notes down where tensors are.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

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
MOST_INSTRUCTIONS: Final = 2_000_000
"""Of the pickled index. A checkpoint of 500 tensors has about 20,000."""
MOST_MEMBERS: Final = 20_000
_LARGEST_SIZE: Final = 2**48
_LOCAL_HEADER: Final = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE: Final = b"PK\x03\x04"
_STORAGES: Final = {
    "DoubleStorage": "float64",
    "FloatStorage": "float32",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
}


class _Storage(NamedTuple):
    """Numbers outside the pickle, in a part of the zip file called `key`."""

    dtype: str
    key: str
    numbers: int


class _Tensor(NamedTuple):
    """A tensor as the pickle describes it, which may be a lie."""

    storage: Any
    first: Any
    shape: Any
    strides: Any


class _IndexReader(pickle.Unpickler):
    """Knows the few names that a dictionary of tensors needs, and imports none of them."""

    def __init__(self, index: bytes) -> None:
        super().__init__(io.BytesIO(index))
        # Made anew for every file: a pickle can set attributes of what it is given.
        self._names = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): lambda *given: _Tensor(*given[:4]),
            ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: _Tensor(*tensor),
            **{("torch", name): dtype for name, dtype in _STORAGES.items()},
        }

    def find_class(self, module: str, name: str, /) -> Any:
        found = self._names.get((module, name))
        if found is None:
            raise CheckpointFormatError(f"its index names {module}.{name}")
        return found

    def persistent_load(self, identity: Any, /) -> _Storage:
        match identity:
            case ("storage", str(dtype), str(key), str(), int(count)):
                is_sane = key.isascii() and key.isdigit() and 0 <= count < _LARGEST_SIZE
                if is_sane and dtype in _STORAGES.values():
                    return _Storage(dtype, key, count)
        raise CheckpointFormatError("its index is damaged")


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
    found = _unpickle(index)
    state = found.get("state_dict", found) if isinstance(found, dict) else None
    if not isinstance(state, dict):
        raise CheckpointFormatError("its index is not a dictionary of tensors")
    places = _Places(path, members, f"{prefix}data/")
    return {
        name: places.tensor(value)
        for name, value in state.items()
        if isinstance(name, str) and isinstance(value, _Tensor)
    }


def _unpickle(index: bytes) -> Any:
    try:
        _check_instructions(index)
        return _IndexReader(index).load()
    except CheckpointFormatError:
        raise
    except (
        *(pickle.UnpicklingError, ValueError, TypeError, AttributeError, LookupError, EOFError),
        *(ArithmeticError, MemoryError, RecursionError, ImportError),
    ) as error:
        raise CheckpointFormatError("its index is damaged") from error


def _check_instructions(index: bytes) -> None:
    """Unpickling allocates as many places of memory as the highest number that a pickle names."""
    for count, (code, argument, _) in enumerate(pickletools.genops(index)):
        is_far = "PUT" in code.name and argument is not None and argument > MOST_INSTRUCTIONS
        if count > MOST_INSTRUCTIONS or is_far:
            raise CheckpointFormatError("its index is far too long")


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

    def tensor(self, stated: _Tensor) -> StoredTensor:
        """Checks one tensor against what the file holds.

        Raises:
            CheckpointFormatError: it can't be so.
        """
        storage, first, shape, strides = stated
        if (
            not isinstance(storage, _Storage)
            or not _are_sizes((first,), 1)
            or not _are_sizes(shape, MOST_DIMENSIONS)
            or not _are_sizes(strides, MOST_DIMENSIONS)
            or len(shape) != len(strides)
        ):
            raise CheckpointFormatError("its index is damaged")
        dtype, key, count = storage
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


def _are_sizes(values: Any, most: int) -> bool:
    return (
        isinstance(values, tuple)
        and len(values) <= most
        and all(type(value) is int and 0 <= value < _LARGEST_SIZE for value in values)
    )
