"""Reading exactly as much as a container says, and no more than is sensible."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK_BYTES: Final = 1 << 20
MOST_PARTS: Final = 200_000
"""Segments, chunks or boxes in one file. A PNG of 1.6 GB in chunks of 8 KiB has as many."""
_LARGEST_METADATA: Final = 16 << 20
_LONGEST_FILE: Final = 1 << 40


class OddFileError(ValueError):
    """The file isn't put together as its format asks."""


@dataclass(slots=True)
class Metadata:
    """What a container holds beside the picture, as it lies there.

    Attributes:
        exif: begins with the TIFF header, or with "Exif" and two zero bytes before it.
        xmp: a packet of XML.
    """

    exif: bytes | None = None
    xmp: bytes | None = None


def seek_to(file: IO[bytes], offset: int) -> None:
    """Goes to an offset a file gives.

    Raises:
        OddFileError: no file is as long.
    """
    if offset > _LONGEST_FILE:
        raise OddFileError(f"an offset of {offset}")
    file.seek(offset)


def read_exactly(file: IO[bytes], count: int) -> bytes:
    """Reads a piece of a header.

    Raises:
        OddFileError: the file ends before, or the piece is absurdly large.
    """
    if count > _LARGEST_METADATA:
        raise OddFileError(f"{count} bytes of metadata")
    data = file.read(count)
    if len(data) < count:
        raise OddFileError("the file ends too soon")
    return data


def feed_exactly(file: IO[bytes], count: int, feed: Callable[[bytes], object]) -> None:
    """Hands a piece of any size on, a block at a time.

    Raises:
        OddFileError: the file ends before.
    """
    while count > 0:
        block = file.read(min(count, BLOCK_BYTES))
        if not block:
            raise OddFileError("the file ends too soon")
        feed(block)
        count -= len(block)


def inflate(data: bytes) -> bytes:
    """Uncompresses a piece of metadata.

    Raises:
        OddFileError: damaged, or absurdly large.
    """
    machine = zlib.decompressobj()
    try:
        plain = machine.decompress(data, _LARGEST_METADATA)
    except zlib.error as error:
        raise OddFileError(str(error)) from error
    if not machine.eof:
        raise OddFileError("compressed metadata without an end")
    return plain
