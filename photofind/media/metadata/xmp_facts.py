"""What the properties of XMP mean for a photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from photofind.domain import Annotations, Capture, TakenSource
from photofind.media.metadata.annotations import join_keywords, stars, stars_from_percent
from photofind.media.metadata.dates import DateCandidate, choose_date, parse_date, with_date
from photofind.media.metadata.exif import camera_name, lens_name
from photofind.media.metadata.exposure import make_exposure
from photofind.media.metadata.place import degrees_from_xmp, make_place
from photofind.media.metadata.values import tidy_text
from photofind.media.metadata.xmp import parse_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from photofind.media.metadata.xmp import XmpProperties

_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_TIFF: Final = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF: Final = "{http://ns.adobe.com/exif/1.0/}"
_EXIF_EX: Final = "{http://cipa.jp/exif/1.0/}"
_AUX: Final = "{http://ns.adobe.com/exif/1.0/aux/}"
_LIGHTROOM: Final = "{http://ns.adobe.com/lightroom/1.0/}"
_DIGIKAM: Final = "{http://www.digikam.org/ns/1.0/}"
_MICROSOFT: Final = ("{http://ns.microsoft.com/photo/1.0/}", "{http://ns.microsoft.com/photo/1.0}")
"""With and without the slash that Windows itself forgets at times."""

_DATES: Final = (
    f"{_EXIF}DateTimeOriginal",
    f"{_PHOTOSHOP}DateCreated",
    f"{_XMP}CreateDate",
    f"{_EXIF}DateTimeDigitized",
    f"{_EXIF}GPSTimeStamp",
)
"""Best first; the receiver's clock is right, but shows UTC."""


@dataclass(frozen=True, slots=True)
class XmpFacts:
    """What a packet says; its date is part of `capture`."""

    annotations: Annotations = field(default_factory=Annotations)
    capture: Capture = field(default_factory=Capture)


def read_xmp(data: bytes) -> XmpFacts:
    """Reads a packet. What is damaged, too large or hostile is absent; nothing is raised."""
    properties = parse_xmp(data)
    if not properties:
        return XmpFacts()
    return XmpFacts(_find_annotations(properties), _find_capture(properties))


def _find_annotations(properties: XmpProperties) -> Annotations:
    own = stars(_first(properties, f"{_XMP}Rating"))
    windows = next(
        (
            rating
            for namespace in _MICROSOFT
            if (rating := stars_from_percent(_first(properties, f"{namespace}Rating"))) is not None
        ),
        None,
    )
    return Annotations(
        rating=own or windows or (windows if own is None else own),
        title=_first(properties, f"{_DC}title", f"{_PHOTOSHOP}Headline") or None,
        description=_first(properties, f"{_DC}description") or None,
        keywords=join_keywords(
            _texts(properties, f"{_DC}subject"),
            [
                *_texts(properties, f"{_LIGHTROOM}hierarchicalSubject"),
                *_texts(properties, f"{_DIGIKAM}TagsList"),
                *(
                    each
                    for name in _MICROSOFT
                    for each in _texts(properties, f"{name}LastKeywordXMP")
                ),
            ],
            "|/",
        ),
    )


def _find_capture(properties: XmpProperties) -> Capture:
    place = make_place(
        degrees_from_xmp(_first(properties, f"{_EXIF}GPSLatitude"), "NS"),
        degrees_from_xmp(_first(properties, f"{_EXIF}GPSLongitude"), "EW"),
    )
    capture = Capture(
        camera=camera_name(_first(properties, f"{_TIFF}Make"), _first(properties, f"{_TIFF}Model")),
        lens=lens_name(_first(properties, f"{_EXIF_EX}LensModel", f"{_AUX}Lens")),
        latitude=place[0] if place else None,
        longitude=place[1] if place else None,
        exposure=make_exposure(
            f_number=_first(properties, f"{_EXIF}FNumber"),
            seconds=_first(properties, f"{_EXIF}ExposureTime"),
            iso=_first(properties, f"{_EXIF_EX}PhotographicSensitivity", f"{_EXIF}ISOSpeedRatings"),
            focal_mm=_first(properties, f"{_EXIF}FocalLength"),
            focal_35mm=_first(properties, f"{_EXIF}FocalLengthIn35mmFilm"),
        ),
    )
    return with_date(capture, choose_date(_find_dates(properties)))


def _find_dates(properties: XmpProperties) -> Iterator[DateCandidate]:
    for name in _DATES:
        parsed = parse_date(_first(properties, name))
        if parsed is not None:
            yield DateCandidate(TakenSource.XMP, parsed.wall_ms, parsed.offset_min, parsed.has_time)


def _first(properties: XmpProperties, *names: str) -> str:
    """The first value of the first property that has one; "" for none."""
    for name in names:
        for text in _texts(properties, name):
            return text
    return ""


def _texts(properties: XmpProperties, name: str) -> list[str]:
    return [text for value in properties.get(name, ()) if (text := tidy_text(value))]
