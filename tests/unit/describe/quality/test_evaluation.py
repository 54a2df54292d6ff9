from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from photofind.describe.quality.evaluation import evaluate_captioner
from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.describing import Caption
from photofind.reference_captions import read_reference_captions
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.inference.describing import Sampling


class MadeUpCaptioner:
    """Says what it was told to say, one caption after the other."""

    geometry = ImageGeometry(32, ResizeMode.SQUASH)

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)

    def caption(
        self,
        tensors: Sequence[NDArray[np.uint8]],
        *,
        prefix: str = "",
        beams: int = 3,
        sampling: Sampling | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> list[Caption]:
        assert [tensor.shape for tensor in tensors] == [(32, 32, 3)]
        return [Caption(f"{prefix} {self._texts.pop(0)}".strip(), 0.5)]


def test_captions_are_compared_with_those_of_the_same_picture(tmp_path: Path) -> None:
    for name in ("a.jpg", "sub/b.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        make_photo(tmp_path / name)
    refs = tmp_path / "refs.tsv"
    refs.write_text(
        "a.jpg\tA dog runs on the beach.\na.jpg\tTwo dogs\nsub/b.png\tthe old red car\n"
        "missing.jpg\tnothing\nno tab\na.jpg\t...\nrefs.tsv\tno picture\n"
    )
    told: list[tuple[int, int]] = []
    report = evaluate_captioner(
        MadeUpCaptioner("a dog runs on the beach", "The old red car"),
        read_reference_captions(refs),
        tmp_path,
        prefix="a picture of",
        progress=lambda done, total: told.append((done, total)),
    )
    assert (report.images, report.skipped) == (2, 4)
    assert report.quality.bleu_4 == pytest.approx(1)
    assert report.quality.rouge_l == pytest.approx(1)
    assert report.quality.cider > 5
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_without_a_picture_there_are_no_figures(tmp_path: Path) -> None:
    refs = tmp_path / "refs.tsv"
    refs.write_text("missing.jpg\ta dog\n")
    report = evaluate_captioner(MadeUpCaptioner(), read_reference_captions(refs), tmp_path)
    assert (report.images, report.skipped) == (0, 1)
    assert math.isnan(report.quality.cider)
