"""JPEG XL, in all the shapes it comes."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from photofind.domain import Annotations, ImageGeometry, MediaCode, MediaError, ResizeMode
from photofind.media.decode import decode_jpeg, decode_photo, decode_preview
from photofind.media.pictures import base
from tests.plugins.pictures import PhotoExif, make_photo, make_pixels

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pylibjxl = pytest.importorskip("pylibjxl", reason="needs pylibjxl, which has no wheel here")

_SQUARE = ImageGeometry(64, ResizeMode.SQUASH)
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def _encode(pixels: NDArray[np.uint8], **options: Any) -> bytes:
    return bytes(pylibjxl.encode(np.ascontiguousarray(pixels), lossless=True, **options))


def _shown(data: bytes) -> NDArray[np.uint8]:
    thumbnail = decode_jpeg(decode_photo(data, []).thumbnail)
    return np.frombuffer(thumbnail.pixels, np.uint8).reshape(thumbnail.height, thumbnail.width, 3)


def test_pixels_come_through(tmp_path: Path) -> None:
    pixels = make_pixels(64, 64)
    photo = decode_photo(_encode(pixels), [_SQUARE])
    assert (photo.format, photo.width, photo.height) == ("JXL", 64, 64)
    assert np.array_equal(photo.tensors[0], pixels)


def test_gray_and_alpha() -> None:
    gray = make_pixels(64, 48)[:, :, 0]
    assert np.abs(_shown(_encode(gray))[:, :, 0].astype(int) - gray).mean() < 3
    clear = np.dstack([np.zeros((48, 64, 3), np.uint8), np.zeros((48, 64), np.uint8)])
    assert _shown(_encode(clear)).min() > 250  # over white


def test_a_colour_profile_is_honoured() -> None:
    blue = np.zeros((48, 64, 3), np.uint8)
    blue[:, :, 2] = 255
    assert _shown(_encode(blue)).mean(axis=(0, 1)) == pytest.approx((0, 0, 255), abs=3)
    profiled = _shown(_encode(blue, icc=_swapped_profile()))
    assert profiled.mean(axis=(0, 1)) == pytest.approx((255, 0, 0), abs=3)


def _swapped_profile() -> bytes:
    """sRGB with red and blue exchanged, and without its name, so that its use can be seen."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile.replace(b"s\x00R\x00G\x00B", b"x\x00R\x00G\x00B"))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_upright_once(tmp_path: Path, orientation: int) -> None:
    path = make_photo(
        tmp_path / "x.jpg", size=(64, 48), quality=95, exif=PhotoExif(orientation=orientation)
    )
    photo = path.read_bytes()
    repacked = bytes(pylibjxl.jpeg_to_jxl(photo))
    assert np.abs(_shown(repacked).astype(int) - _shown(photo)).mean() < 4


def test_exif_alone_turns_nothing() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Canon"
    for head in (b"\x00\x00\x00\x00", b""):
        data = _encode(make_pixels(64, 48), exif=head + exif.tobytes()[6:], xmp=_XMP)
        photo = decode_photo(data, [])
        assert (photo.width, photo.height) == (64, 48)
        assert photo.capture.camera == "Canon"
        assert photo.annotations == Annotations(rating=4)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_half_copied(share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    whole = _encode(noise)
    with pytest.raises(MediaError) as raised:
        decode_photo(whole[: int(len(whole) * share)], [])
    assert raised.value.media_code is MediaCode.UNREADABLE


def test_larger_than_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    data = _encode(make_pixels(640, 480))
    monkeypatch.setattr(base, "picture_budget", lambda: 1_000_000)
    with pytest.raises(MediaError) as raised:
        decode_photo(data, [])
    assert raised.value.media_code is MediaCode.TOO_LARGE


def test_a_computer_without_the_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    data = _encode(make_pixels(64, 48))
    monkeypatch.setitem(sys.modules, "pylibjxl", None)
    with pytest.raises(MediaError) as raised:
        decode_photo(data, [])
    assert raised.value.media_code is MediaCode.UNSUPPORTED
    assert "JPEG XL" in raised.value.user_message


@pytest.mark.parametrize(
    ("name", "size"), [("8bit-sRGB.jxl", (1440, 1080)), ("16bit-HDR-P3-nclx.jxl", (5667, 3685))]
)
def test_real_ones(fixtures_dir: Path, name: str, size: tuple[int, int]) -> None:
    path = fixtures_dir / "immich-pd/formats/jxl" / name
    photo = decode_photo(path, [_SQUARE])
    assert (photo.format, photo.width, photo.height) == ("JXL", *size)
    assert 60 < photo.tensors[0].mean() < 200
    assert photo.tensors[0].std() > 30
    shown = decode_preview(path, 800)
    assert max(shown.width, shown.height) == 800
    assert Image.open(io.BytesIO(photo.thumbnail)).size[0] == 512
