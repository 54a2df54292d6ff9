"""Places as XMP writes them; EXIF's are in test_exif."""

from __future__ import annotations

import pytest

from photofind.media.metadata.place import degrees_from_xmp, make_place


@pytest.mark.parametrize(
    ("text", "directions", "expected"),
    [
        ("40,14.0786450N", "NS", 40.2346441),
        ("76,17.2284900W", "EW", -76.2871415),
        ("40,30,36S", "NS", -40.51),
        ("40,30n", "NS", 40.5),
        ("40,30E", "NS", None),
        ("91,0N", "NS", None),
        ("181,0E", "EW", None),
        ("40,.N", "NS", None),
        ("40.5", "NS", 40.5),
        ("+40.5", "NS", 40.5),
        ("-43.2", "EW", -43.2),
        ("13.7563N", "NS", 13.7563),
        ("43.2 West", "EW", -43.2),
        ("S 40.5", "NS", -40.5),
        ("40 deg 14' 4.72\" N", "NS", 40.2346444),
        ("40°14'4.72\"S", "NS", -40.2346444),
        ("40 14 4.72 S", "NS", -40.2346444),
        ("-40,30S", "NS", -40.5),
        ("-40.5N", "NS", None),
        ("40.5 metres", "NS", None),
        ("", "NS", None),
        ("N", "NS", None),
    ],
)
def test_coordinates(text: str, directions: str, expected: float | None) -> None:
    assert degrees_from_xmp(text, directions) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "reference", "expected"),
    [
        ("100.5018", "E", 100.5018),
        ("43.2", "W", -43.2),
        ("43.2", "West", -43.2),
        ("43,12.0", "W", -43.2),
        ("-43.2", "W", -43.2),
        ("-43.2", "E", None),
        ("43.2", "N", None),
        ("43.2E", "", 43.2),
    ],
)
def test_a_direction_in_a_property_of_its_own(
    text: str, reference: str, expected: float | None
) -> None:
    """As sidecars of Apple Photos have it."""
    assert degrees_from_xmp(text, "EW", reference) == pytest.approx(expected)


def test_half_a_place_is_none() -> None:
    assert make_place(1.0, None) is None
    assert make_place(None, 1.0) is None
    assert make_place(0.0, 0.0) is None
    assert make_place(0.0, 32.5) == (0.0, 32.5)
