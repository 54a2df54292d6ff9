"""JPEG: marker segments (ITU-T T.81, annex B)."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from photofind.media.containers.reading import (
    MOST_PARTS,
    Metadata,
    OddFileError,
    feed_exactly,
    read_exactly,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})

_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_ICC: Final = b"ICC_PROFILE\x00"
_ADOBE: Final = b"Adobe"

_SCAN_BLOCK_BYTES: Final = 1 << 16
"""The allocator has memory of this size at hand; for megabytes it asks the system each time, which
costs more than hashing them."""

_MARKER_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""Within entropy-coded data a marker, but not a stuffed zero byte, a restart or a fill byte."""


def feed_picture(file: BinaryIO, feed: Callable[[bytes], object]) -> Metadata:
    """Hands on what the first picture of the file consists of: tables, frames and scans, the
    colour profile and Adobe's colour transform.

    All other application segments and comments are left out, and so is what follows the end of
    the picture: further pictures (MPF: previews, gain maps for HDR screens), a phone's video.

    Raises:
        OddFileError: not a whole JPEG.
    """
    metadata = Metadata()
    if read_exactly(file, 2) != bytes((0xFF, _SOI)):
        raise OddFileError("no SOI")
    for _ in range(MOST_PARTS):
        marker = _read_marker(file)
        if marker == _EOI:
            return metadata
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(read_exactly(file, 2), "big") - 2
        if length < 0:
            raise OddFileError("a segment without a length")
        if _APP0 <= marker <= _APP15 or marker == _COM:
            _take_application_segment(marker, read_exactly(file, length), metadata, feed)
            continue
        feed(bytes((marker,)) + length.to_bytes(2, "big"))
        feed_exactly(file, length, feed)
        if marker == _SOS:
            _feed_scan(file, feed)
    raise OddFileError("too many segments")


def _read_marker(file: BinaryIO) -> int:
    prefix, marker = read_exactly(file, 2)
    if prefix != 0xFF:
        raise OddFileError("no marker where one must be")
    while marker == 0xFF:
        (marker,) = read_exactly(file, 1)
    return marker


def _take_application_segment(
    marker: int, payload: bytes, metadata: Metadata, feed: Callable[[bytes], object]
) -> None:
    if marker == _APP1 and payload.startswith(_EXIF):
        # Pillow joins what is spread over several segments
        metadata.exif = (metadata.exif or _EXIF) + payload[len(_EXIF) :]
    elif marker == _APP1 and payload.startswith(_XMP):
        metadata.xmp = payload[len(_XMP) :]
    elif (marker == _APP2 and payload.startswith(_ICC)) or (
        marker == _APP14 and payload.startswith(_ADOBE)
    ):
        feed(bytes((marker,)) + payload)


def _feed_scan(file: BinaryIO, feed: Callable[[bytes], object]) -> None:
    """Hands on entropy-coded data up to the next marker."""
    while True:
        block = file.read(_SCAN_BLOCK_BYTES)
        match = _MARKER_IN_SCAN.search(block) if _may_hold_marker(block) else None
        if match is not None:
            feed(block[: match.start()])
            file.seek(match.start() - len(block), io.SEEK_CUR)
            return
        if block.endswith(b"\xff") and len(block) > 1:  # a marker may lie across two blocks
            block = block[:-1]
            file.seek(-1, io.SEEK_CUR)
        elif len(block) < 2:
            raise OddFileError("a scan without an end")
        feed(block)


def _may_hold_marker(block: bytes) -> bool:
    """Says quickly what is true of nearly all blocks: that every 0xFF in it is a stuffed one.

    Comparing whole arrays takes a third of the time of the expression, and lets other threads go
    on meanwhile.
    """
    values = np.frombuffer(block, np.uint8)
    return bool(np.any((values[:-1] == 0xFF) & (values[1:] != 0)))
