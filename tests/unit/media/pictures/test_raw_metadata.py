"""EXIF of RAW photos, in each of the places makers put it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from photofind.domain import Annotations, Capture, Exposure, TakenSource
from photofind.media.decode import decode_photo
from photofind.media.metadata.exif import find_capture, find_dates
from photofind.media.pictures import raw_metadata
from tests.plugins.pictures import make_pixels
from tests.plugins.raws import make_dng

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TAKEN_MS = int(datetime(2019, 3, 21, 11, 4, 22, tzinfo=UTC).timestamp()) * 1000
_EXIF = (
    (33434, 5, ((1, 250),)),
    (33437, 5, ((28, 10),)),
    (34855, 3, 200),
    (36867, 2, "2019:03:21 11:04:22"),
    (36881, 2, "+01:00"),
    (37386, 5, ((50, 1),)),
    (42036, 2, "50mm F1.8"),
)
_GPS = (
    (1, 2, "N"),
    (2, 5, ((41, 1), (30, 1), (0, 1))),
    (3, 2, "W"),
    (4, 5, ((7, 1), (15, 1), (0, 1))),
)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("has_preview", [True, False])
def test_a_dng(tmp_path: Path, order: str, has_preview: bool) -> None:
    pixels = make_pixels(320, 240)
    preview = Image.fromarray(pixels) if has_preview else None
    path = make_dng(tmp_path / "x.dng", pixels, preview=preview, order=order, exif=_EXIF, gps=_GPS)
    assert decode_photo(path, []).capture == Capture(
        taken_at_ms=_TAKEN_MS,
        taken_offset_min=60,
        taken_source=TakenSource.EXIF_ORIGINAL,
        camera="Contoso Snapper One",
        lens="50mm F1.8",
        latitude=41.5,
        longitude=-7.25,
        exposure=Exposure(f_number=2.8, seconds=0.004, iso=200, focal_mm=50.0),
    )


def test_what_programs_write_into_a_dng(tmp_path: Path, exiftool: Callable[..., None]) -> None:
    path = make_dng(tmp_path / "x.dng", make_pixels(64, 48))
    exiftool(path, "-XMP:Rating=4", "-XMP-dc:Title=Häuser", "-XMP-dc:Subject=beach")
    photo = decode_photo(path, [])
    assert photo.annotations == Annotations(rating=4, title="Häuser", keywords=("beach",))
    assert photo.capture.taken_at_ms is None


def _tiff(*ifds: IFD | None) -> bytes:
    exif = Image.Exif()
    for ifd in ifds:
        tags = exif if ifd is None else exif.get_ifd(ifd)
        if ifd is None:
            tags[Base.Make], tags[Base.Model] = "Canon", "Canon EOS R5"
        elif ifd == IFD.Exif:
            tags[Base.DateTimeOriginal] = "2019:03:21 11:04:22"
        else:
            tags[GPS.GPSLatitudeRef], tags[GPS.GPSLatitude] = "N", (41.0, 30.0, 0.0)
            tags[GPS.GPSLongitudeRef], tags[GPS.GPSLongitude] = "E", (7.0, 15.0, 0.0)
    return exif.tobytes()[6:]


def _flat_tiff(ifd: IFD | None) -> bytes:
    """A TIFF whose first directory is what is a nested one elsewhere."""
    whole, flat = Image.Exif(), Image.Exif()
    whole.load(_tiff(ifd))
    flat.update(dict(whole if ifd is None else whole.get_ifd(ifd)))
    return flat.tobytes()[6:]


def _box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def _check(data: bytes) -> None:
    tags = raw_metadata._read_exif(data)
    capture = find_capture(tags)
    assert (capture.camera, capture.latitude, capture.longitude) == ("Canon EOS R5", 41.5, 7.25)
    assert [each.wall_ms for each in find_dates(tags)] == [_TAKEN_MS]


def test_canons_boxes() -> None:
    pieces = [
        _box(kind, _flat_tiff(ifd))
        for kind, ifd in ((b"CMT1", None), (b"CMT2", IFD.Exif), (b"CMT4", IFD.GPSInfo))
    ]
    metadata = _box(b"uuid", raw_metadata._CANON_METADATA, _box(b"CNCV", b"x"), *pieces)
    _check(_box(b"ftyp", b"crx ") + _box(b"moov", metadata, _box(b"trak")) + _box(b"mdat", b"x"))


def test_fujis_jpeg() -> None:
    encoded = io.BytesIO()
    everything = b"Exif\x00\x00" + _tiff(None, IFD.Exif, IFD.GPSInfo)
    Image.new("RGB", (8, 8)).save(encoded, "JPEG", exif=everything)
    head = b"FUJIFILMCCD-RAW ".ljust(84, b"\x00") + (200).to_bytes(4, "big")
    _check(head.ljust(200, b"\x00") + encoded.getvalue())


def test_olympus_number() -> None:
    _check(b"MMOR" + _tiff(None, IFD.Exif, IFD.GPSInfo)[4:])


def test_what_libraw_knows_stands_in() -> None:
    encoded = io.BytesIO()
    Image.new("RGB", (8, 8)).save(encoded, "JPEG", exif=b"Exif\x00\x00" + _tiff(None, IFD.Exif))
    with Image.open(encoded) as preview:
        found = raw_metadata.read_raw_metadata(b"a format of its own", preview).capture
    assert (found.camera, found.taken_at_ms) == ("Canon EOS R5", _TAKEN_MS)


def test_no_date_is_not_the_beginning_of_time() -> None:
    exif = Image.Exif()
    exif[Base.Model], exif[Base.DateTime] = "X", "1970:01:01 00:00:00"
    encoded = io.BytesIO()
    Image.new("RGB", (8, 8)).save(encoded, "JPEG", exif=exif.tobytes())
    with Image.open(encoded) as preview:
        found = raw_metadata.read_raw_metadata(b"a format of its own", preview).capture
    assert found == Capture(camera="X")


@pytest.mark.parametrize(
    "data",
    [b"", b"FUJIFILMCCD-RAW ", b"FUJIFILMCCD-RAW ".ljust(90, b"\xff"), b"IIU\x00\xff\xff\xff\xff",
     _box(b"ftyp", b"crx ") + b"\x00\x00\x00\xffmoov", _box(b"ftyp", b"crx ")],
)  # fmt: skip
def test_damage_is_absence(data: bytes) -> None:
    tags = raw_metadata._read_exif(data)
    assert find_capture(tags) == Capture()
    assert list(find_dates(tags)) == []
