"""JPEG: shrinking while decoding, and the memory some need."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from photofind.media.jpeg import coefficient_bytes, shrink_while_decoding


def _jpeg(size: tuple[int, int], mode: str = "RGB", **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "least_short", "least_long", "scale"),
    [
        ((1600, 1200), 576, 512, 2),
        ((1600, 1200), 100, 512, 2),
        ((1600, 1200), 100, 100, 8),
        ((1600, 1200), 300, 100, 4),
        ((1600, 1200), 601, 100, 1),
        ((1200, 1600), 576, 512, 2),
        ((300, 200), 576, 512, 1),
        ((3000, 200), 1, 512, 4),
        ((3000, 200), 120, 512, 1),
    ],
)
def test_never_below_what_is_needed(
    size: tuple[int, int], least_short: int, least_long: int, scale: int
) -> None:
    with JpegImageFile(io.BytesIO(_jpeg(size)), "") as image:
        assert shrink_while_decoding(image, least_short, least_long) == scale
        image.load()
        assert image.size == (-(-size[0] // scale), -(-size[1] // scale))
        if scale > 1:
            assert min(image.size) >= least_short
            assert max(image.size) >= least_long


@pytest.mark.parametrize(
    ("mode", "options", "bytes_per_pixel"),
    [
        ("RGB", {}, 0),
        ("RGB", {"progressive": True, "subsampling": "4:2:0"}, 3),
        ("RGB", {"progressive": True, "subsampling": "4:2:2"}, 4),
        ("RGB", {"progressive": True, "subsampling": "4:4:4"}, 6),
        ("L", {"progressive": True}, 2),
        ("CMYK", {"progressive": True}, 8),
        ("L", {}, 0),
    ],
)
def test_progressive_ones_are_held_whole(
    mode: str, options: dict[str, object], bytes_per_pixel: int
) -> None:
    with JpegImageFile(io.BytesIO(_jpeg((160, 120), mode, **options)), "") as image:
        assert coefficient_bytes(image) == 160 * 120 * bytes_per_pixel


def test_a_scan_for_each_colour_is_held_whole_too() -> None:
    data = bytearray(_jpeg((160, 120), subsampling="4:4:4"))
    components_in_scan = data.index(b"\xff\xda") + 4
    assert data[components_in_scan] == 3
    data[components_in_scan] = 1
    with JpegImageFile(io.BytesIO(bytes(data)), "") as image:
        assert coefficient_bytes(image) == 160 * 120 * 6


def test_looking_at_the_scan_leaves_the_picture_decodable() -> None:
    with JpegImageFile(io.BytesIO(_jpeg((160, 120))), "") as image:
        coefficient_bytes(image)
        image.load()
        assert image.getpixel((0, 0)) == (0, 0, 0)
