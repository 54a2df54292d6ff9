"""What properties of XMP mean, as the programs write them that photos come from."""

from __future__ import annotations

import pytest

from photofind.domain import Capture
from photofind.media.metadata.xmp_facts import read_xmp

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "mediapro": "http://ns.iview-multimedia.com/mediapro/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
}


def _packet(body: str) -> bytes:
    prefixes = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    return (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"<rdf:Description {prefixes}>{body}</rdf:Description></rdf:RDF>"
    ).encode()


def _bag(name: str, *items: str) -> str:
    listed = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:Bag>{listed}</rdf:Bag></{name}>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (_bag("lr:hierarchicalSubject", "Music|AC/DC"), ("Music", "AC/DC")),
        (_bag("digiKam:TagsList", "People/Anna|Maria"), ("People", "Anna|Maria")),
        (_bag("MicrosoftPhoto:LastKeywordXMP", "People/Anna|Maria"), ("People", "Anna|Maria")),
        (_bag("mediapro:CatalogSets", "Music|AC/DC"), ("Music", "AC/DC")),
        (_bag("dc:subject", "AC/DC", "this|that"), ("AC/DC", "this|that")),
        (
            _bag("dc:subject", "AC/DC") + _bag("lr:hierarchicalSubject", "AC/DC"),
            ("AC/DC",),
        ),
    ],
)
def test_each_hierarchy_has_its_own_separator(body: str, expected: tuple[str, ...]) -> None:
    assert read_xmp(_packet(body)).annotations.keywords == expected


def test_a_place_as_apple_photos_exports_it() -> None:
    body = (
        "<exif:GPSLongitudeRef>W</exif:GPSLongitudeRef><exif:GPSLongitude>43.2</exif:GPSLongitude>"
        "<exif:GPSLatitude>22.9</exif:GPSLatitude><exif:GPSLatitudeRef>S</exif:GPSLatitudeRef>"
    )
    assert read_xmp(_packet(body)).capture == Capture(latitude=-22.9, longitude=-43.2)
