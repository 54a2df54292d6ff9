"""When, where and with what a photo was taken, as its EXIF says."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from PIL import ExifTags

from photofind.domain import Capture, TakenSource
from photofind.media.guard import DECODER_ERRORS, quiet_pillow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

_FIRST_PHOTO_YEAR: Final = 1826
"""Niépce's view from the window at Le Gras; nothing was photographed before."""
_FUTURE_SLACK_MS: Final = 366 * 24 * 3600 * 1000
"""A camera's clock may be ahead by a mistyped year, not by more."""
_DEGREE_DIGITS: Final = 7
"""A centimetre; what lies behind is rounding."""
_WIDEST_OFFSET_MIN: Final = 15 * 60
"""Time zones reach from -12:00 to +14:00."""

_DATE = re.compile(
    r"\s*(\d{4})[:\-/.](\d{1,2})[:\-/.](\d{1,2})"
    r"(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?"
    r"\s*(Z|[+-]\d\d:?\d\d)?"
)
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)\s*$")
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
"""Best first (CIPA DC-008: original, digitized, file change)."""


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
    taken_at_ms, taken_offset_min, taken_source = _find_date(main, detail)
    place = _find_place(gps)
    return Capture(
        taken_at_ms=taken_at_ms,
        taken_offset_min=taken_offset_min,
        taken_source=taken_source,
        camera=_find_camera(main),
        lens=_find_lens(detail),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
    )


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


def _find_date(
    main: Mapping[int, Any], detail: Mapping[int, Any]
) -> tuple[int | None, int | None, TakenSource | None]:
    for tags in _DATE_TAGS:
        source = detail if tags.in_exif_ifd else main
        parsed = parse_date(_text(source.get(tags.date)), _text(detail.get(tags.subsecond)))
        if parsed is None:
            continue
        taken_at_ms, own_offset = parsed
        offset = parse_offset(_text(detail.get(tags.offset)))
        return taken_at_ms, own_offset if offset is None else offset, tags.source
    return None, None, None


def parse_date(text: str, subsecond: str = "") -> tuple[int, int | None] | None:
    """Reads an EXIF date, "YYYY:MM:DD HH:MM:SS" and what writers make of it.

    Args:
        text: the date; an ISO 8601 date, fractions of a second and an offset are understood too.
        subsecond: digits after the second's decimal point, from a tag of their own.

    Returns:
        Wall time in milliseconds since 1970 (as in Capture) and the offset in minutes if the
        text itself has one; None for a date that is absent or senseless.
    """
    match = _DATE.match(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.group(1, 2, 3))
    hour, minute, second = (int(part or 0) for part in match.group(4, 5, 6))
    if year < _FIRST_PHOTO_YEAR:
        return None
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    fraction = re.match(r"\d+", subsecond.strip()) or re.match(r"\d+", match.group(7) or "")
    milliseconds = int((fraction.group() + "00")[:3]) if fraction else 0
    taken_at_ms = round(moment.timestamp()) * 1000 + milliseconds
    if taken_at_ms > time.time() * 1000 + _FUTURE_SLACK_MS:
        return None
    return taken_at_ms, parse_offset(match.group(8) or "")


def parse_offset(text: str) -> int | None:
    """Reads "+02:00" (or "Z") as minutes east of UTC; None for anything else."""
    if text.strip() == "Z":
        return 0
    match = _OFFSET.match(text)
    if match is None:
        return None
    minutes = int(match.group(2)) * 60 + int(match.group(3))
    if minutes > _WIDEST_OFFSET_MIN or int(match.group(3)) >= 60:
        return None
    return -minutes if match.group(1) == "-" else minutes


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
