"""A photo is found alike however the camera was held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from skimage import data as samples

from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.inference.clip import DualEncoder, ImageEncoder

_T = Image.Transpose
_TO_STORED = (
    None,
    _T.FLIP_LEFT_RIGHT,
    _T.ROTATE_180,
    _T.FLIP_TOP_BOTTOM,
    _T.TRANSPOSE,
    _T.ROTATE_90,
    _T.TRANSVERSE,
    _T.ROTATE_270,
)
"""How an upright picture lies in a file, for the EXIF orientations 1 to 8."""
_ORIENTATION = 274


def least_cosine(basic: DualEncoder, encoder: ImageEncoder, paths: Sequence[Path]) -> float:
    """The least one between the search vectors of any two of these photos."""
    geometry = basic.spec.preprocess.geometry
    vectors = encoder.encode([decode_photo(path, [geometry]).tensors[0] for path in paths]).search
    return float((vectors @ vectors.T).min())


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_all_orientations_of_one_picture_have_one_vector(
    basic: DualEncoder, image_encoder: ImageEncoder, tmp_path: Path, suffix: str
) -> None:
    upright = Image.fromarray(samples.coffee())  # type: ignore[no-untyped-call]
    paths = []
    for number, transposition in enumerate(_TO_STORED, start=1):
        stored = upright if transposition is None else upright.transpose(transposition)
        exif = Image.Exif()
        exif[_ORIENTATION] = number
        paths.append(tmp_path / f"{number}.{suffix}")
        stored.save(paths[-1], quality=95, exif=exif)
    assert least_cosine(basic, image_encoder, paths) >= 0.999


@pytest.mark.parametrize("scene", ["Landscape", "Portrait"])
def test_real_photos_of_all_orientations(
    basic: DualEncoder, image_encoder: ImageEncoder, fixtures_dir: Path, scene: str
) -> None:
    """The number of the orientation is drawn into each, so they differ a little."""
    folder = fixtures_dir / "orientation-mit"
    paths = [folder / f"{scene}_{number}.jpg" for number in range(1, 9)]
    assert least_cosine(basic, image_encoder, paths) >= 0.97
