"""Boxes of the ISO base media file format (ISO/IEC 14496-12)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from photofind.media.containers.reading import MOST_PARTS, OddFileError, read_exactly

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD_BYTES: Final = 8


class BoxReader:
    """Takes big-endian numbers off the front of a box.

    Each method raises OddFileError when the box ends before.
    """

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int) -> int:
        """An unsigned integer of `size` bytes; 0 when there are none."""
        return int.from_bytes(self.take(size), "big")

    def take(self, count: int) -> memoryview:
        piece = self._data[self._at : self._at + count]
        if len(piece) < count:
            raise OddFileError("a box ends too soon")
        self._at += count
        return piece

    def text(self) -> bytes:
        """Bytes up to a zero byte."""
        rest = bytes(self._data[self._at :])
        end = rest.find(b"\x00")
        if end < 0:
            raise OddFileError("a text without an end")
        self._at += end + 1
        return rest[:end]

    def version_and_flags(self) -> tuple[int, int]:
        return self.number(1), self.number(3)

    def rest(self) -> memoryview:
        return self._data[self._at :]

    def __bool__(self) -> bool:
        return self._at < len(self._data)


def split_boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and contents of the boxes that lie side by side in memory.

    Raises:
        OddFileError: a box reaches beyond the end.
    """
    reader = BoxReader(data)
    while reader:
        size, kind = reader.number(4), bytes(reader.take(4))
        header = _HEAD_BYTES
        if size == 1:
            size, header = reader.number(8), 2 * _HEAD_BYTES
        if size == 0:
            yield kind, reader.rest()
            return
        if size < header:
            raise OddFileError("a box smaller than its own head")
        yield kind, reader.take(size - header)


@dataclass(frozen=True, slots=True)
class FileBox:
    """A box of the file's top level; offsets in bytes from the beginning of the file."""

    kind: bytes
    start: int
    size: int


def list_boxes(file: BinaryIO) -> Iterator[FileBox]:
    """The boxes of the file's top level; `start` and `size` are those of the contents.

    Raises:
        OddFileError: a box reaches beyond the end of the file.
    """
    end = file.seek(0, io.SEEK_END)
    position = 0
    for _ in range(MOST_PARTS):
        if position >= end:
            return
        file.seek(position)
        head = read_exactly(file, _HEAD_BYTES)
        size, header = int.from_bytes(head[:4], "big"), _HEAD_BYTES
        if size == 1:
            size = int.from_bytes(read_exactly(file, _HEAD_BYTES), "big")
            header = 2 * _HEAD_BYTES
        elif size == 0:
            size = end - position
        if size < header or position + size > end:
            raise OddFileError("a box reaches beyond the end of the file")
        yield FileBox(head[4:], position + header, size - header)
        position += size
    raise OddFileError("too many boxes")


def read_box(file: BinaryIO, box: FileBox) -> memoryview:
    """A top-level box's contents.

    Raises:
        OddFileError: it is absurdly large.
    """
    file.seek(box.start)
    return memoryview(read_exactly(file, box.size))
