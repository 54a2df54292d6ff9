from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference.golden import (
    SMALLEST_COSINE,
    draw_picture,
    read_golden,
    self_test,
    write_golden,
)
from photofind.inference.store import InstalledModel

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.inference.clip import DualEncoder


def test_the_picture_is_the_same_everywhere() -> None:
    picture = draw_picture(288)
    assert picture.shape == (288, 288, 3)
    assert hashlib.sha256(picture.tobytes()).hexdigest() == (
        "637045b1b78182d1cfa59e6a43a6eb882e982a44c723581527b0b83739c0ca0a"
    )


def test_golden_vectors_fit_their_model(basic: DualEncoder) -> None:
    spec = basic.spec
    golden = read_golden(basic)
    assert len(golden.search) == spec.dim
    assert (None if golden.similar is None else len(golden.similar)) == spec.similar_dim
    assert golden.texts
    assert all(len(text.vector) == spec.dim for text in golden.texts)


def test_the_built_in_model_computes_what_the_reference_does(
    basic: DualEncoder,
) -> None:
    assert self_test(basic) >= SMALLEST_COSINE


def test_a_model_that_computes_something_else_is_refused(
    basic: DualEncoder,
) -> None:
    wrong = replace(basic.spec.preprocess, mean=(0.0, 0.0, 0.0))
    with pytest.raises(ModelError, match="wrong results") as caught:
        self_test(replace(basic, spec=replace(basic.spec, preprocess=wrong)))
    assert caught.value.code == "model_incompatible"


@pytest.mark.parametrize(
    ("golden", "advice"), [("none/golden.json", "install photofind"), (None, "install the model")]
)
def test_missing_golden_vectors_are_a_clear_error(
    basic: DualEncoder, tmp_path: Path, golden: str | None, advice: str
) -> None:
    model = InstalledModel(replace(basic.spec, golden=golden), tmp_path)
    with pytest.raises(ModelError, match=f"test vectors.*{advice}"):
        read_golden(model)


def test_recorded_vectors_are_compared_with_later(basic: DualEncoder, tmp_path: Path) -> None:
    shutil.copytree(basic.folder, tmp_path, dirs_exist_ok=True)
    model = InstalledModel(replace(basic.spec, golden=None), tmp_path)
    write_golden(model)
    assert self_test(model) > 0.99999
