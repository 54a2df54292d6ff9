"""ONNX files as they lie on disk: protobuf fields, without any library and without their weights.

https://protobuf.dev/programming-guides/encoding and onnx.proto of the ONNX project, from which the
numbers of the fields are.
"""

from __future__ import annotations

import mmap
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MOST_FIELDS: Final = 3_000_000
"""Looked at in one file; graphs of search models have some tens of thousands."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_LONGEST_VARINT: Final = 10


class OnnxFormatError(ValueError):
    """The file is not what ONNX describes."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the file.

    Attributes:
        start, stop: of the content.
        begin: where the field begins that holds it, its number included.
    """

    start: int
    stop: int
    begin: int = 0


class OnnxFile:
    """The bytes of a file, and what is read of them."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._fields = 0

    @property
    def whole(self) -> Span:
        """Everything: one ModelProto."""
        return Span(0, len(self._content))

    def fields(self, span: Span) -> Iterator[tuple[int, Span | int]]:
        """The fields of a message: number and content; a varint's value.

        Raises:
            OnnxFormatError: they don't end where the message ends.
        """
        at = span.start
        while at < span.stop:
            self._fields += 1
            if self._fields > MOST_FIELDS:
                raise OnnxFormatError("it has too many parts")
            begin = at
            key, at = self._varint(at, span.stop)
            kind = key & 7
            if kind == _VARINT:
                value, at = self._varint(at, span.stop)
                yield key >> 3, value
                continue
            if kind == _BYTES:
                length, at = self._varint(at, span.stop)
            elif kind in _FIXED:
                length = _FIXED[kind]
            else:
                raise OnnxFormatError("it is no protobuf")
            if at + length > span.stop:
                raise OnnxFormatError("it ends too early")
            yield key >> 3, Span(at, at + length, begin)
            at += length

    def parts(self, span: Span, number: int) -> Iterator[Span]:
        """The fields of one number that hold bytes."""
        for found, value in self.fields(span):
            if found == number and isinstance(value, Span):
                yield value

    def content(self, span: Span) -> bytes:
        return self._content[span.start : span.stop]

    def whole_field(self, span: Span) -> bytes:
        """The content with its number and length before it, as it can be copied."""
        return self._content[span.begin : span.stop]

    def text(self, span: Span) -> str:
        """Raises OnnxFormatError: it is not UTF-8."""
        try:
            return self.content(span).decode()
        except UnicodeDecodeError as error:
            raise OnnxFormatError("a name is not UTF-8") from error

    def texts(self, span: Span, number: int) -> list[str]:
        return [self.text(part) for part in self.parts(span, number)]

    def first_text(self, span: Span, number: int) -> str:
        """protobuf's rule: of a field that is there several times the last one counts."""
        return next(iter(reversed(self.texts(span, number))), "")

    def _varint(self, at: int, stop: int) -> tuple[int, int]:
        value = 0
        for index in range(_LONGEST_VARINT):
            if at >= stop:
                break
            byte = self._content[at]
            at += 1
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                return value, at
        raise OnnxFormatError("it ends too early")


@contextmanager
def opened(path: Path) -> Iterator[OnnxFile]:
    """Opens a file for as long as this is open.

    Raises:
        OnnxFormatError: it is empty.
        OSError: it can't be read.
    """
    with path.open("rb") as stream:
        try:
            content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise OnnxFormatError("it is empty") from error
        with content:
            yield OnnxFile(content)


def encode_varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def encode_bytes(number: int, length: int) -> bytes:
    """What stands before `length` bytes of content."""
    return encode_varint(number << 3 | _BYTES) + encode_varint(length)
