"""Segments of a JPEG, wherever the blocks it is read in begin and end."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from photofind.media.containers import jpeg
from photofind.media.containers.reading import OddFileError
from tests.plugins.pictures import PhotoExif, make_photo

if TYPE_CHECKING:
    from pathlib import Path


def _digest(photo: bytes) -> str:
    digest = hashlib.sha256()
    jpeg.feed_picture(io.BytesIO(photo), digest.update)
    return digest.hexdigest()


@pytest.mark.parametrize("progressive", [False, True])
def test_blocks_of_any_size_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progressive: bool
) -> None:
    photo = make_photo(tmp_path / "x.jpg", size=(64, 48), progressive=progressive).read_bytes()
    expected = _digest(photo)
    for size in (2, 3, 5, 64, 127):
        monkeypatch.setattr(jpeg, "_SCAN_BLOCK_BYTES", size)
        assert _digest(photo) == expected, size


def test_metadata_is_told_apart(tmp_path: Path) -> None:
    path = make_photo(tmp_path / "x.jpg", exif=PhotoExif(orientation=6), xmp=b"<x/>")
    metadata = jpeg.feed_picture(io.BytesIO(path.read_bytes()), lambda _: None)
    assert metadata.exif is not None
    assert metadata.exif.startswith(b"Exif\x00\x00MM")
    assert metadata.xmp == b"<x/>"


def test_fill_bytes_before_a_marker_mean_nothing(tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "x.jpg").read_bytes()
    filled = photo[:2] + b"\xff\xff\xff" + photo[2:]
    assert _digest(filled) == _digest(photo)


@pytest.mark.parametrize(
    "damage",
    [b"", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x01", b"\xff\xd8\x00\x00", b"\xff\xd8\xff\xff\xff"],
)
def test_what_is_no_jpeg(damage: bytes) -> None:
    with pytest.raises(OddFileError):
        _digest(damage)


def test_what_follows_a_picture_with_restarts_is_left_out(tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "x.jpg", size=(64, 48), restart_marker_blocks=2).read_bytes()
    assert b"\xff\xd3" in photo
    assert _digest(photo + b"\xff\xd8 a second picture") == _digest(photo)
    assert _digest(photo[:-20] + bytes(18) + photo[-2:]) != _digest(photo)
