from __future__ import annotations

import struct

import numpy as np
import pytest

from photofind.media.decode import decode_jpeg, decode_photo

_MASKS = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
_WHITE = (255, 255, 255)
_RED = (200, 20, 10)


def bmp(alphas: list[int], header_bytes: int) -> bytes:
    """A red BMP of 32 bits a pixel, eight rows, with one alpha value for each column."""
    row = b"".join(bytes([*reversed(_RED), alpha]) for alpha in alphas)
    pixels = row * 8
    header = struct.pack(
        "<IiiHHIIiiII", header_bytes, len(alphas), 8, 1, 32, 3, len(pixels), *[0] * 4
    )
    header = (header + _MASKS).ljust(header_bytes, b"\0")
    start = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + pixels


@pytest.mark.parametrize("header_bytes", [56, 108, 124])
@pytest.mark.parametrize(
    ("alphas", "left"),
    [([0] * 16, _RED), ([0] * 8 + [255] * 8, _WHITE), ([255] * 16, _RED)],
    ids=["never filled", "half transparent", "opaque"],
)
def test_an_alpha_channel_of_zeros_counts_for_nothing_in_a_bmp(
    header_bytes: int, alphas: list[int], left: tuple[int, int, int]
) -> None:
    thumbnail = decode_jpeg(decode_photo(bmp(alphas, header_bytes), ()).thumbnail)
    pixels = np.frombuffer(thumbnail.pixels, np.uint8).reshape(8, 16, 3)
    assert np.abs(pixels[2, 2].astype(int) - left).max() <= 6
    assert np.abs(pixels[2, 14].astype(int) - _RED).max() <= 6
