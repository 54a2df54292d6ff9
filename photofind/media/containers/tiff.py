"""TIFF: directories of tags (TIFF 6.0; BigTIFF), as plain TIFFs and most RAW formats have them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from photofind.media.containers.reading import OddFileError, read_exactly, seek_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CLASSIC, _BIG = 42, 43
_RAW_VERSIONS: Final = frozenset({0x55, 0x4F52, 0x5352})
"""Panasonic's RW2, and the two of Olympus' ORF, which are classic but for this number."""

_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
                 16: 8, 17: 8, 18: 8}  # fmt: skip
"""Bytes a value of each field type takes."""
_INTEGERS: Final = {1: "B", 3: "H", 4: "I", 7: "B", 13: "I", 16: "Q", 18: "Q"}
_MOST_ENTRIES: Final = 4_096
_MOST_NUMBERS: Final = 65_536
_SUB_IFDS: Final = 0x014A
_MOST_IFDS: Final = 64


@dataclass(frozen=True, slots=True)
class TiffEntry:
    """A tag's value, or where it lies.

    Attributes:
        kind: the field type.
        count: values, not bytes.
        inline: the value itself when it fits, else its offset.
    """

    kind: int
    count: int
    inline: bytes


class TiffReader:
    """Reads directories out of an open file; leaves its position anywhere.

    Raises:
        OddFileError: from each method, for what isn't put together as a TIFF.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0)
        head = read_exactly(file, 8)
        if head[:2] not in (b"II", b"MM"):
            raise OddFileError("no TIFF header")
        self._order = "<" if head[:2] == b"II" else ">"
        self.version = self._unpack("H", head[2:4])[0]
        if self.version not in (_CLASSIC, _BIG, *_RAW_VERSIONS):
            raise OddFileError("no TIFF header")
        self._is_big = self.version == _BIG
        self.first = (
            self._unpack("Q", read_exactly(file, 8))[0]
            if self._is_big
            else (self._unpack("I", head[4:])[0])
        )

    def directories(self) -> Iterator[Mapping[int, TiffEntry]]:
        """All directories: the chained ones, each followed by its subdirectories."""
        seen: set[int] = set()
        waiting = [self.first]
        while waiting and len(seen) < _MOST_IFDS:
            offset = waiting.pop(0)
            if offset == 0 or offset in seen:
                continue
            seen.add(offset)
            entries, following = self.read_directory(offset)
            yield entries
            below = self.numbers(entries[_SUB_IFDS]) if _SUB_IFDS in entries else ()
            waiting = [*below[:_MOST_IFDS], following, *waiting]

    def read_directory(self, offset: int) -> tuple[dict[int, TiffEntry], int]:
        """The entries of a directory, and where the next one lies (0: nowhere)."""
        seek_to(self._file, offset)
        count_format, entry_bytes, value_bytes = ("Q", 20, 8) if self._is_big else ("H", 12, 4)
        count_bytes = struct.calcsize(count_format)
        (count,) = self._unpack(count_format, read_exactly(self._file, count_bytes))
        if count > _MOST_ENTRIES:
            raise OddFileError(f"{count} tags")
        data = read_exactly(self._file, count * entry_bytes)
        entries: dict[int, TiffEntry] = {}
        for at in range(0, len(data), entry_bytes):
            tag, kind = self._unpack("HH", data[at : at + 4])
            (number,) = self._unpack(
                "Q" if self._is_big else "I", data[at + 4 : at + 4 + value_bytes]
            )
            inline = data[at + 4 + value_bytes : at + entry_bytes]
            entries.setdefault(tag, TiffEntry(kind, number, inline))
        end = self._file.read(value_bytes)
        following = 0
        if len(end) == value_bytes:
            (following,) = self._unpack("Q" if self._is_big else "I", end)
        return entries, following

    def data(self, entry: TiffEntry) -> bytes:
        """The bytes of a value, in the file's byte order."""
        size = _SIZES.get(entry.kind, 0) * entry.count
        if size <= len(entry.inline):
            return entry.inline[:size]
        (offset,) = self._unpack("Q" if self._is_big else "I", entry.inline)
        seek_to(self._file, offset)
        return read_exactly(self._file, size)

    def numbers(self, entry: TiffEntry) -> tuple[int, ...]:
        """A value of integers; none for other types."""
        letter = _INTEGERS.get(entry.kind)
        if letter is None or entry.count > _MOST_NUMBERS:
            return ()
        return self._unpack(f"{entry.count}{letter}", self.data(entry))

    def _unpack(self, layout: str, data: bytes) -> tuple[int, ...]:
        return struct.unpack(self._order + layout, data)
