"""Where a photo was taken, as degrees."""

from __future__ import annotations

import re
from typing import Final

from photofind.media.metadata.values import exif_text, to_number

Place = tuple[float, float]
"""Latitude and longitude in degrees, south and west negative (WGS 84)."""

_DEGREE_DIGITS: Final = 7
"""A centimetre; what lies behind is rounding."""
_XMP_COORDINATE = re.compile(
    r"""\s*(?P<before>[NSEW])?\s*(?P<sign>[+-]?)(?P<degrees>\d+(?:\.\d*)?)\s*(?:°|º|\bdeg\b)?
    (?:[\s,:]*(?P<minutes>\d+(?:\.\d*)?)\s*['′’]?)?
    (?:[\s,:]*(?P<seconds>\d+(?:\.\d*)?)\s*(?:["″”]|'')?)?
    [\s,]*(?P<direction>[NSEW]|North|South|East|West)?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)


def make_place(latitude: float | None, longitude: float | None) -> Place | None:
    """Both or nothing; the place 0, 0 is where receivers are that have found none."""
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None
    return latitude, longitude


def to_degrees(value: object, reference: object, directions: str) -> float | None:
    """Degrees, minutes and seconds with a direction as signed degrees.

    Without a direction there is no place: the wrong side of the globe would be worse.

    Args:
        value: up to three numbers, or degrees alone.
        reference: a letter or a word that begins with one.
        directions: "NS" or "EW".
    """
    direction = exif_text(reference).upper()[:1]
    if not direction or direction not in directions:
        return None
    parts = value if isinstance(value, tuple | list) else (value,)
    degrees = 0.0
    for position, part in enumerate(parts[:3]):
        number = to_number(part)
        if number is None or number < 0:
            return None
        degrees += number / 60**position
    if degrees > (90 if directions == "NS" else 180):
        return None
    degrees = round(degrees, _DEGREE_DIGITS)
    return -degrees if direction == directions[1] else degrees


def degrees_from_xmp(text: str, directions: str, reference: str = "") -> float | None:
    """Reads "40,14.0786450N" or "40,14,4N" (XMP specification, part 2, GPSCoordinate), and what
    programs write in their place: "40 deg 14' 4.72\" N", "13.7563N", "-43.2".

    Without a direction the sign is one, as exiftool reads it. What contradicts itself is no place.

    Args:
        directions: "NS" or "EW".
        reference: the direction, where it stands in a property of its own.
    """
    match = _XMP_COORDINATE.match(text)
    if match is None:
        return None
    parts = [part for part in match.group("degrees", "minutes", "seconds") if part is not None]
    negative = match["sign"] == "-"
    direction = match["direction"] or match["before"] or reference
    if not direction:
        direction = directions[negative]
    elif negative and direction[:1].upper() != directions[1]:
        return None
    return to_degrees(parts, direction, directions)
