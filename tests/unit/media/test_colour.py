"""Modes and profiles to sRGB."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageCms

from photofind.media.colour import to_resizable, to_srgb


def _pixel(image: Image.Image) -> tuple[int, ...]:
    value = image.convert("RGB").getpixel((0, 0))
    assert isinstance(value, tuple)
    return value


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("1", 1, (255, 255, 255)),
        ("L", 100, (100, 100, 100)),
        ("LA", (100, 0), (255, 255, 255)),
        ("LA", (100, 255), (100, 100, 100)),
        ("RGB", (10, 20, 30), (10, 20, 30)),
        ("RGBX", (10, 20, 30, 0), (10, 20, 30)),
        ("RGBA", (10, 20, 30, 0), (255, 255, 255)),
        ("RGBA", (10, 20, 30, 255), (10, 20, 30)),
        ("CMYK", (0, 255, 255, 0), (255, 0, 0)),
        ("YCbCr", (128, 128, 128), (128, 128, 128)),
        ("HSV", (0, 0, 77), (77, 77, 77)),
    ],
)
def test_modes(mode: str, colour: object, expected: tuple[int, ...], factor: int) -> None:
    image = Image.new(mode, (8, 6), colour)  # type: ignore[arg-type]
    resizable = to_resizable(image, factor)
    assert resizable.mode in {"L", "RGB", "CMYK", "LAB"}
    assert resizable.size == (8 // factor, 6 // factor)
    assert _pixel(to_srgb(resizable, None)) == pytest.approx(expected, abs=1)


def test_half_transparent_is_laid_over_white() -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 128))
    assert _pixel(to_resizable(image)) == pytest.approx((127, 127, 127), abs=1)


def test_transparent_colours_dont_bleed_into_their_neighbours() -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 2, 4))
    red, _green, _blue = _pixel(to_resizable(image, 4))
    assert red == pytest.approx(127, abs=2)  # half blue, half white: nothing of the hidden red


def test_palettes() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    assert _pixel(to_resizable(image)) == (200, 100, 50)
    image.info["transparency"] = 1
    assert _pixel(to_resizable(image)) == (255, 255, 255)
    image.info["transparency"] = b"\xff\x00"
    assert _pixel(to_resizable(image)) == (255, 255, 255)


def test_a_transparent_colour_in_rgb() -> None:
    image = Image.new("RGB", (4, 4), (1, 2, 3))
    image.info["transparency"] = (1, 2, 3)
    assert _pixel(to_resizable(image)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["I;16", "I;16B"])
def test_sixteen_bits_keep_their_upper_byte(mode: str) -> None:
    values = np.array([[0, 0x7F00], [0x80FF, 0xFFFF]], dtype="<u2" if mode == "I;16" else ">u2")
    image = Image.frombytes(mode, (2, 2), values.tobytes())
    assert np.asarray(to_resizable(image)).tolist() == [[0, 0x7F], [0x80, 0xFF]]


def test_floating_point_from_0_to_1_is_taken_as_it_is() -> None:
    image = Image.fromarray(np.array([[0.25, 0.5]], dtype=np.float32))
    assert np.asarray(to_resizable(image)).tolist() == [[64, 128]]


def test_other_numbers_are_stretched() -> None:
    values = np.array([[-1000.0, 0.0, 1000.0, np.nan, np.inf, -np.inf]], dtype=np.float32)
    assert np.asarray(to_resizable(Image.fromarray(values))).tolist() == [[0, 128, 255, 0, 255, 0]]
    integers = Image.fromarray(np.array([[-5, 95]], dtype=np.int32))
    assert np.asarray(to_resizable(integers)).tolist() == [[0, 255]]


@pytest.mark.parametrize("value", [np.nan, 7.5])
def test_nothing_to_stretch(value: float) -> None:
    image = Image.fromarray(np.full((2, 2), value, dtype=np.float32))
    assert to_resizable(image).mode == "L"


def test_lab() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    orange = Image.new("RGB", (4, 4), (250, 160, 20))
    image = ImageCms.profileToProfile(orange, srgb, lab, outputMode="LAB")
    assert image is not None
    assert _pixel(to_srgb(to_resizable(image), None)) == pytest.approx((250, 160, 20), abs=4)


def _swapped_profile() -> bytes:
    """An sRGB profile whose red and blue are exchanged, so that its use can be seen."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    for name in (b"sRGB", b"s\x00R\x00G\x00B"):
        while (at := data.find(name)) >= 0:
            data[at : at + 1] = b"x"
    return bytes(data)


def test_a_profile_is_honoured() -> None:
    image = Image.new("RGB", (4, 4), (255, 0, 0))
    assert _pixel(to_srgb(image, _swapped_profile())) == pytest.approx((0, 0, 255), abs=3)


def test_srgb_costs_nothing() -> None:
    image = Image.new("RGB", (4, 4), (255, 0, 0))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert to_srgb(image, profile) is image


@pytest.mark.parametrize("profile", [b"", b"no profile", _swapped_profile()[:200], b"\x00" * 4096])
def test_a_damaged_profile_is_left_aside(profile: bytes) -> None:
    image = Image.new("RGB", (4, 4), (255, 0, 0))
    assert to_srgb(image, profile) == image


@pytest.mark.parametrize("mode", ["L", "CMYK", "LAB"])
def test_a_profile_for_another_mode_is_left_aside(mode: str) -> None:
    image = Image.new(mode, (4, 4))
    assert to_srgb(image, _swapped_profile()) == image.convert("RGB")
