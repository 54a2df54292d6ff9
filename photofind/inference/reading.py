"""Reads text in pictures, with the networks that come inside the package rapidocr (PP-OCR).

The package would fetch models from the network that it misses. So it is only ever given the paths
of files that are there, and it makes its own sessions from them.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.domain import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

_PACKAGE = "rapidocr"
INSTALLING = f'"{sys.executable}" -m pip install rapidocr==3.10.0'
"""What a person types. It names the package itself: an index need not know photofind's extra."""
_DETECTOR = "PP-OCRv6_det_small.onnx"
_TURNER = "ch_ppocr_mobile_v2.0_cls_mobile.onnx"
_RECOGNISER = "PP-OCRv6_rec_small.onnx"
LONGEST_PX = 2000
"""Long side of the pictures that are read: rapidocr's own, so that no letters are too small here
that it finds by itself."""
_GLANCE_PX = 640
"""Long side at which it is looked whether there is any text, for a fifth of the time."""
_GLANCE_THRESHOLD = 0.3
"""Of the detector's 0 … 1, lower than for reading (0.5): small letters are faint from afar."""
_LEAST_CONFIDENCE = 0.5
"""Lines below are guesses at textures and at scripts that the recogniser doesn't know."""
_SURE = 0.9
"""Lines below are shown to the second recogniser too."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text in a picture.

    Attributes:
        confidence: 0 … 1, mean over the characters.
        corners: four points (x, y) as shares of the picture's width and height, from the line's
            own top left clockwise; so the line's direction is known.
    """

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]


def reader_key(second: Path | None = None) -> str:
    """Under which name texts are kept: other networks, other texts.

    Raises:
        ModelError: model_missing, the package isn't installed.
    """
    if not is_installed():
        raise _missing()
    version = importlib.metadata.version(_PACKAGE)
    return f"rapidocr@{version}" + (f"+{second.stem}" if second is not None else "")


def is_installed() -> bool:
    """Whether text can be read at all."""
    return importlib.util.find_spec(_PACKAGE) is not None


class TextReader:
    """Finds lines of text and reads them. For one thread."""

    def __init__(self, second: Path | None = None) -> None:
        """Loads the networks, which takes a second and 200 MB.

        Args:
            second: a recogniser for another script, which reads the lines that the first is not
                sure of.

        Raises:
            ModelError: model_missing, the package isn't installed, or a file of it is gone;
                model_incompatible, it is another version than this was written for.
        """
        folder = _models_folder()
        self._engine = _open_engine(folder, folder / _RECOGNISER)
        # Each engine loads the networks that it is asked to use.
        glance = {"Det.limit_type": "max", "Det.limit_side_len": _GLANCE_PX}
        self._glance = _open_engine(folder, folder / _RECOGNISER, glance)
        self._second = None if second is None else _open_engine(folder, second)

    def read(
        self, picture: NDArray[np.uint8], cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[TextLine, ...]:
        """Reads a picture, turned text included.

        Args:
            picture: RGB, uint8 [height, width, 3], upright; long side at most LONGEST_PX.
            cancelled: asked between the steps; then what is there so far is returned.

        Returns:
            Lines from top to bottom; most photos have none.
        """
        height, width = picture.shape[:2]
        bgr = np.ascontiguousarray(picture[:, :, ::-1])
        if max(height, width) > _GLANCE_PX and not self._has_text(bgr):
            return ()
        if cancelled():
            return ()
        found = self._engine(bgr)
        if found.boxes is None or found.txts is None or found.scores is None:
            return ()
        scale = np.array([width, height], np.float64)
        lines = []
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            if cancelled():
                break
            best = (text, float(score))
            if self._second is not None and best[1] < _SURE:
                best = max(best, self._read_again(bgr, box), key=lambda each: each[1])
            words = " ".join(best[0].split())
            if any(map(str.isalnum, words)) and best[1] >= _LEAST_CONFIDENCE:
                shares = np.clip(np.asarray(box) / scale, 0, 1).round(4).tolist()
                corners = tuple((x, y) for x, y in shares)
                lines.append(TextLine(words, round(best[1], 4), corners))
        return tuple(lines)

    def _has_text(self, bgr: NDArray[np.uint8]) -> bool:
        found = self._glance(bgr, use_cls=False, use_rec=False, box_thresh=_GLANCE_THRESHOLD)
        return found.boxes is not None and len(found.boxes) > 0

    def _read_again(self, bgr: NDArray[np.uint8], box: NDArray[np.float32]) -> tuple[str, float]:
        from rapidocr.utils.process_img import get_rotate_crop_image

        assert self._second is not None
        crop = get_rotate_crop_image(bgr, np.asarray(box, np.float32))
        found = self._second(crop, use_det=False, use_cls=False)
        if not found.txts or not found.scores:
            return "", 0.0
        return found.txts[0], float(found.scores[0])


def _models_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise _missing()
    folder = Path(spec.origin).parent / "models"
    for name in (_DETECTOR, _TURNER, _RECOGNISER):
        if not (folder / name).is_file():
            raise ModelError(
                "model_incompatible",
                "The installed package {package} has no {name}. Install the version that "
                "photofind knows: {installing}",
                package=_PACKAGE,
                name=name,
                installing=INSTALLING,
            )
    return folder


def _open_engine(
    folder: Path, recogniser: Path, further: Mapping[str, object] | None = None
) -> Any:
    from rapidocr import RapidOCR

    # The library prints; what matters is raised or returned.
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    try:
        return RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.text_score": 0.0,
                "Global.max_side_len": LONGEST_PX,
                "Det.model_path": str(folder / _DETECTOR),
                "Cls.model_path": str(folder / _TURNER),
                "Rec.model_path": str(recogniser),
                # More threads are ruinous beside the indexing.
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                **(further or {}),
            }
        )
    except Exception as error:  # the library raises of all kinds
        raise ModelError(
            "model_incompatible",
            "The text recogniser {recogniser} can't be used. Please install it again.",
            recogniser=recogniser.name,
        ) from error


def _missing() -> ModelError:
    return ModelError(
        "model_missing",
        "Reading text in photos needs the package rapidocr (27 MB, Apache-2.0; it "
        "brings its own networks and works offline). Install it with: {installing}",
        installing=INSTALLING,
    )
