"""The script with a captioner that says what the test has it say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from photofind.describe.installed import InstalledModels
from photofind.describe.runner import AvailableModel
from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference.describing import Caption
from photofind.reference_captions import read_reference_captions
from tests.benchmarks.eval_captions import evaluate_captioner, main
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
    report = evaluate_captioner(
        MadeUpCaptioner("a dog runs on the beach", "The old red car"),
        read_reference_captions(refs),
        tmp_path,
        prefix="a picture of",
    )
    assert (report.images, report.skipped) == (2, 4)
    assert report.quality.bleu_4 == pytest.approx(1)
    assert report.quality.rouge_l == pytest.approx(1)
    assert report.quality.cider > 5


def test_without_a_picture_there_are_no_figures(tmp_path: Path) -> None:
    refs = tmp_path / "refs.tsv"
    refs.write_text("missing.jpg\ta dog\n")
    report = evaluate_captioner(MadeUpCaptioner(), read_reference_captions(refs), tmp_path)
    assert (report.images, report.skipped) == (0, 1)
    assert math.isnan(report.quality.cider)


@pytest.fixture
def refs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.jpg", "b.jpg"):
        make_photo(tmp_path / name)

    def find(_: InstalledModels, key: str) -> AvailableModel[MadeUpCaptioner]:
        assert key == "made-up"
        return AvailableModel("made-up@1", lambda: MadeUpCaptioner("a red dog", "two cats sit"))

    monkeypatch.setattr(InstalledModels, "find_captioner", find)
    path = tmp_path / "refs.tsv"
    path.write_text("a.jpg\tA red dog.\nb.jpg\tTwo dogs sit.\nc.jpg\tnone\n")
    return path


def test_what_a_person_reads(refs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = refs.parent / "data"
    assert main([str(refs), "--model", "made-up", "--data-dir", str(data)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "2 pictures, 1 lines skipped"
    assert out[2] == "ROUGE-L  0.833"


def test_without_a_model_the_way_to_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refs = tmp_path / "refs.tsv"
    refs.write_text("a.jpg\ta dog\n")
    assert main([str(refs), "--data-dir", str(tmp_path / "data")]) == 1
    assert "models install blip-base" in capsys.readouterr().err
