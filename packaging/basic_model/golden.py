"""Vectors from the reference implementations, for the self-test on other machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import torch
from PIL import Image, ImageOps

from basic_model import layout
from basic_model.textual import joint_vectors
from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.golden import Golden, GoldenText, draw_picture
from photofind.inference.preprocess import to_batch
from photofind.inference.spec import Preprocess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from basic_model.visual import Joint, VisualEncoder

TEXTS = (
    ("two dogs playing in the snow", "en"),
    ("a slice of pizza on a white plate", "en"),
    ("Geburtstagskuchen", "de"),
    ("เด็กผู้ชายกำลังเล่นสเก็ตบอร์ด", "th"),
)
_DIGITS = 6


def build_golden(encoder: VisualEncoder, english: Joint, multilingual: Joint) -> bytes:
    """Computes golden.json with torch (picture) and NumPy (words), not with our graphs."""
    vectors = [query_vector(*text, english, multilingual) for text in TEXTS]
    search, similar = picture_vectors(encoder, draw_picture(layout.IMAGE_SIZE))
    golden = Golden(
        search=_rounded(search),
        similar=_rounded(similar),
        texts=tuple(
            GoldenText(text, _rounded(vector), language)
            for (text, language), vector in zip(TEXTS, vectors, strict=True)
        ),
    )
    return msgspec.json.encode(golden) + b"\n"


def build_reference(encoder: VisualEncoder, photos: Sequence[Path]) -> bytes:
    """Vectors of photos by torch, for the tests: by file name, {"search": …, "similar": …}."""
    found = {}
    for photo in photos:
        with Image.open(photo) as image:
            rgb = ImageOps.exif_transpose(image).convert("RGB")
        size = (layout.IMAGE_SIZE, layout.IMAGE_SIZE)
        square = np.asarray(rgb.resize(size, Image.Resampling.BICUBIC))
        search, similar = picture_vectors(encoder, square)
        found[photo.name] = {"search": _rounded(search), "similar": _rounded(similar)}
    return msgspec.json.encode(found) + b"\n"


def picture_vectors(
    encoder: VisualEncoder, picture: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The search and find-similar vectors of RGB, uint8 [288, 288, 3]."""
    half = (0.5, 0.5, 0.5)
    geometry = ImageGeometry(layout.IMAGE_SIZE, ResizeMode.SQUASH)
    with torch.no_grad():
        search, similar, *_ = encoder(
            torch.from_numpy(to_batch([picture], Preprocess(geometry, half, half)))
        )
    return search[0].numpy(), similar[0].numpy()


def query_vector(
    text: str, language: str, english: Joint, multilingual: Joint
) -> NDArray[np.float32]:
    """The vector of a query: English is read by both encoders, all else by one."""
    vector = joint_vectors([text], multilingual.concepts, 1)[0]
    if language == "en":
        vector = vector + joint_vectors([text], english.concepts, 0)[0]
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def _rounded(vector: NDArray[np.float32] | Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in vector)
