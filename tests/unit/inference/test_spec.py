from __future__ import annotations

import re
from dataclasses import replace

import pytest

from photofind.domain import ModelError
from photofind.inference import registry, registry_clip
from photofind.inference.registry import BASIC, find_spec
from photofind.inference.spec import ModelSpec, SourceKind
from photofind.inference.spec_search import DualEncoderSpec, PaddingKind
from photofind.paths import resources


def test_the_catalog_key_names_weights_preprocessing_and_quantiser() -> None:
    assert BASIC.image.sha256 is not None
    assert BASIC.catalog_key == f"basic@{BASIC.image.sha256[:8]}.p1.q0"


def test_what_moves_image_vectors_changes_the_catalog_key() -> None:
    changed = [
        replace(BASIC, image=replace(BASIC.image, sha256="0" * 64)),
        replace(BASIC, preprocess_revision=2),
        replace(BASIC, quantiser_revision=1),
    ]
    assert len({spec.catalog_key for spec in [BASIC, *changed]}) == 4


def test_another_text_graph_keeps_the_image_vectors() -> None:
    other_text = replace(BASIC, text=replace(BASIC.text, sha256="0" * 64))
    assert other_text.catalog_key == BASIC.catalog_key


def test_an_unknown_key_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no model called 'clip'") as caught:
        find_spec("clip", ModelSpec)
    assert caught.value.code == "model_missing"


def test_keys_are_unique() -> None:
    keys = [spec.key for spec in registry.ALL]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("spec", registry_clip.ALL, ids=lambda spec: spec.key)
def test_an_entry_says_what_is_known_and_what_is_not(spec: DualEncoderSpec) -> None:
    assert spec.source_kind is SourceKind.CHECKPOINT
    assert spec.checkpoint is not None
    assert (resources() / "graphs" / spec.checkpoint.graphs / "manifest.json").is_file()
    assert re.fullmatch("[0-9a-f]{40}", spec.revision)
    file = spec.checkpoint.file
    assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)
    if file.sha256 is None or file.bytes is None:
        assert any("first use" in sentence for sentence in spec.not_established)
    assert spec.licence
    assert spec.languages
    assert spec.relative_speed
    assert spec.memory_mb
    assert spec.figures.source


def test_models_that_read_a_padded_text_get_one() -> None:
    """SigLIP looks at position 64, whatever is there; causal towers are cut after the end."""
    padded = {spec.key for spec in registry_clip.ALL if spec.padding.kind is PaddingKind.TO_CONTEXT}
    assert padded == {"siglip2-b32-256", "siglip2-b16-224"}
    assert all(spec.context_length == 64 for spec in registry_clip.ALL if spec.key in padded)


def test_what_is_fetched_is_what_neither_ships_nor_is_made_here() -> None:
    paths = {spec.key: [file.path for file in spec.downloads] for spec in registry.ALL}
    assert paths["basic"] == []
    assert paths["clip-vit-b32-laion"] == ["open_clip_model.safetensors"]
    assert paths["siglip2-b32-256"] == ["model.safetensors", "tokenizer.json"]
    assert registry_clip.LAION_B32.download_bytes == 605143316
    assert registry_clip.SIGLIP2_B32_256.download_bytes is None
