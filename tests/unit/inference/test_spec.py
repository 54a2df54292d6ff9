from __future__ import annotations

from dataclasses import replace

import pytest

from photofind.domain import ModelError
from photofind.inference import registry
from photofind.inference.registry import BASIC, find_spec


def test_the_catalog_key_names_weights_preprocessing_and_quantiser() -> None:
    assert BASIC.image.sha256 is not None
    assert BASIC.catalog_key == f"basic@{BASIC.image.sha256[:8]}.p1.q0"


def test_what_moves_image_vectors_changes_the_catalog_key() -> None:
    changed = [
        replace(BASIC, image=replace(BASIC.image, sha256="0" * 64)),
        replace(BASIC, preprocess=replace(BASIC.preprocess, revision=2)),
        replace(BASIC, quantiser_revision=1),
    ]
    assert len({spec.catalog_key for spec in [BASIC, *changed]}) == 4


def test_another_text_graph_keeps_the_image_vectors() -> None:
    other_text = replace(BASIC, text=replace(BASIC.text, sha256="0" * 64))
    assert other_text.catalog_key == BASIC.catalog_key


def test_an_unknown_key_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no model called 'clip'") as caught:
        find_spec("clip")
    assert caught.value.code == "model_missing"


def test_keys_are_unique() -> None:
    keys = [spec.key for spec in registry.ALL]
    assert len(set(keys)) == len(keys)
