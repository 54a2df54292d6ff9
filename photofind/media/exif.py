"""When, where and with what a photo was taken, as its EXIF says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import ExifTags

from photofind.domain import Capture, TakenSource
from photofind.media.dates import DateCandidate, choose_date, parse_date, parse_offset, with_date
from photofind.media.guard import DECODER_ERRORS, quiet_pillow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

_DEGREE_DIGITS: Final = 7
"""A centimetre; what lies behind is rounding."""
_COMPANY_WORDS: Final = frozenset(
    {"corporation", "corp", "corp.", "co.", "co.,", "co.,ltd", "co.,ltd.", "ltd", "ltd.",
     "inc", "inc.", "company", "imaging", "optical", "electric", "electronics", "gmbh", "ag"}
)  # fmt: skip

_MISSING_LENSES: Final = frozenset({"", "-", "--", "---", "----", "unknown", "n/a", "none", "0"})


@dataclass(frozen=True, slots=True)
class _DateTags:
    date: int
    subsecond: int
    offset: int
    in_exif_ifd: bool
    source: TakenSource


_DATE_TAGS: Final = (
    _DateTags(
        ExifTags.Base.DateTimeOriginal,
        ExifTags.Base.SubsecTimeOriginal,
        ExifTags.Base.OffsetTimeOriginal,
        in_exif_ifd=True,
        source=TakenSource.EXIF_ORIGINAL,
    ),
    _DateTags(
        ExifTags.Base.DateTimeDigitized,
        ExifTags.Base.SubsecTimeDigitized,
        ExifTags.Base.OffsetTimeDigitized,
        in_exif_ifd=True,
        source=TakenSource.EXIF_DIGITIZED,
    ),
    _DateTags(
        ExifTags.Base.DateTime,
        ExifTags.Base.SubsecTime,
        ExifTags.Base.OffsetTime,
        in_exif_ifd=False,
        source=TakenSource.EXIF_MODIFIED,
    ),
)
"""CIPA DC-008: original, digitized, file change."""


def read_capture(image: Image.Image) -> Capture:
    """Reads date, camera, lens and place from a picture's EXIF.

    Damaged or senseless values count as absent; nothing is raised for them. A date in the far
    future or before photography is senseless, and so is the place 0, 0.

    Args:
        image: as opened by Pillow. TIFFs must not be loaded yet, PNGs must be.
    """
    with quiet_pillow():
        main = _read_main(image)
        detail = _read_ifd(image, ExifTags.IFD.Exif)
        gps = _read_ifd(image, ExifTags.IFD.GPSInfo)
    place = _find_place(gps)
    capture = Capture(
        camera=_find_camera(main),
        lens=_find_lens(detail),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
    )
    return with_date(capture, choose_date(_date_candidates(main, detail)))


_MAIN_TAGS: Final = (
    ExifTags.Base.Make,
    ExifTags.Base.Model,
    ExifTags.Base.DateTime,
    ExifTags.Base.SubsecTime,
    ExifTags.Base.OffsetTime,
)


def _read_main(image: Image.Image) -> dict[int, Any]:
    values: dict[int, Any] = {}
    for tag in _MAIN_TAGS:
        try:
            values[tag] = image.getexif().get(tag)
        except DECODER_ERRORS:
            continue
    return values


def _read_ifd(image: Image.Image, ifd: ExifTags.IFD) -> Mapping[int, Any]:
    try:
        return image.getexif().get_ifd(ifd)
    except DECODER_ERRORS:
        return {}


def _date_candidates(main: Mapping[int, Any], detail: Mapping[int, Any]) -> Iterator[DateCandidate]:
    for tags in _DATE_TAGS:
        source = detail if tags.in_exif_ifd else main
        parsed = parse_date(_text(source.get(tags.date)), _text(detail.get(tags.subsecond)))
        if parsed is None:
            continue
        offset = parse_offset(_text(detail.get(tags.offset)))
        yield DateCandidate(
            tags.source,
            parsed.wall_ms,
            parsed.offset_min if offset is None else offset,
            parsed.has_time,
        )


def _find_camera(main: Mapping[int, Any]) -> str | None:
    make = _text(main.get(ExifTags.Base.Make))
    model = _text(main.get(ExifTags.Base.Model))
    return camera_name(make, model)


def camera_name(make: str, model: str) -> str | None:
    """Joins make and model as people say it: "Canon EOS 5D", not "Canon Canon EOS 5D"."""
    words = make.split()
    while len(words) > 1 and words[-1].lower() in _COMPANY_WORDS:
        words.pop()
    if not words or (model and model.split(maxsplit=1)[0].lower() == words[0].lower()):
        return model or None
    return " ".join([*words, model]).strip()


def _find_lens(detail: Mapping[int, Any]) -> str | None:
    lens = _text(detail.get(ExifTags.Base.LensModel))
    return None if lens.lower() in _MISSING_LENSES else lens


def _find_place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    latitude = _degrees(
        gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "NS", 90
    )
    longitude = _degrees(
        gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "EW", 180
    )
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def _degrees(value: object, reference: object, directions: str, limit: float) -> float | None:
    """Degrees, minutes and seconds with N/S or E/W as signed degrees.

    Without a direction there is no place: the wrong side of the globe would be worse.
    """
    direction = _text(reference).upper()[:1]
    if not direction or direction not in directions:
        return None
    parts = value if isinstance(value, tuple | list) else (value,)
    degrees = 0.0
    for position, part in enumerate(parts[:3]):
        try:
            number = float(part)
        except DECODER_ERRORS:  # not a number, a zero denominator
            return None
        if not math.isfinite(number) or number < 0:
            return None
        degrees += number / 60**position
    if degrees > limit:
        return None
    degrees = round(degrees, _DEGREE_DIGITS)
    return -degrees if direction == directions[1] else degrees


def _text(value: object) -> str:
    """A tag as text: zero bytes and what follows them, outer blanks and control characters go."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    if not isinstance(value, str):
        return ""
    value = value.split("\x00", 1)[0]
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())
