"""WebP: RIFF chunks (RFC 9649)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

from photofind.media.containers.reading import (
    MOST_PARTS,
    Metadata,
    OddFileError,
    feed_exactly,
    read_exactly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_PICTURE_CHUNKS: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"})
_ANIMATION: Final = 0x02
_ALPHA: Final = 0x10


def feed_picture(file: BinaryIO, feed: Callable[[bytes], object]) -> Metadata:
    """Hands on what the picture consists of.

    The extended header (VP8X) appears as soon as a program adds metadata to a plain WebP. It says
    something of its own about an animation only, or about alpha that lies in a chunk apart.

    Raises:
        OddFileError: not a whole WebP.
    """
    metadata = Metadata()
    riff, size, webp = (read_exactly(file, 4) for _ in range(3))
    if riff != b"RIFF" or webp != b"WEBP":
        raise OddFileError("no WebP signature")
    end = 8 + int.from_bytes(size, "little")
    flags, canvas, found = 0, b"", False
    for _ in range(MOST_PARTS):
        position = file.tell()
        if position >= end:
            break
        head = read_exactly(file, 8)
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind in _PICTURE_CHUNKS:
            if kind == b"ALPH":
                feed(bytes((flags & _ALPHA,)))
            elif kind == b"ANIM":
                feed(bytes((flags & _ANIMATION,)) + canvas)
            found = found or kind in (b"VP8 ", b"VP8L", b"ANMF")
            feed(head)
            feed_exactly(file, length, feed)
        elif kind == b"VP8X":
            extended = read_exactly(file, length)
            flags, canvas = extended[0] if extended else 0, extended[4:10]
        elif kind == b"EXIF":
            metadata.exif = read_exactly(file, length)
        elif kind == b"XMP ":
            metadata.xmp = read_exactly(file, length)
        file.seek(position + 8 + length + length % 2, io.SEEK_SET)
    if not found or file.tell() < end:
        raise OddFileError("no picture, or too many chunks")
    return metadata
