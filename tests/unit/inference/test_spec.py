from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pytest

from photofind.domain import ModelError
from photofind.inference import registry, registry_clip
from photofind.inference.manifest import read_manifest
from photofind.inference.registry import BASIC, find_spec
from photofind.inference.spec import FileSpec, ModelSpec, Origin, SourceKind
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
    with pytest.raises(ModelError, match="no model called “clip”") as caught:
        find_spec("clip", ModelSpec)
    assert caught.value.code == "model_missing"


def test_keys_are_unique() -> None:
    keys = [spec.key for spec in registry.ALL]
    assert len(set(keys)) == len(keys)


LISTED = tuple(spec for spec in registry.ALL if spec is not BASIC)
SEARCH = tuple(spec for spec in registry.specs_of(DualEncoderSpec) if spec is not BASIC)


@pytest.mark.parametrize("spec", LISTED, ids=lambda spec: spec.key)
def test_an_entry_says_what_is_known_and_what_is_not(spec: ModelSpec) -> None:
    # A tag of another hub may be moved, so there the hash must be pinned.
    pinned = spec.hub and all(file.sha256 for file in spec.downloads)
    assert pinned or re.fullmatch("[0-9a-f]{40}", spec.revision)
    assert re.fullmatch(r"[\w-]+/[\w.-]+", spec.source)
    assert spec.downloads
    for file in spec.downloads:
        assert file.sha256 is None or re.fullmatch("[0-9a-f]{64}", file.sha256)
        if file.sha256 is None or file.bytes is None:
            assert any("first use" in sentence for sentence in spec.not_established), file.path
    assert spec.download_bytes, "roughly, at least"
    assert spec.title
    assert spec.notice.endswith(".")
    assert spec.licence
    assert spec.languages
    assert bool(spec.licence_notice) == spec.accept_licence


@pytest.mark.parametrize("spec", SEARCH, ids=lambda spec: spec.key)
def test_search_models_can_be_compared(spec: DualEncoderSpec) -> None:
    assert spec.relative_speed
    assert spec.memory_mb
    figures = spec.figures
    assert figures.source
    known = (figures.imagenet, figures.flickr30k, figures.coco, figures.english)
    assert any(each is not None for each in known)
    if "th" in spec.languages:
        assert figures.thai is not None


@pytest.mark.parametrize("spec", LISTED, ids=lambda spec: spec.key)
def test_files_come_from_where_the_kind_of_source_says(spec: ModelSpec) -> None:
    made = {file.path for file in spec.files if file.origin is Origin.MADE}
    if spec.source_kind is SourceKind.CHECKPOINT:
        assert spec.checkpoint is not None
        manifest = read_manifest(resources() / spec.checkpoint.graphs / "manifest.json")
        assert made == {f"{name}.onnx" for name in manifest}
    else:
        assert spec.source_kind is SourceKind.ONNX
        assert spec.checkpoint is None
        assert not made
        assert spec.quantiser_revision == 0
    for file in spec.files:
        assert (file.origin is Origin.SHIPPED) == bool(file.shipped_as)
        assert not file.shipped_as or (resources() / file.shipped_as).is_file()


def test_one_first_choice_for_each_need() -> None:
    chosen = {spec.recommended_for: spec.key for spec in SEARCH if spec.recommended_for}
    assert chosen == {
        "most people": "clip-vit-b32-laion",
        "slow computers": "tinyclip-40m",
        "other languages": "clip-xlm-roberta-b32",
    }
    assert len([spec for spec in SEARCH if spec.recommended_for]) == len(chosen)
    assert "th" in find_spec("clip-xlm-roberta-b32", ModelSpec).languages


@dataclass(frozen=True)
class Kind:
    """What must not be mixed up between the families, as their authors' own code has it.

    Attributes:
        square: side, how a picture becomes a square, and with which filter.
        mean: of the red channel; tells the three normalisations apart.
        text: most tokens, and what texts are filled up with to that length (None: they aren't).
        cleaning: before the tokenizer.
        shipped: the tokenizer is CLIP's, which comes with photofind.
    """

    dim: int
    square: tuple[int, str, str]
    mean: float
    text: tuple[int, int | None]
    cleaning: str
    shipped: bool = True


CLIP = Kind(512, (224, "shortest", "bicubic"), 0.48145466, (77, None), "clip")
SIGLIP = Kind(768, (256, "squash", "bicubic"), 0.5, (64, 0), "lower", shipped=False)
MOBILE = Kind(512, (256, "shortest", "bilinear"), 0.0, (77, 0), "clip")
KINDS = {
    "clip-vit-b32-openai": CLIP,
    "clip-vit-b32-openai-int8": CLIP,
    "clip-vit-b32-laion": CLIP,
    "clip-vit-b32-256-datacomp": replace(CLIP, square=(256, "shortest", "bicubic")),
    "tinyclip-40m": CLIP,
    "siglip2-b32-256": SIGLIP,
    "siglip2-b16-224": replace(SIGLIP, square=(224, "squash", "bicubic")),
    "siglip2-b16-224-int8": replace(SIGLIP, square=(224, "squash", "bicubic")),
    "clip-xlm-roberta-b32": replace(CLIP, cleaning="whitespace", shipped=False),
    "mobileclip2-s0": MOBILE,
    "mobileclip2-s2": MOBILE,
    "clip-vit-l14-openai": replace(CLIP, dim=768),
}


@pytest.mark.parametrize("spec", SEARCH, ids=lambda spec: spec.key)
def test_what_differs_between_families_is_not_mixed_up(spec: DualEncoderSpec) -> None:
    geometry, padding = spec.preprocess.geometry, spec.padding
    filled = padding.token_id if padding.kind is PaddingKind.TO_CONTEXT else None
    assert KINDS[spec.key] == Kind(
        spec.dim,
        (geometry.size, geometry.mode.value, geometry.interpolation.value),
        spec.preprocess.mean[0],
        (spec.context_length, filled),
        spec.cleaning.value,
        spec.tokenizer.origin is Origin.SHIPPED,
    )
    deviations = {0.48145466: 0.26862954, 0.5: 0.5, 0.0: 1.0}
    assert spec.preprocess.std[0] == deviations[spec.preprocess.mean[0]]


def test_what_is_fetched_is_what_neither_ships_nor_is_made_here() -> None:
    paths = {spec.key: [file.path for file in spec.downloads] for spec in registry.ALL}
    assert paths["basic"] == []
    assert paths["clip-vit-b32-laion"] == ["open_clip_model.safetensors"]
    assert paths["siglip2-b32-256"] == ["model.safetensors", "tokenizer.json"]
    assert registry_clip.LAION_B32.download_bytes == 605143316
    unknown = replace(BASIC, source_kind=SourceKind.ONNX, image=FileSpec("visual.onnx"))
    assert unknown.download_bytes is None
