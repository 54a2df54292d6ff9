"""When, where and with what a photo was taken, and what is written about it, as its EXIF says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL.ExifTags import GPS, IFD, Base

from photofind.domain import Annotations, Capture, DatePrecision, TakenSource
from photofind.media.decoder_errors import DECODER_ERRORS, quiet_pillow
from photofind.media.metadata.annotations import stars, stars_from_percent
from photofind.media.metadata.dates import (
    DateCandidate,
    choose_date,
    parse_date,
    parse_offset,
    with_date,
)
from photofind.media.metadata.exposure import read_exposure
from photofind.media.metadata.place import make_place, to_degrees
from photofind.media.metadata.values import (
    exif_text,
    to_number,
    user_comment,
    utf16_text,
    without_repeats,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL import Image

_COMPANY_WORDS: Final = frozenset(
    {"corporation", "corp", "corp.", "co.", "co.,", "co.,ltd", "co.,ltd.", "ltd", "ltd.",
     "inc", "inc.", "company", "imaging", "optical", "electric", "electronics", "gmbh", "ag"}
)  # fmt: skip

_MISSING_LENSES: Final = frozenset({"", "-", "--", "---", "----", "unknown", "n/a", "none", "0"})

_MAIN_TAGS: Final = (
    Base.Make, Base.Model, Base.DateTime, Base.ImageDescription, Base.Rating, Base.RatingPercent,
    Base.XPTitle, Base.XPComment, Base.XPKeywords, Base.XPSubject, Base.DateTimeOriginal,
    Base.DateTimeDigitized,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _DateTags:
    date: int
    subsecond: int
    offset: int
    in_exif_ifd: bool
    source: TakenSource


_DATE_TAGS: Final = (
    _DateTags(
        Base.DateTimeOriginal,
        Base.SubsecTimeOriginal,
        Base.OffsetTimeOriginal,
        in_exif_ifd=True,
        source=TakenSource.EXIF_ORIGINAL,
    ),
    _DateTags(
        Base.DateTimeDigitized,
        Base.SubsecTimeDigitized,
        Base.OffsetTimeDigitized,
        in_exif_ifd=True,
        source=TakenSource.EXIF_DIGITIZED,
    ),
    _DateTags(
        Base.DateTime,
        Base.SubsecTime,
        Base.OffsetTime,
        in_exif_ifd=False,
        source=TakenSource.EXIF_MODIFIED,
    ),
)
"""CIPA DC-008: original, digitized, file change."""


@dataclass(frozen=True, slots=True)
class ExifTags:
    """The tags of a picture, by their numbers.

    Attributes:
        main: of the picture, those that are of interest.
        detail: of the EXIF IFD.
        gps: of the GPS IFD.
    """

    main: Mapping[int, Any]
    detail: Mapping[int, Any]
    gps: Mapping[int, Any]


def read_exif(image: Image.Image) -> ExifTags:
    """Reads a picture's tags. What is damaged is absent; nothing is raised.

    Args:
        image: as opened by Pillow. TIFFs must not be loaded yet, PNGs must be.
    """
    with quiet_pillow():
        return ExifTags(
            _read_main(image), _read_ifd(image, IFD.Exif), _read_ifd(image, IFD.GPSInfo)
        )


def _read_main(image: Image.Image) -> dict[int, Any]:
    values: dict[int, Any] = {}
    for tag in _MAIN_TAGS:
        try:
            values[tag] = image.getexif().get(tag)
        except DECODER_ERRORS:
            continue
    return values


def _read_ifd(image: Image.Image, ifd: IFD) -> Mapping[int, Any]:
    try:
        return image.getexif().get_ifd(ifd)
    except DECODER_ERRORS:
        return {}


def read_capture(image: Image.Image) -> Capture:
    """Reads date, camera, lens, place and exposure from a picture's EXIF.

    Damaged or senseless values count as absent; nothing is raised for them. A date in the far
    future or before photography is senseless, and so is the place 0, 0.

    Args:
        image: as for `read_exif`.
    """
    tags = read_exif(image)
    return with_date(find_capture(tags), choose_date(find_dates(tags)))


def find_capture(tags: ExifTags) -> Capture:
    """All of a capture but its date."""
    place = make_place(
        to_degrees(tags.gps.get(GPS.GPSLatitude), tags.gps.get(GPS.GPSLatitudeRef), "NS"),
        to_degrees(tags.gps.get(GPS.GPSLongitude), tags.gps.get(GPS.GPSLongitudeRef), "EW"),
    )
    return Capture(
        camera=camera_name(
            exif_text(tags.main.get(Base.Make)), exif_text(tags.main.get(Base.Model))
        ),
        lens=lens_name(exif_text(tags.detail.get(Base.LensModel))),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        exposure=read_exposure(tags.detail),
    )


def find_dates(tags: ExifTags) -> Iterator[DateCandidate]:
    """The dates that make sense."""
    for each in _DATE_TAGS:
        # ISO 12234-2 (TIFF/EP, some DNGs) has all dates in the picture's own directory.
        places = (tags.detail, tags.main) if each.in_exif_ifd else (tags.main,)
        subsecond = exif_text(tags.detail.get(each.subsecond))
        texts = (exif_text(place.get(each.date)) for place in places)
        parsed = next(filter(None, (parse_date(text, subsecond) for text in texts)), None)
        if parsed is None:
            continue
        offset = parse_offset(exif_text(tags.detail.get(each.offset)))
        yield (
            DateCandidate(each.source, *parsed)
            if offset is None
            else DateCandidate(each.source, parsed.wall_ms, offset, parsed.precision)
        )
    if (received := _gps_date(tags.gps)) is not None:
        yield received


def _gps_date(gps: Mapping[int, Any]) -> DateCandidate | None:
    """The receiver's clock: a day, and hour, minute and second as rationals, in UTC."""
    day = parse_date(exif_text(gps.get(GPS.GPSDateStamp)))
    if day is None:
        return None
    clock = gps.get(GPS.GPSTimeStamp)
    parts = [to_number(part) for part in clock] if isinstance(clock, tuple | list) else []
    if len(parts) != 3 or None in parts or day.precision is not DatePrecision.DAY:
        return DateCandidate(TakenSource.GPS, *day)
    seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=True) if part)
    if not 0 <= seconds < 24 * 3600:
        return DateCandidate(TakenSource.GPS, *day)
    return DateCandidate(TakenSource.GPS, day.wall_ms + 1000 * int(seconds), 0)


def find_annotations(tags: ExifTags) -> Annotations:
    """What the standard's tag and those of Windows' file manager say."""
    rating = stars(tags.main.get(Base.Rating))
    return Annotations(
        rating=rating or stars_from_percent(tags.main.get(Base.RatingPercent)) or rating,
        title=utf16_text(tags.main.get(Base.XPTitle)) or None,
        description=exif_text(tags.main.get(Base.ImageDescription)) or None,
        keywords=without_repeats(
            [each.strip() for each in utf16_text(tags.main.get(Base.XPKeywords)).split(";")]
        ),
        comments=without_repeats(
            [
                utf16_text(tags.main.get(Base.XPComment)),
                utf16_text(tags.main.get(Base.XPSubject)),
                user_comment(tags.detail.get(Base.UserComment)),
            ]
        ),
    )


def camera_name(make: str, model: str) -> str | None:
    """Joins make and model as people say it: "Canon EOS 5D", not "Canon Canon EOS 5D"."""
    words = make.split()
    while len(words) > 1 and words[-1].lower() in _COMPANY_WORDS:
        words.pop()
    if not words or (model and model.split(maxsplit=1)[0].lower() == words[0].lower()):
        return model or None
    return " ".join([*words, model]).strip()


def lens_name(lens: str) -> str | None:
    """A lens, unless it is one of the ways to say that there is none."""
    return None if lens.lower() in _MISSING_LENSES else lens
