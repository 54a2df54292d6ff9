"""Suffixes decide what is looked at, first bytes decide what it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.media.formats import (
    HEADER_BYTES,
    PHOTO_SUFFIXES,
    SIDECAR_SUFFIX,
    VIDEO_SUFFIXES,
    describe_kind,
    is_photo_name,
    sniff_format,
    split_name,
)
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "IMG_0001.JPG", "b.JpEg", "c.png", "d.webp", "e.gif", "f.TIFF", "g.tif", "h.bmp",
     "i.heic", "j.HEIF", "k.avif", "l.jxl", "m.CR3", "n.dng", "o.NEF", "p.arw", "q.raf",
     "two.dots.jpg", "ไทย.jpg", "bad\udcff.jpg"],
)  # fmt: skip
def test_names_of_photos(name: str) -> None:
    assert is_photo_name(name)


@pytest.mark.parametrize(
    "name",
    ["film.mov", "film.mp4", "side.xmp", "art.psd", "notes.txt", "jpg", ".jpg", "a.jpg.part", ""],
)
def test_names_of_other_files(name: str) -> None:
    assert not is_photo_name(name)


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in PHOTO_SUFFIXES)


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("gif", "GIF"), ("tif", "TIFF"),
     ("bmp", "BMP"), ("heic", "HEIF"), ("avif", "AVIF")],
)  # fmt: skip
def test_real_files_are_recognised_by_content(tmp_path: Path, suffix: str, expected: str) -> None:
    header = make_photo(tmp_path / f"x.{suffix}", size=(64, 48)).read_bytes()[:HEADER_BYTES]
    assert sniff_format(header) == expected


@pytest.mark.parametrize(
    ("brands", "expected"),
    [
        (b"mif1\x00\x00\x00\x00mif1heic", "HEIF"),
        (b"mif1\x00\x00\x00\x00mif1avifmiaf", "AVIF"),
        (b"msf1\x00\x00\x00\x00hevc", "HEIF"),
        (b"avis\x00\x00\x00\x00avis", "AVIF"),
        (b"isom\x00\x00\x00\x00isommp42", None),
    ],
)
def test_container_brands(brands: bytes, expected: str | None) -> None:
    box = (8 + len(brands)).to_bytes(4, "big") + b"ftyp" + brands
    assert sniff_format(box + b"\x00\x00\x00\x08meta avif") == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"\xff\x0a\xfa\x3b", "JXL"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl ", "JXL"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "RAW"),
        (b"IIRO\x08\x00\x00\x00", "RAW"),
        (b"IIU\x00\x18\x00\x00\x00", "RAW"),
        (b"FUJIFILMCCD-RAW 0201", "RAW"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "TIFF"),  # its directories tell more
    ],
)
def test_beginnings_of_raw_and_jpeg_xl(header: bytes, expected: str) -> None:
    assert sniff_format(header) == expected


def test_the_case_of_a_suffix_does_not_matter() -> None:
    assert split_name("IMG_1.JPG") == ("IMG_1", ".jpg")
    assert split_name("a.b.Mov") == ("a.b", ".mov")


def test_no_suffix_has_two_meanings() -> None:
    assert PHOTO_SUFFIXES.isdisjoint(VIDEO_SUFFIXES)
    assert SIDECAR_SUFFIX not in PHOTO_SUFFIXES | VIDEO_SUFFIXES


def test_avif_outside_the_brands_doesnt_count() -> None:
    box = b"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00heic"
    assert sniff_format(box + b"avifavifavif") == "HEIF"


@pytest.mark.parametrize("header", [b"", b"\xff", b"RIFF", b"\x00\x00\x00\x18ftyp", b"hello"])
def test_short_and_strange_beginnings_are_no_picture(header: bytes) -> None:
    assert sniff_format(header) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"8BPS\x00\x01", "Photoshop"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "video"),
        (b"\x1aE\xdf\xa3....", "video"),
        (b"  <!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf<svg xmlns", "drawing"),
        (b"Dear diary, today I took no photo.", "text"),
        ("ก".encode() * 30, "text"),
        (b"\x00" * HEADER_BYTES, "interrupted copy"),
        (b"\x01\x02\x03\x04\xff\xfe\xfd", "unknown"),
    ],
)
def test_other_kinds_are_named(header: bytes, expected: str) -> None:
    assert expected in str(describe_kind(header[:HEADER_BYTES]))
