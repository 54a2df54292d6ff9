"""Sizes, squares and orientations."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from photofind.domain import ImageGeometry, Interpolation, ResizeMode
from photofind.media.geometry import (
    crop_centre,
    fit_geometry,
    fit_within,
    read_orientation,
    swaps_sides,
    upright,
)


@pytest.mark.parametrize(
    ("size", "longest", "expected"),
    [
        ((4000, 3000), 512, (512, 384)),
        ((3000, 4000), 512, (384, 512)),
        ((512, 512), 512, (512, 512)),
        ((300, 200), 512, (300, 200)),
        ((100_000, 10), 512, (512, 1)),
    ],
)
def test_fit_within(size: tuple[int, int], longest: int, expected: tuple[int, int]) -> None:
    assert fit_within(size, longest) == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (298, 224)),
        ((480, 640), (224, 298)),
        ((50, 50), (224, 224)),
        ((1, 9), (224, 2016)),
    ],
)
def test_shortest_side(size: tuple[int, int], expected: tuple[int, int]) -> None:
    geometry = ImageGeometry(224, ResizeMode.SHORTEST)
    assert fit_geometry(Image.new("RGB", size), geometry).size == expected


def test_squash() -> None:
    geometry = ImageGeometry(288, ResizeMode.SQUASH)
    assert fit_geometry(Image.new("RGB", (640, 100)), geometry).size == (288, 288)


def test_interpolation_is_the_one_asked_for() -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 90, 3), dtype=np.uint8))
    for interpolation, resampling in (
        (Interpolation.BILINEAR, Image.Resampling.BILINEAR),
        (Interpolation.BICUBIC, Image.Resampling.BICUBIC),
    ):
        geometry = ImageGeometry(32, ResizeMode.SQUASH, interpolation)
        assert fit_geometry(noise, geometry) == noise.resize((32, 32), resampling)


def test_crop_centre() -> None:
    columns = np.tile(np.arange(298, dtype=np.uint16).astype(np.uint8), (224, 1))
    cropped = np.asarray(crop_centre(Image.fromarray(columns), 224))
    assert cropped.shape == (224, 224)
    assert cropped[0, 0] == 37  # (298 - 224) / 2


def test_every_orientation_becomes_upright() -> None:
    """Against the definition: where row 0 and column 0 of the stored pixels are (CIPA DC-008)."""
    picture = np.arange(6, dtype=np.uint8).reshape(2, 3)
    stored = {
        1: picture,
        2: picture[:, ::-1],  # column 0 is the right side
        3: picture[::-1, ::-1],  # bottom, right
        4: picture[::-1],  # bottom, left
        5: picture.T,  # row 0 is the left side, column 0 the top
        6: picture.T[:, ::1][::-1, :],  # row 0 right, column 0 top
        7: picture.T[::-1, ::-1],  # row 0 right, column 0 bottom
        8: picture.T[:, ::-1],  # row 0 left, column 0 bottom
    }
    for orientation, pixels in stored.items():
        image = Image.fromarray(np.ascontiguousarray(pixels))
        turned = np.asarray(upright(image, orientation))
        assert turned.tolist() == picture.tolist(), orientation
        assert swaps_sides(orientation) == (pixels.shape != picture.shape)


@pytest.mark.parametrize(
    ("value", "expected"), [(6, 6), (1, 1), (0, 1), (9, 1), (65535, 1), ("6", 1), ((6, 6), 1)]
)
def test_orientations_that_dont_exist_are_none(value: object, expected: int) -> None:
    image = Image.new("RGB", (4, 4))
    image.getexif()[274] = value
    assert read_orientation(image) == expected
