"""Photofind's preparation of pictures and texts, compared with open_clip's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.preprocess import to_batch
from photofind.inference.spec_search import PaddingKind
from photofind.media.decode import decode_photo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.exporting.networks import TorchNetwork
    from photofind.exporting.texts import Texts

_CHUNK = 250


def picture_differences(network: TorchNetwork, paths: Sequence[Path]) -> list[float]:
    """Mean absolute differences, of values between 0 and 1, one for each plain picture.

    Pictures with a colour profile, with transparency or of a kind that Pillow alone doesn't read
    are left out: there photofind does more than open_clip.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    preprocess = network.preprocess
    std = np.asarray(preprocess.std, np.float32)[:, None, None]
    found = []
    for path in paths:
        try:
            with Image.open(path) as picture:
                if picture.mode not in {"RGB", "L"} or "icc_profile" in picture.info:
                    continue
                upright = ImageOps.exif_transpose(picture).convert("RGB")
        except UnidentifiedImageError:
            continue
        ours = to_batch(decode_photo(path, [preprocess.geometry]).tensors, preprocess)[0]
        theirs = network.transform(upright).numpy()
        found.append(float((np.abs(ours - theirs) * std).mean()))
    return found


def count_different_ids(texts: Texts, strings: Sequence[str]) -> int | None:
    """How many strings become other token ids than open_clip's.

    Returns:
        None when open_clip's tokenizer can't run here.
    """
    if texts.reference is None:
        return None
    tokenizer = texts.tokenizer(PaddingKind.TO_CONTEXT)
    different = 0
    for start in range(0, len(strings), _CHUNK):
        some = strings[start : start + _CHUNK]
        for text, expected in zip(some, texts.reference(some), strict=True):
            different += not np.array_equal(tokenizer.encode(text)[0][0], expected)
    return different
