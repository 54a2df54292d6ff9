"""The first pass: a preview stands in for the picture, and only where it is the same smaller."""

from __future__ import annotations

import io
import struct
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from photofind.domain import ImageGeometry, MediaCode, MediaError, ResizeMode
from photofind.media.decode import DecodedPhoto, decode_first_pass, decode_photo, decode_thumbnail
from tests.plugins.pictures import PhotoExif, make_photo, make_pixels
from tests.plugins.raws import make_dng

if TYPE_CHECKING:
    from pathlib import Path

_SQUARE = ImageGeometry(224, ResizeMode.SQUASH)
_CROPPED = ImageGeometry(256, ResizeMode.SHORTEST)


def _heic(path: Path, *, orientation: int = 1, seed: int = 0, **options: Any) -> Path:
    exif = PhotoExif(orientation=orientation, make="Canon", model="R5")
    return make_photo(path, size=(1600, 1200), seed=seed, exif=exif, quality=80, **options)


def _difference(one: DecodedPhoto, other: DecodedPhoto) -> float:
    return max(
        float(np.abs(a.astype(int) - b.astype(int)).mean())
        for a, b in zip(one.tensors, other.tensors, strict=True)
    )


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heics_thumbnail_is_upright_once(tmp_path: Path, orientation: int) -> None:
    path = _heic(tmp_path / "x.heic", orientation=orientation, thumbnails=[320])
    first = decode_first_pass(path, [_SQUARE, _CROPPED])
    whole = decode_photo(path, [_SQUARE, _CROPPED])
    assert first.is_first_pass
    assert not whole.is_first_pass
    assert (first.width, first.height) == (whole.width, whole.height)
    assert (first.format, first.capture, first.annotations) == (
        whole.format,
        whole.capture,
        whole.annotations,
    )
    assert _difference(first, whole) < 4
    assert max(Image.open(io.BytesIO(first.thumbnail)).size) == 320


@pytest.mark.parametrize(
    ("thumbnails", "geometries", "expected"),
    [
        ([], [_SQUARE], False),
        ([320], [_SQUARE], True),  # 240 of 224 pixels
        ([224], [_SQUARE], True),  # 168, three quarters of 224
        ([222], [_SQUARE], False),
        ([320], [_SQUARE, ImageGeometry(320, ResizeMode.SQUASH)], True),
        ([320], [ImageGeometry(336, ResizeMode.SQUASH)], False),
        ([160, 512], [ImageGeometry(336, ResizeMode.SQUASH)], True),
        ([1000], [_SQUARE], False),  # nearly the picture itself
        ([1000, 400], [_SQUARE], True),
    ],
)
def test_large_enough_and_small_enough(
    tmp_path: Path, thumbnails: list[int], geometries: list[ImageGeometry], expected: bool
) -> None:
    path = _heic(tmp_path / "x.heic", thumbnails=thumbnails)
    first = decode_first_pass(path, geometries)
    assert first.is_first_pass is expected
    assert decode_photo(path, geometries).width == 1600


@pytest.mark.parametrize("name", ["heic/IMG_2682.heic", "motionphoto/samsung-one-ui-6.heic"])
def test_real_phones(fixtures_dir: Path, name: str) -> None:
    photo = (fixtures_dir / "immich-pd/formats" / name).read_bytes()
    first, whole = decode_first_pass(photo, [_SQUARE]), decode_photo(photo, [_SQUARE])
    assert first.is_first_pass
    assert (first.width, first.height) == (whole.width, whole.height)
    assert first.capture == whole.capture
    assert _difference(first, whole) < 12  # phones don't sharpen their thumbnails


def test_a_heics_first_pass_is_many_times_sooner(tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "x.heic", size=(4000, 3000), thumbnails=[320]).read_bytes()

    def cpu_s(whole: bool) -> float:
        start = time.process_time()
        decode_photo(photo, [_SQUARE]) if whole else decode_first_pass(photo, [_SQUARE])
        return time.process_time() - start

    assert min(cpu_s(whole=True) for _ in range(2)) > 6 * min(cpu_s(whole=False) for _ in range(4))


def _with_exif_thumbnail(thumbnail: Image.Image, orientation: int = 1) -> bytes:
    """EXIF with a JPEG in its second directory, as cameras write it."""
    encoded = io.BytesIO()
    thumbnail.save(encoded, "JPEG", quality=90)
    jpeg = encoded.getvalue()
    main = struct.pack("<HHHII", 1, 0x0112, 3, 1, orientation) + struct.pack("<I", 26)
    second = struct.pack("<H", 2) + struct.pack("<HHII", 0x0201, 4, 1, 56)
    second += struct.pack("<HHII", 0x0202, 4, 1, len(jpeg)) + struct.pack("<I", 0)
    return b"Exif\x00\x00II*\x00\x08\x00\x00\x00" + main + second + jpeg


_LARGE = (2400, 1800)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_jpegs_large_exif_thumbnail(tmp_path: Path, orientation: int) -> None:
    pixels = Image.fromarray(make_pixels(*_LARGE, seed=2))
    exif = _with_exif_thumbnail(pixels.resize((512, 384)), orientation)
    path = tmp_path / "x.jpg"
    pixels.save(path, exif=exif)
    first, whole = decode_first_pass(path, [_SQUARE]), decode_photo(path, [_SQUARE])
    assert first.is_first_pass
    assert (first.width, first.height) == (whole.width, whole.height)
    assert _difference(first, whole) < 4


@pytest.mark.parametrize(
    ("size", "thumbnail"),
    [
        pytest.param(_LARGE, (160, 120), id="too small"),
        pytest.param(_LARGE, (512, 288), id="of another shape"),
        pytest.param((800, 600), (320, 240), id="of a picture soon decoded"),
        pytest.param(_LARGE, (1600, 1200), id="nearly the picture"),
    ],
)
def test_thumbnails_that_serve_nothing(
    tmp_path: Path, size: tuple[int, int], thumbnail: tuple[int, int]
) -> None:
    pixels = Image.fromarray(make_pixels(*size))
    small = pixels.resize(thumbnail)
    encoded = io.BytesIO()
    small.save(encoded, "JPEG", quality=20)
    exif = _with_exif_thumbnail(Image.open(encoded))
    if len(exif) < 65_000:
        pixels.save(tmp_path / "x.jpg", exif=exif)
    else:
        _save_multi_picture(tmp_path / "x.jpg", pixels, [small])
    assert not decode_first_pass(tmp_path / "x.jpg", [_SQUARE]).is_first_pass


def _save_multi_picture(path: Path, first: Image.Image, others: list[Image.Image]) -> None:
    """A JPEG with previews behind it, as Sony, Nikon and Panasonic write it (CIPA DC-007)."""
    jpegs = []
    for image in (first, *others):
        encoded = io.BytesIO()
        image.save(encoded, "JPEG", quality=85)
        jpegs.append(encoded.getvalue())
    count = len(jpegs)
    directory = struct.pack("<HHHI4s", 2, 0xB001, 4, 1, struct.pack("<I", count))
    directory += struct.pack("<HHII", 0xB002, 7, 16 * count, 8 + 2 + 24 + 4) + struct.pack("<I", 0)
    head = b"II*\x00\x08\x00\x00\x00" + directory
    segment_bytes = 2 + 2 + 4 + len(head) + 16 * count
    main = len(jpegs[0]) + segment_bytes
    entries = struct.pack("<IIIHH", 0x030000, main, 0, 0, 0)
    position = main - 2 - 2 - 2 - 4  # counted from the TIFF header inside the segment
    for jpeg in jpegs[1:]:
        entries += struct.pack("<IIIHH", 0x010002, len(jpeg), position, 0, 0)
        position += len(jpeg)
    payload = b"MPF\x00" + head + entries
    segment = b"\xff\xe2" + struct.pack(">H", len(payload) + 2) + payload
    path.write_bytes(jpegs[0][:2] + segment + jpegs[0][2:] + b"".join(jpegs[1:]))


def test_a_preview_behind_a_jpeg(tmp_path: Path) -> None:
    pixels = Image.fromarray(make_pixels(*_LARGE, seed=4))
    path = tmp_path / "x.jpg"
    _save_multi_picture(path, pixels, [pixels.resize((1200, 900)), pixels.resize((640, 480))])
    first, whole = decode_first_pass(path, [_SQUARE]), decode_photo(path, [_SQUARE])
    assert first.is_first_pass
    assert max(Image.open(io.BytesIO(first.thumbnail)).size) == 512
    assert _difference(first, whole) < 4


def test_a_preview_that_is_damaged_is_passed_over(tmp_path: Path) -> None:
    pixels = Image.fromarray(make_pixels(*_LARGE))
    path = tmp_path / "x.jpg"
    _save_multi_picture(path, pixels, [pixels.resize((640, 480))])
    whole = path.read_bytes()
    assert decode_first_pass(whole, [_SQUARE]).is_first_pass
    assert not decode_first_pass(whole[:-2_000], [_SQUARE]).is_first_pass
    start = whole.rindex(b"\xff\xd8\xff")
    damaged = whole[:start] + bytes(300) + whole[start + 300 :]
    passed_over = decode_first_pass(damaged, [_SQUARE])
    assert not passed_over.is_first_pass
    assert _difference(passed_over, decode_photo(damaged, [_SQUARE])) == 0


@pytest.mark.parametrize(
    ("preview", "expected"), [((160, 120), False), ((320, 240), True), ((640, 480), False)]
)
def test_a_raws_preview_is_the_first_pass_only_if_it_is_not_the_last(
    tmp_path: Path, preview: tuple[int, int], expected: bool
) -> None:
    pixels = make_pixels(1280, 960, seed=6)
    path = make_dng(
        tmp_path / "x.dng", pixels, preview=Image.fromarray(pixels).resize(preview), orientation=6
    )
    first = decode_first_pass(path, [_SQUARE])
    assert first.is_first_pass is expected
    if expected:
        assert (first.width, first.height) == (960, 1280)


@pytest.mark.parametrize("suffix", ["png", "webp", "gif", "tif", "bmp", "avif"])
def test_formats_without_previews(tmp_path: Path, suffix: str) -> None:
    first = decode_first_pass(make_photo(tmp_path / f"x.{suffix}"), [_SQUARE])
    assert not first.is_first_pass


def test_a_file_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as raised:
        decode_first_pass(tmp_path / "gone.heic", [_SQUARE])
    assert raised.value.media_code is MediaCode.VANISHED
    with pytest.raises(MediaError):
        decode_first_pass(b"no picture", [_SQUARE])


@pytest.mark.parametrize("geometry", [_SQUARE, _CROPPED])
def test_our_own_thumbnail_stands_in_for_the_picture(
    tmp_path: Path, geometry: ImageGeometry
) -> None:
    photo = decode_photo(make_photo(tmp_path / "x.jpg", size=(1600, 1200)), [geometry])
    square = decode_thumbnail(photo.thumbnail, geometry)
    assert square is not None
    assert square.shape == photo.tensors[0].shape
    assert np.abs(square.astype(int) - photo.tensors[0].astype(int)).mean() < 4


def test_a_thumbnail_that_is_too_narrow_does_not(tmp_path: Path) -> None:
    photo = decode_photo(make_photo(tmp_path / "x.jpg", size=(1600, 500)), [_SQUARE])
    assert decode_thumbnail(photo.thumbnail, _SQUARE) is None
    with pytest.raises(MediaError):
        decode_thumbnail(photo.thumbnail[:200], _SQUARE)
