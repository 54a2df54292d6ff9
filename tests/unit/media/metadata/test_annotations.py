"""Rating, title, description and keywords out of three standards."""

from __future__ import annotations

import pytest

from photofind.domain import Annotations
from photofind.media.metadata.annotations import (
    MOST_KEYWORDS,
    is_written,
    join_keywords,
    merge_annotations,
    overlay,
    split_levels,
    stars,
    stars_from_percent,
)

_NONE = Annotations()
_EXIF = Annotations(title="E", description="e", keywords=("exif",))
_IPTC = Annotations(title="I", description="i", keywords=("iptc",))
_XMP = Annotations(title="X", description="x", keywords=("xmp",))


def test_all_three() -> None:
    merged = merge_annotations(exif=_EXIF, iptc=_IPTC, xmp=_XMP)
    assert merged == Annotations(title="X", description="e", keywords=("xmp",))


def test_a_newer_iptc_outranks_xmp() -> None:
    merged = merge_annotations(exif=_NONE, iptc=_IPTC, xmp=_XMP, iptc_is_newer=True)
    assert merged == Annotations(title="I", description="i", keywords=("iptc",))


@pytest.mark.parametrize("alone", [_EXIF, _IPTC, _XMP])
def test_each_alone(alone: Annotations) -> None:
    merged = merge_annotations(
        exif=alone if alone is _EXIF else _NONE,
        iptc=alone if alone is _IPTC else _NONE,
        xmp=alone if alone is _XMP else _NONE,
    )
    assert merged == alone


def test_a_comment_is_better_than_no_description() -> None:
    commented = Annotations(comments=("AppleMark", "c", "d"))
    merged = merge_annotations(exif=commented, iptc=_NONE, xmp=_NONE)
    assert merged == Annotations(description="c", comments=("d",))


def test_a_comment_that_repeats_the_description_says_nothing() -> None:
    commented = Annotations(
        description="rhubarb cake", comments=("Rhubarb", "the recipe", "SONY DSC")
    )
    merged = merge_annotations(exif=commented, iptc=_NONE, xmp=_NONE)
    assert merged == Annotations(description="rhubarb cake", comments=("the recipe",))


def test_people_come_from_both_and_the_place_from_one() -> None:
    first = Annotations(people=("Anna",), location=("Reykjavik", "Iceland"))
    second = Annotations(people=("anna", "Tom"), location=("Island",))
    merged = merge_annotations(exif=_NONE, iptc=second, xmp=first)
    assert merged == Annotations(people=("Anna", "Tom"), location=("Reykjavik", "Iceland"))


def test_what_ascii_lost_is_taken_from_elsewhere() -> None:
    lossy, whole = Annotations(description="H?user"), Annotations(description="Häuser")
    assert merge_annotations(exif=lossy, iptc=_NONE, xmp=whole).description == "Häuser"
    question = Annotations(description="Which one?")
    assert merge_annotations(exif=question, iptc=_NONE, xmp=_XMP).description == "Which one?"


@pytest.mark.parametrize(
    "filler",
    ["OLYMPUS DIGITAL CAMERA         ", "SONY DSC", "<Digimax>", "DCIM\\100MEDIA\\DJI_0001.JPG",
     "binary comment", "   ", "---", "", None],
)  # fmt: skip
def test_what_cameras_write_is_no_description(filler: str | None) -> None:
    assert not is_written(filler)
    merged = merge_annotations(
        exif=Annotations(description=filler), iptc=_NONE, xmp=Annotations(description="x")
    )
    assert merged.description == "x"


def test_a_title_that_names_a_camera_maker_is_written() -> None:
    assert is_written("Samsung tower")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (5, 5), ("3", 3), ("3.0", 3), (-1, -1), (6, None), (-2, None), (None, None),
     ("five", None), ((4,), 4)],
)  # fmt: skip
def test_stars(value: object, expected: int | None) -> None:
    assert stars(value) == expected


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, 0), (1, 1), (25, 2), (50, 3), (75, 4), (99, 5), (100, 5), (101, None), (-1, None),
     ("50", 3), (None, None)],
)  # fmt: skip
def test_percent(percent: object, expected: int | None) -> None:
    assert stars_from_percent(percent) == expected


@pytest.mark.parametrize(
    ("exif", "xmp", "expected"),
    [(None, None, None), (0, None, 0), (None, 0, 0), (4, 0, 4), (4, 2, 2), (0, 2, 2), (3, -1, -1)],
)
def test_a_cameras_zero_yields_to_stars(
    exif: int | None, xmp: int | None, expected: int | None
) -> None:
    merged = merge_annotations(
        exif=Annotations(rating=exif), iptc=_NONE, xmp=Annotations(rating=xmp)
    )
    assert merged.rating == expected


def test_a_sidecar_lies_over_the_file() -> None:
    file = Annotations(rating=3, title="t", description="d", keywords=("k",))
    assert overlay(file, _NONE) == file
    assert overlay(file, Annotations(rating=0)).rating == 0
    assert overlay(file, _XMP) == Annotations(
        rating=3, title="X", description="x", keywords=("xmp",)
    )


def test_levels_of_a_hierarchy_become_keywords() -> None:
    found = join_keywords(["Paris", "24/7"], ["Places", "France", "paris", "Anna"])
    assert found == ("Paris", "24/7", "Places", "France", "Anna")
    assert split_levels("Places | AC/DC", "|") == ["Places", "AC/DC"]


def test_keywords_have_an_end() -> None:
    assert len(join_keywords([str(number) for number in range(9_999)], [])) == MOST_KEYWORDS
