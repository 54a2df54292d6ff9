"""What RAW files say of themselves; nearly all of them are TIFFs of a kind."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any, Final

from PIL import Image
from PIL.ExifTags import Base
from PIL.JpegImagePlugin import JpegImageFile

from photofind.media.containers.boxes import split_boxes
from photofind.media.containers.reading import OddFileError
from photofind.media.containers.tiff import TiffReader
from photofind.media.decoder_errors import DECODER_ERRORS, quiet_pillow
from photofind.media.metadata.dates import candidate_of, settle_date
from photofind.media.metadata.exif import ExifTags, read_exif
from photofind.media.metadata.photo import PhotoMetadata, combine, fill_capture

_FUJI: Final = b"FUJIFILMCCD-RAW"
_FUJI_JPEG_OFFSET: Final = 84
_NO_DATE: Final = "1970:01:01"
"""What LibRaw writes for want of one."""
_XMP_TAG: Final = 0x02BC
_LITTLE, _BIG = b"II*\x00", b"MM\x00*"
_CANON_METADATA: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
"""The box of a CR3 that holds EXIF, in pieces (CMT1: main, CMT2: details, CMT4: place)."""
_CANON_PIECES: Final = (b"CMT1", b"CMT2", b"CMT4")


def read_raw_metadata(data: bytes, preview: Image.Image | None) -> PhotoMetadata:
    """Reads EXIF and XMP of a RAW photo.

    Args:
        data: the file.
        preview: a JPEG in it, opened. LibRaw writes EXIF into those that have none, from what it
            knows of the maker's own format.
    """
    metadata = combine(_read_exif(data), xmp=_read_xmp(data))
    if metadata.capture.camera is not None or preview is None:
        return metadata
    tags = read_exif(preview)
    if str(tags.main.get(Base.DateTime)).startswith(_NO_DATE):
        tags = replace(tags, main={**tags.main, Base.DateTime: None})
    known = combine(tags).capture
    capture = fill_capture(metadata.capture, known)
    return PhotoMetadata(settle_date(capture, [candidate_of(known)]), metadata.annotations)


def _read_exif(data: bytes) -> ExifTags:
    try:
        if data.startswith(_FUJI):
            start = int.from_bytes(data[_FUJI_JPEG_OFFSET : _FUJI_JPEG_OFFSET + 4], "big")
            with quiet_pillow():
                return read_exif(JpegImageFile(io.BytesIO(data[start:]), ""))
        if data[4:8] == b"ftyp":
            return _read_canon_exif(data)
    except DECODER_ERRORS:
        return ExifTags({}, {}, {})
    return _read_tiff(_with_plain_head(data))


def _read_tiff(tiff: bytes) -> ExifTags:
    carrier = Image.Image()
    carrier.info["exif"] = tiff
    return read_exif(carrier)


def _with_plain_head(data: bytes) -> bytes:
    """Olympus and Panasonic write TIFFs under another number."""
    if data.startswith((b"IIRO", b"IIRS", b"IIU\x00")):
        return _LITTLE + data[4:]
    return _BIG + data[4:] if data.startswith(b"MMOR") else data


def _read_canon_exif(data: bytes) -> ExifTags:
    """Each piece is a TIFF of its own, whose first directory is the one it is named for."""
    pieces: dict[bytes, Any] = {}
    for kind, contents in split_boxes(memoryview(data)):
        if kind != b"moov":
            continue
        for inner_kind, inner in split_boxes(contents):
            if inner_kind == b"uuid" and bytes(inner[:16]) == _CANON_METADATA:
                for piece, tiff in split_boxes(inner[16:]):
                    if piece in _CANON_PIECES:
                        exif = Image.Exif()
                        with quiet_pillow():
                            exif.load(bytes(tiff))
                            pieces[piece] = dict(exif)
    main, detail, gps = (pieces.get(piece, {}) for piece in _CANON_PIECES)
    return ExifTags(main, detail, gps)


def _read_xmp(data: bytes) -> bytes:
    try:
        reader = TiffReader(io.BytesIO(data))
        entry = reader.read_directory(reader.first)[0].get(_XMP_TAG)
        return b"" if entry is None else reader.data(entry)
    except OddFileError:
        return b""
