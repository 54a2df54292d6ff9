"""Smaller JPEGs that cameras put into a JPEG: the EXIF thumbnail and multi-picture previews."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Final

from PIL.ExifTags import IFD

from photofind.media.containers.tiff import TiffReader
from photofind.media.decoder_errors import DECODER_ERRORS, quiet_pillow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.JpegImagePlugin import JpegImageFile

_THUMBNAIL_OFFSET, _THUMBNAIL_BYTES = 0x0201, 0x0202
_EXIF_HEAD: Final = b"Exif\x00\x00"

_MP_ENTRIES: Final = 0xB002
_MP_ENTRY: Final = struct.Struct("IIIHH")
_MP_TYPES: Final = frozenset({0x010001, 0x010002, 0x010003, 0x010004})
"""Large thumbnails, classes 1 (640 × 480) to 4 (CIPA DC-007, 5.2.3.3)."""
_TYPE_MASK: Final = 0xFFFFFF

_LARGEST_PREVIEW: Final = 16 << 20


def find_jpeg_previews(image: JpegImageFile) -> list[bytes]:
    """The JPEGs inside a JPEG that show the same smaller, as the file says; smallest file first.

    Args:
        image: opened, not loaded.
    """
    found: list[bytes] = []
    for find in (_exif_thumbnail, _multi_picture_previews):
        try:
            found += find(image)
        except DECODER_ERRORS:  # damaged, or not there
            continue
    return sorted(found, key=len)


def _exif_thumbnail(image: JpegImageFile) -> Iterator[bytes]:
    with quiet_pillow():
        tags = image.getexif().get_ifd(IFD.IFD1)
    start, size = tags.get(_THUMBNAIL_OFFSET), tags.get(_THUMBNAIL_BYTES)
    if isinstance(start, int) and isinstance(size, int):
        exif = image.info["exif"].removeprefix(_EXIF_HEAD)
        yield exif[start : start + size]


def _multi_picture_previews(image: JpegImageFile) -> Iterator[bytes]:
    head, base = image.info.get("mp"), image.info.get("mpoffset")
    if not isinstance(head, bytes) or not isinstance(base, int) or image.fp is None:
        return
    reader = TiffReader(io.BytesIO(head))
    entries, _ = reader.read_directory(reader.first)
    data = reader.data(entries[_MP_ENTRIES])
    order = "<" if head.startswith(b"II") else ">"
    layout = struct.Struct(order + _MP_ENTRY.format)
    position = image.fp.tell()
    try:
        for attributes, size, offset, _, _ in layout.iter_unpack(
            data[: len(data) // layout.size * layout.size]
        ):
            if attributes & _TYPE_MASK in _MP_TYPES and 0 < size <= _LARGEST_PREVIEW and offset:
                image.fp.seek(base + offset)
                yield image.fp.read(size)
    finally:
        image.fp.seek(position)
