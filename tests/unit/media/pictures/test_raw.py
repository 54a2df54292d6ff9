"""RAW photos: the preview where it is good enough, the sensor's data else; upright once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from photofind.domain import ImageGeometry, MediaCode, MediaError, ResizeMode
from photofind.media.decode import decode_photo, decode_preview
from photofind.media.pictures import base, raw
from photofind.media.pictures.raw import is_raw_tiff
from tests.plugins.pictures import PhotoExif, make_photo, make_pixels
from tests.plugins.raws import make_dng

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_SQUARE = ImageGeometry(224, ResizeMode.SQUASH)
_SIZE = (1280, 960)


@pytest.fixture
def develops(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the files that were developed from the sensor's data."""
    developed: list[int] = []
    develop = raw._develop

    def noted(data: bytes) -> Image.Image:
        developed.append(len(data))
        return develop(data)

    monkeypatch.setattr(raw, "_develop", noted)
    return developed


def _tensor(source: Path) -> NDArray[np.float32]:
    (tensor,) = decode_photo(source, [_SQUARE]).tensors
    return tensor.astype(np.float32)


def _likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Correlation of the pixels: brightness and contrast don't matter."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("has_preview", [True, False])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_once(tmp_path: Path, orientation: int, has_preview: bool) -> None:
    pixels = make_pixels(*_SIZE, seed=3)
    path = make_dng(
        tmp_path / "x.dng",
        pixels,
        orientation=orientation,
        preview=Image.fromarray(pixels) if has_preview else None,
    )
    exif = PhotoExif(orientation=orientation)
    expected = make_photo(tmp_path / "x.jpg", size=_SIZE, seed=3, exif=exif)
    photo = decode_photo(path, [_SQUARE])
    assert photo.format == "RAW"
    assert (photo.width, photo.height) == (_SIZE if orientation < 5 else _SIZE[::-1])
    assert _likeness(_tensor(path), _tensor(expected)) > 0.97


@pytest.mark.parametrize(
    ("preview", "expected"),
    [(None, 1), ((160, 120), 1), ((512, 384), 1), ((640, 480), 0), (_SIZE, 0)],
)
def test_only_without_a_good_preview_the_sensor_is_asked(
    tmp_path: Path, develops: list[int], preview: tuple[int, int] | None, expected: int
) -> None:
    pixels = make_pixels(*_SIZE)
    picture = None if preview is None else Image.fromarray(pixels).resize(preview)
    decode_photo(make_dng(tmp_path / "x.dng", pixels, preview=picture), [_SQUARE])
    assert len(develops) == expected


def test_a_preview_as_large_as_half_the_sensor_serves_the_window(
    tmp_path: Path, develops: list[int]
) -> None:
    pixels = make_pixels(*_SIZE)
    path = make_dng(tmp_path / "x.dng", pixels, preview=Image.fromarray(pixels).resize((640, 480)))
    shown = decode_preview(path, 2_000)
    assert (shown.width, shown.height, develops) == (640, 480, [])
    smaller = make_dng(
        tmp_path / "y.dng", pixels, preview=Image.fromarray(pixels).resize((320, 240))
    )
    shown = decode_preview(smaller, 2_000)
    assert (shown.width, shown.height, len(develops)) == (640, 480, 1)


def test_a_preview_that_was_turned_already_is_not_turned_again(tmp_path: Path) -> None:
    pixels = make_pixels(*_SIZE, seed=5)
    turned = Image.fromarray(pixels).transpose(Image.Transpose.ROTATE_270)
    path = make_dng(tmp_path / "x.dng", pixels, orientation=6, preview=turned)
    exif = PhotoExif(orientation=6)
    expected = make_photo(tmp_path / "x.jpg", size=_SIZE, seed=5, exif=exif)
    photo = decode_photo(path, [_SQUARE])
    assert (photo.width, photo.height) == (960, 1280)
    assert _likeness(_tensor(path), _tensor(expected)) > 0.99


def test_a_preview_that_is_damaged_is_no_preview(tmp_path: Path, develops: list[int]) -> None:
    pixels = make_pixels(*_SIZE)
    path = make_dng(tmp_path / "x.dng", pixels, preview=Image.fromarray(pixels))
    data = bytearray(path.read_bytes())
    start = data.index(b"\xff\xd8\xff")
    data[start : start + 200] = bytes(200)
    decode_photo(bytes(data), [_SQUARE])
    assert len(develops) == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders_and_linear_data(tmp_path: Path, order: str) -> None:
    pixels = make_pixels(320, 240, seed=7)
    expected = _tensor(make_photo(tmp_path / "x.png", size=(320, 240), seed=7))
    for linear in (False, True):
        path = make_dng(tmp_path / "x.dng", pixels, order=order, linear=linear)
        photo = decode_photo(path, [])
        assert (photo.width, photo.height) == (320, 240)
        assert _likeness(_tensor(path), expected) > 0.97


def test_a_tiff_is_told_from_a_raw(tmp_path: Path) -> None:
    tiff = make_photo(tmp_path / "x.tif").read_bytes()
    dng = make_dng(tmp_path / "x.dng", make_pixels(64, 48)).read_bytes()
    below = make_dng(
        tmp_path / "y.dng", make_pixels(64, 48), preview=Image.new("RGB", (32, 24))
    ).read_bytes()
    nameless = below.replace((50706).to_bytes(2, "little") + b"\x01\x00", b"\xfe\xff\x01\x00")
    for data, expected in ((tiff, False), (dng, True), (nameless, True), (b"II*\x00", False)):
        file = io.BytesIO(data)
        assert is_raw_tiff(file) is expected
        assert file.tell() == 0


def test_a_raw_with_the_suffix_of_a_tiff(tmp_path: Path) -> None:
    path = make_dng(tmp_path / "scan.tif", make_pixels(64, 48))
    assert decode_photo(path, []).format == "RAW"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_half_copied(tmp_path: Path, share: float) -> None:
    whole = make_dng(tmp_path / "x.dng", make_pixels(640, 480)).read_bytes()
    with pytest.raises(MediaError) as raised:
        decode_photo(whole[: int(len(whole) * share)], [_SQUARE])
    assert raised.value.media_code is MediaCode.UNREADABLE


@pytest.mark.parametrize(
    "header", [b"FUJIFILMCCD-RAW ", b"IIRO\x08\x00\x00\x00", b"FOVb", b"\x00\x00\x00\x18ftypcrx "]
)
def test_beginnings_without_an_end(header: bytes) -> None:
    with pytest.raises(MediaError) as raised:
        decode_photo(header + bytes(5_000), [_SQUARE])
    assert raised.value.media_code in (MediaCode.UNREADABLE, MediaCode.UNSUPPORTED)


def test_a_sensor_larger_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_dng(tmp_path / "x.dng", make_pixels(640, 480))
    monkeypatch.setattr(base, "picture_budget", lambda: 1_000_000)
    with pytest.raises(MediaError) as raised:
        decode_photo(path, [_SQUARE])
    assert raised.value.media_code is MediaCode.TOO_LARGE
