"""Text and numbers out of metadata."""

from __future__ import annotations

import pytest
from PIL.TiffImagePlugin import IFDRational

from photofind.media.metadata.values import (
    LONGEST_TEXT,
    decode_text,
    exif_text,
    tidy_text,
    to_number,
    utf16_text,
    within,
    without_repeats,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("  a\n b\x00junk", "a b"), (b"Stra\xc3\x9fe\x00", "Straße"), (b"\x81", "�"), (7, ""),
     (None, ""), ("a\u202eb\x07c", "a b c"), ("x" * 99_999, "x" * LONGEST_TEXT)],
)  # fmt: skip
def test_text_is_tidied(value: object, expected: str) -> None:
    assert tidy_text(value) == expected


def test_exif_that_is_utf8_is_read_as_that() -> None:
    assert exif_text("Häuser".encode().decode("latin-1")) == "Häuser"
    assert exif_text("ภูเขา".encode().decode("latin-1")) == "ภูเขา"
    assert exif_text("Häuser") == "Häuser"  # Latin-1 in truth
    assert exif_text("Šárka – 5 €".encode("cp1252").decode("latin-1")) == "Šárka – 5 €"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("L’été".encode(), "L’été"),
        ("L’été".encode("cp1252"), "L’été"),
        ("café".encode("cp1252"), "café"),
        ("élan vital ภู".encode()[:-2], "élan vital ภ\N{REPLACEMENT CHARACTER}"),
        (b"caf\xe9 \x81", "café \N{REPLACEMENT CHARACTER}"),
    ],
    ids=["UTF-8", "Windows-1252", "ends like UTF-8 cut off", "UTF-8 cut off", "undefined byte"],
)
def test_undeclared_text(data: bytes, expected: str) -> None:
    assert decode_text(data) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Häuser ภูเขา".encode("utf-16-le") + b"\x00\x00", "Häuser ภูเขา"),
     (tuple("Haus".encode("utf-16-le")), "Haus"), (b"\x00", "�"), ("Haus", ""), (None, ""),
     ((1, "x"), "")],
)  # fmt: skip
def test_windows_text(value: object, expected: str) -> None:
    assert utf16_text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3.0), ("1/250", 0.004), ("2.8", 2.8), (" 5 ", 5.0), (IFDRational(28, 10), 2.8),
     ((160, 0), 160.0), ([], None), ("", None), ("1/0", None), (IFDRational(1, 0), None),
     ("nan", None), (float("inf"), None), ("x", None), (None, None), (b"5", 5.0), ({}, None)],
)  # fmt: skip
def test_numbers(value: object, expected: float | None) -> None:
    assert to_number(value) == pytest.approx(expected)


def test_bounds_belong_to_the_range() -> None:
    assert [within(each, 1, 3) for each in (0.9, 1, 3, 3.1, "x")] == [None, 1.0, 3.0, None, None]


def test_repeats_differ_in_case_alone() -> None:
    assert without_repeats(["Beach", "", "beach", "STRASSE", "Straße", "b"]) == (
        "Beach",
        "STRASSE",
        "b",
    )
