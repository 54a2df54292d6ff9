"""PNG: chunks (W3C, Portable Network Graphics, third edition)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final

from photofind.media.containers.reading import (
    MOST_PARTS,
    Metadata,
    OddFileError,
    feed_exactly,
    inflate,
    read_exactly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PICTURE_CHUNKS: Final = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"sBIT",
        b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
        b"acTL", b"fcTL", b"fdAT",
    }
)  # fmt: skip
_TEXT_CHUNKS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_RAW_EXIF: Final = b"Raw profile type exif"
"""ImageMagick's way of keeping EXIF before there was a chunk for it: lines of hexadecimal digits
after three lines of heading."""
_XMP: Final = b"XML:com.adobe.xmp"
_CRC_BYTES: Final = 4


def feed_picture(file: BinaryIO, feed: Callable[[bytes], object]) -> Metadata:
    """Hands on what the picture consists of: header, palette, colour, transparency, pixels and
    the frames of an animation. Text, time and EXIF are left out.

    Raises:
        OddFileError: not a whole PNG.
    """
    metadata = Metadata()
    raw_exif = None
    if read_exactly(file, len(_SIGNATURE)) != _SIGNATURE:
        raise OddFileError("no PNG signature")
    for _ in range(MOST_PARTS):
        head = read_exactly(file, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND":
            metadata.exif = metadata.exif or raw_exif
            return metadata
        if kind in _PICTURE_CHUNKS:
            feed(head)
            feed_exactly(file, length, feed)
        elif kind == b"eXIf":
            metadata.exif = read_exactly(file, length)
        elif kind in _TEXT_CHUNKS:
            keyword, text = _read_text(kind, read_exactly(file, length))
            if keyword == _RAW_EXIF:
                raw_exif = _from_hexadecimal(text)
            elif keyword == _XMP:
                metadata.xmp = text
        else:
            file.seek(length, io.SEEK_CUR)
        file.seek(_CRC_BYTES, io.SEEK_CUR)
    raise OddFileError("too many chunks")


def _read_text(kind: bytes, payload: bytes) -> tuple[bytes, bytes]:
    """Keyword and text of a text chunk; nothing is uncompressed that isn't wanted."""
    keyword, _, rest = payload.partition(b"\x00")
    if keyword not in (_RAW_EXIF, _XMP):
        return keyword, b""
    if kind == b"tEXt":
        return keyword, rest
    if kind == b"zTXt":
        return keyword, inflate(rest[1:])
    compressed, rest = rest[:1] == b"\x01", rest[2:]
    text = rest.split(b"\x00", 2)[-1]  # after language and translated keyword
    return keyword, inflate(text) if compressed else text


def _from_hexadecimal(text: bytes) -> bytes | None:
    digits = b"".join(text.split(b"\n")[3:])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return None
