"""What the properties of XMP mean for a photo."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from photofind.domain import Annotations, Capture, TakenSource
from photofind.media.metadata.annotations import (
    is_written,
    join_keywords,
    split_levels,
    stars,
    stars_from_percent,
)
from photofind.media.metadata.dates import DateCandidate, choose_date, parse_date, with_date
from photofind.media.metadata.exif import camera_name, lens_name
from photofind.media.metadata.exposure import make_exposure
from photofind.media.metadata.place import degrees_from_xmp, make_place
from photofind.media.metadata.values import tidy_text, without_repeats
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
_MEDIA_PRO: Final = "{http://ns.iview-multimedia.com/mediapro/1.0/}"
_ACDSEE: Final = "{http://ns.acdsee.com/iptc/1.0/}"
_MICROSOFT: Final = ("{http://ns.microsoft.com/photo/1.0/}", "{http://ns.microsoft.com/photo/1.0}")
"""With and without the slash that Windows itself forgets at times."""

_IPTC_CORE: Final = "{http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/}"
_IPTC_EXT: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
_PEOPLE: Final = (f"{_IPTC_EXT}PersonInImage", f"{_MEDIA_PRO}People")
_LOCATION: Final = (
    f"{_IPTC_CORE}Location",
    f"{_PHOTOSHOP}City",
    f"{_PHOTOSHOP}State",
    f"{_PHOTOSHOP}Country",
)

_HIERARCHIES: Final = (
    (f"{_LIGHTROOM}hierarchicalSubject", "|"),
    (f"{_DIGIKAM}TagsList", "/"),
    *((f"{namespace}LastKeywordXMP", "/") for namespace in _MICROSOFT),
    (f"{_MEDIA_PRO}CatalogSets", "|"),
)
"""Properties of hierarchical keywords, with what parts their levels (exiftool's tag tables; exiv2,
"XMP tags"). Any other sign belongs to the keyword: "AC/DC"."""

_CAPTURE_DATES: Final = (f"{_EXIF}DateTimeOriginal", f"{_PHOTOSHOP}DateCreated")
_OTHER_DATES: Final = (f"{_XMP}CreateDate", f"{_EXIF}DateTimeDigitized")
_GPS_DATE: Final = f"{_EXIF}GPSTimeStamp"


@dataclass(frozen=True, slots=True)
class XmpFacts:
    """What a packet says; its date is part of `capture`."""

    annotations: Annotations = field(default_factory=Annotations)
    capture: Capture = field(default_factory=Capture)


def read_xmp(data: bytes, *, is_sidecar: bool = False) -> XmpFacts:
    """Reads a packet. What is damaged, too large or hostile is absent; nothing is raised.

    Args:
        is_sidecar: a file of its own, in which people correct what the camera wrote.
    """
    properties = parse_xmp(data)
    if not properties:
        return XmpFacts()
    return XmpFacts(_find_annotations(properties), _find_capture(properties, is_sidecar=is_sidecar))


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
    remarks = (_first(properties, f"{_EXIF}UserComment"), _first(properties, f"{_ACDSEE}notes"))
    return Annotations(
        rating=own or windows or (windows if own is None else own),
        title=_first(properties, f"{_DC}title", f"{_PHOTOSHOP}Headline") or None,
        description=_first(properties, f"{_DC}description") or None,
        keywords=join_keywords(
            _texts(properties, f"{_DC}subject"),
            [
                level
                for name, separator in _HIERARCHIES
                for path in _texts(properties, name)
                for level in split_levels(path, separator)
            ],
        ),
        people=without_repeats([each for name in _PEOPLE for each in _texts(properties, name)]),
        location=without_repeats([_first(properties, name) for name in _LOCATION]),
        comments=without_repeats([each for each in remarks if is_written(each)]),
    )


def _find_capture(properties: XmpProperties, *, is_sidecar: bool) -> Capture:
    place = make_place(
        *(
            degrees_from_xmp(
                _first(properties, f"{_EXIF}{name}"),
                directions,
                _first(properties, f"{_EXIF}{name}Ref"),
            )
            for name, directions in (("GPSLatitude", "NS"), ("GPSLongitude", "EW"))
        )
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
    return with_date(capture, choose_date(_find_dates(properties, is_sidecar=is_sidecar)))


def _find_dates(properties: XmpProperties, *, is_sidecar: bool) -> Iterator[DateCandidate]:
    corrected = TakenSource.SIDECAR if is_sidecar else TakenSource.XMP
    for source, names in (
        (corrected, _CAPTURE_DATES),
        (TakenSource.XMP, _OTHER_DATES),
        (TakenSource.GPS, (_GPS_DATE,)),
    ):
        for name in names:
            parsed = parse_date(_first(properties, name))
            if parsed is not None:
                yield DateCandidate(source, *parsed)


def _first(properties: XmpProperties, *names: str) -> str:
    """The first value of the first property that has one; "" for none."""
    for name in names:
        for text in _texts(properties, name):
            return text
    return ""


def _texts(properties: XmpProperties, name: str) -> list[str]:
    return [text for value in properties.get(name, ()) if (text := tidy_text(value))]
