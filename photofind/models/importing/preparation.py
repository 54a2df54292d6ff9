"""How a foreign model wants its pictures: open_clip's and transformers' ways to say it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from photofind.domain import ImageGeometry, Interpolation, ModelError, ResizeMode
from photofind.inference.registry_clip import OPENAI_B32
from photofind.inference.spec import Preprocess
from photofind.inference.tokenizers import read_json_object
from photofind.models.importing.layouts import Kind
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from photofind.models.importing.layouts import Layout

SMALLEST, LARGEST = 16, 1024
"""Pixels of a side."""
_FILTERS = {2: Interpolation.BILINEAR, 3: Interpolation.BICUBIC}
"""Pillow's numbers."""
_PLAIN = ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


class _UnclearError(ValueError):
    """Says why pictures can't be prepared."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read_preparation(layout: Layout, size: int | None) -> Preprocess:
    """Reads how pictures are prepared.

    Args:
        size: what the graph takes; None: any.

    Raises:
        ModelError: model_incompatible, it isn't said, contradicts the graph, or can't be done.
    """
    stated = {} if layout.preprocessor is None else read_json_object(layout.preprocessor)
    try:
        found = _read(layout, stated, size)
    except _UnclearError as error:
        raise _unprepared(layout, error.reason) from error
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _unprepared(
            layout, Sentence("what its file says of them is not what is expected")
        ) from error
    if size not in {None, found.geometry.size}:
        raise ModelError(
            "model_incompatible",
            "The graph takes pictures of {size} pixels, the file beside it says {stated}.",
            size=size,
            stated=found.geometry.size,
        )
    check_preparation(found)
    return found


def _unprepared(layout: Layout, why: Sentence) -> ModelError:
    return ModelError(
        "model_incompatible",
        "photofind can't prepare pictures as the model in {folder} expects them: {why}.",
        folder=layout.folder.name,
        why=why,
    )


def check_preparation(preprocess: Preprocess) -> None:
    """Raises ModelError: model_incompatible, the numbers make no sense."""
    numbers = (*preprocess.mean, *preprocess.std)
    is_sane = all(math.isfinite(value) for value in numbers) and min(preprocess.std) > 0
    if not is_sane or not SMALLEST <= preprocess.geometry.size <= LARGEST:
        raise ModelError("model_incompatible", "What the model says about pictures can't be true.")


def _read(layout: Layout, stated: Mapping[str, Any], size: int | None) -> Preprocess:
    if layout.kind is Kind.IMMICH and stated:
        return _open_clip(stated)
    if stated:
        return _transformers(stated)
    if layout.kind is Kind.MOBILECLIP:
        geometry = ImageGeometry(size or 256, ResizeMode.SHORTEST, Interpolation.BILINEAR)
        return Preprocess(geometry, *_PLAIN)
    if layout.kind is Kind.RCLIP and size is not None:
        like = OPENAI_B32.preprocess
        return Preprocess(
            ImageGeometry(size, ResizeMode.SHORTEST, Interpolation.BICUBIC), like.mean, like.std
        )
    raise _UnclearError(Sentence("no file says how"))


def _open_clip(stated: Mapping[str, Any]) -> Preprocess:
    return Preprocess(
        ImageGeometry(
            _side(stated["size"]),
            ResizeMode(stated.get("resize_mode", "shortest")),
            Interpolation(stated["interpolation"]),
        ),
        _three(stated["mean"]),
        _three(stated["std"]),
    )


def _transformers(stated: Mapping[str, Any]) -> Preprocess:
    size = stated["size"]
    crops = bool(stated.get("do_center_crop"))
    shortest = isinstance(size, int) or "shortest_edge" in size
    side = _side(size["shortest_edge"] if shortest and isinstance(size, dict) else size)
    if shortest and (not crops or _side(stated.get("crop_size", side)) != side):
        raise _UnclearError(Sentence("it doesn't cut out a square of the shortest side"))
    if not shortest and crops:
        raise _UnclearError(Sentence("it squashes pictures and then cuts them"))
    mode = ResizeMode.SHORTEST if shortest else ResizeMode.SQUASH
    normalises = stated.get("do_normalize", True)
    mean, std = (stated["image_mean"], stated["image_std"]) if normalises else _PLAIN
    geometry = ImageGeometry(side, mode, _FILTERS[stated.get("resample", 3)])
    return Preprocess(geometry, _three(mean), _three(std))


def _side(stated: object) -> int:
    """One number, or two that are the same."""
    if isinstance(stated, dict):
        stated = [stated["height"], stated["width"]]
    sides = set(stated) if isinstance(stated, list | tuple) else {stated}
    (side,) = sides
    if not isinstance(side, int):
        raise TypeError(f"a side of {side!r}")
    return side


def _three(stated: object) -> tuple[float, float, float]:
    if not isinstance(stated, list | tuple):
        raise TypeError("a mean or deviation is not a list")
    red, green, blue = map(float, stated)
    return red, green, blue
