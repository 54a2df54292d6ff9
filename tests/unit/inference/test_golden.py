from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.golden import SMALLEST_COSINE, draw_picture, read_golden, self_test

if TYPE_CHECKING:
    from photofind.inference.store import InstalledModel


def test_the_picture_is_the_same_everywhere() -> None:
    picture = draw_picture(288)
    assert picture.shape == (288, 288, 3)
    assert hashlib.sha256(picture.tobytes()).hexdigest() == (
        "637045b1b78182d1cfa59e6a43a6eb882e982a44c723581527b0b83739c0ca0a"
    )


@pytest.mark.parametrize("key", [spec.key for spec in registry.ALL])
def test_golden_vectors_fit_their_model(key: str) -> None:
    spec = registry.find_spec(key)
    golden = read_golden(spec)
    assert len(golden.search) == spec.dim
    assert (None if golden.similar is None else len(golden.similar)) == spec.similar_dim
    assert golden.texts
    assert all(len(text.vector) == spec.dim for text in golden.texts)


def test_the_built_in_model_computes_what_the_reference_does(basic: InstalledModel) -> None:
    assert self_test(basic) >= SMALLEST_COSINE


def test_a_model_that_computes_something_else_is_refused(basic: InstalledModel) -> None:
    wrong = replace(basic.spec.preprocess, mean=(0.0, 0.0, 0.0))
    with pytest.raises(ModelError, match="wrong results") as caught:
        self_test(replace(basic, spec=replace(basic.spec, preprocess=wrong)))
    assert caught.value.code == "model_incompatible"


def test_missing_golden_vectors_are_a_clear_error() -> None:
    with pytest.raises(ModelError, match="test vectors"):
        read_golden(replace(registry.BASIC, golden="none/golden.json"))
