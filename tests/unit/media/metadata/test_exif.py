"""What EXIF says, and what is nonsense in it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from photofind.domain import Annotations, Capture, TakenSource
from photofind.media.decode import decode_photo
from photofind.media.metadata.exif import (
    camera_name,
    find_annotations,
    read_capture,
    read_exif,
)
from tests.plugins.pictures import PhotoExif, make_photo

if TYPE_CHECKING:
    from pathlib import Path

_FORMATS = ("jpg", "png", "webp", "tif", "heic", "avif")


def _ms(*parts: int, ms: int = 0) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000 + ms  # type: ignore[misc,arg-type]


def _capture(
    main: dict[int, Any] | None = None,
    detail: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> Capture:
    image = Image.new("RGB", (8, 8))
    exif = image.getexif()
    exif.update(main or {})
    exif.get_ifd(IFD.Exif).update(detail or {})
    exif.get_ifd(IFD.GPSInfo).update(gps or {})
    return read_capture(image)


@pytest.mark.parametrize("suffix", _FORMATS)
def test_every_format_that_carries_exif(tmp_path: Path, suffix: str) -> None:
    exif = PhotoExif(
        taken=datetime(2021, 7, 3, 18, 5, 9),  # noqa: DTZ001 (wall time)
        offset="+05:30",
        make="Canon",
        model="Canon EOS 5D",
        lens="EF24-105mm f/4L IS USM",
        latitude=-33.8568,
        longitude=151.2153,
    )
    path = make_photo(tmp_path / f"x.{suffix}", exif=exif)
    assert decode_photo(path, []).capture == Capture(
        taken_at_ms=_ms(2021, 7, 3, 18, 5, 9),
        taken_offset_min=330,
        taken_source=TakenSource.EXIF_ORIGINAL,
        camera="Canon EOS 5D",
        lens="EF24-105mm f/4L IS USM",
        latitude=-33.8568,
        longitude=151.2153,
    )


@pytest.mark.parametrize("suffix", [*_FORMATS, "gif", "bmp"])
def test_no_exif_is_an_empty_capture(tmp_path: Path, suffix: str) -> None:
    assert decode_photo(make_photo(tmp_path / f"x.{suffix}"), []).capture == Capture()


def test_original_before_digitized_before_modified() -> None:
    main: dict[int, Any] = {Base.DateTime: "2003:03:03 03:03:03"}
    digitized: dict[int, Any] = {Base.DateTimeDigitized: "2002:02:02 02:02:02"}
    original: dict[int, Any] = {Base.DateTimeOriginal: "2001:01:01 01:01:01"}
    first = _capture(main, {**digitized, **original})
    assert (first.taken_at_ms, first.taken_source) == (
        _ms(2001, 1, 1, 1, 1, 1),
        TakenSource.EXIF_ORIGINAL,
    )
    second = _capture(main, {**digitized, Base.DateTimeOriginal: "0000:00:00 00:00:00"})
    assert (second.taken_at_ms, second.taken_source) == (
        _ms(2002, 2, 2, 2, 2, 2),
        TakenSource.EXIF_DIGITIZED,
    )
    third = _capture(main)
    assert (third.taken_at_ms, third.taken_source) == (
        _ms(2003, 3, 3, 3, 3, 3),
        TakenSource.EXIF_MODIFIED,
    )


def test_an_offset_belongs_to_its_own_date() -> None:
    capture = _capture(
        detail={Base.DateTimeOriginal: "2001:01:01 01:01:01", Base.OffsetTime: "+09:00"}
    )
    assert capture.taken_offset_min is None


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D90", "NIKON D90"),
        ("NIKON CORPORATION", "COOLPIX P900", "NIKON COOLPIX P900"),
        ("OLYMPUS IMAGING CORP.", "E-M10", "OLYMPUS E-M10"),
        ("Apple", "iPhone 7", "Apple iPhone 7"),
        ("samsung", "SM-S906U", "samsung SM-S906U"),
        ("Canon", "", "Canon"),
        ("", "DMC-FZ50", "DMC-FZ50"),
        ("", "", None),
        ("Corp.", "X", "Corp. X"),
    ],
)
def test_cameras(make: str, model: str, expected: str | None) -> None:
    assert camera_name(make, model) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("50mm f/1.8\x00junk", "50mm f/1.8"), ("  ", None), ("----", None), ("a\nb", "a b"),
     (b"M.Zuiko\x00", "M.Zuiko"), (7, None)],
)  # fmt: skip
def test_lenses(value: object, expected: str | None) -> None:
    assert _capture(detail={Base.LensModel: value}).lens == expected


def _place(
    latitude: object, longitude: object, north: object = "N", east: object = "E"
) -> tuple[float | None, float | None]:
    capture = _capture(
        gps={
            GPS.GPSLatitude: latitude,
            GPS.GPSLatitudeRef: north,
            GPS.GPSLongitude: longitude,
            GPS.GPSLongitudeRef: east,
        }
    )
    return capture.latitude, capture.longitude


def test_places_have_four_quarters() -> None:
    degrees = (IFDRational(41), IFDRational(30), IFDRational(36))
    for north, sign_north in (("N", 1), ("S", -1)):
        for east, sign_east in (("E", 1), ("W", -1)):
            assert _place(degrees, degrees, north, east) == (41.51 * sign_north, 41.51 * sign_east)


def test_degrees_alone_and_decimal_minutes() -> None:
    assert _place((41.5,), (7.25,)) == (41.5, 7.25)
    assert _place((41.0, 30.0), (7.0, 15.0)) == (41.5, 7.25)
    assert _place(41.5, 7.25, b"N\x00", "e") == (41.5, 7.25)


@pytest.mark.parametrize(
    ("latitude", "longitude", "north", "east"),
    [
        ((0, 0, 0), (0, 0, 0), "N", "E"),
        ((91, 0, 0), (7, 0, 0), "N", "E"),
        ((41, 0, 0), (181, 0, 0), "N", "E"),
        ((41, 0, 0), (7, 0, 0), "\x00", "E"),
        ((41, 0, 0), (7, 0, 0), "N", None),
        ((41, 0, 0), (7, 0, 0), "X", "E"),
        ((IFDRational(0, 0),) * 3, (IFDRational(0, 0),) * 3, "N", "E"),
        ((IFDRational(41, 0), 0, 0), (7, 0, 0), "N", "E"),
        ((-41, 0, 0), (7, 0, 0), "N", "E"),
        ("forty-one", (7, 0, 0), "N", "E"),
        ((41, None, 0), (7, 0, 0), "N", "E"),
        (None, (7, 0, 0), "N", "E"),
    ],
)
def test_no_place(latitude: object, longitude: object, north: object, east: object) -> None:
    assert _place(latitude, longitude, north, east) == (None, None)


def test_the_equator_and_the_meridian_are_places() -> None:
    assert _place((0, 0, 0), (32, 30, 0)) == (0.0, 32.5)
    assert _place((51, 30, 0), (0, 0, 0)) == (51.5, 0.0)


def test_what_windows_writes() -> None:
    image = Image.new("RGB", (8, 8))
    image.getexif().update(
        {
            Base.ImageDescription: "Häuser",
            Base.XPTitle: "Straße".encode("utf-16-le") + b"\x00\x00",
            Base.XPComment: "ภูเขา".encode("utf-16-le"),
            Base.XPKeywords: "beach; Anna;;beach".encode("utf-16-le"),
            Base.Rating: 0,
            Base.RatingPercent: 75,
        }
    )
    tags = read_exif(image)
    assert find_annotations(tags) == Annotations(
        rating=4,
        title="Straße",
        description="Häuser",
        keywords=("beach", "Anna"),
        comments=("ภูเขา",),
    )


def test_nothing_written() -> None:
    tags = read_exif(Image.new("RGB", (8, 8)))
    assert find_annotations(tags) == Annotations()


def _valid_exif() -> bytes:
    exif = Image.Exif()
    exif[Base.Make] = "Canon"
    exif[Base.Orientation] = 6
    exif[Base.XResolution] = IFDRational(72)
    exif[Base.ResolutionUnit] = 2
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2021:07:03 18:05:09"
    exif.get_ifd(IFD.GPSInfo).update(
        {GPS.GPSLatitudeRef: "N", GPS.GPSLatitude: (IFDRational(41), IFDRational(1, 3), 0.0)}
    )
    return exif.tobytes()


@settings(max_examples=150, derandomize=True, deadline=None)
@given(data=st.data(), format_name=st.sampled_from(["jpeg", "png", "webp"]))
def test_damaged_exif_never_costs_the_photo(data: st.DataObject, format_name: str) -> None:
    exif = bytearray(_valid_exif())
    for position, value in data.draw(
        st.lists(st.tuples(st.integers(0, len(exif) - 1), st.integers(0, 255)), max_size=12)
    ):
        exif[position] = value
    exif = exif[: data.draw(st.integers(20, len(exif)))]
    photo = decode_photo(_with_exif(format_name, bytes(exif[6:])), [])
    assert {photo.width, photo.height} == {40, 30}


def _with_exif(format_name: str, exif: bytes) -> bytes:
    """A picture of 40 × 30 with any bytes for its EXIF."""
    image, encoded = Image.new("RGB", (40, 30)), io.BytesIO()
    if format_name == "png":
        chunks = PngInfo()
        chunks.add(b"eXIf", exif)
        image.save(encoded, "png", pnginfo=chunks)
        return encoded.getvalue()
    image.save(encoded, format_name, exif=b"Exif\x00\x00" + exif)
    return encoded.getvalue()
