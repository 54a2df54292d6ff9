"""What the registry says about pictures and texts is what open_clip says of the same weights."""

from __future__ import annotations

from typing import Any

import pytest

from photofind.inference import registry
from photofind.inference.spec_search import DualEncoderSpec, PaddingKind
from tests.unit.inference.open_clip_reference import import_open_clip

pytestmark = pytest.mark.pytorch

PUBLISHED = {
    "clip-vit-b32-openai": ("ViT-B-32-quickgelu", "openai"),
    "clip-vit-b32-laion": ("ViT-B-32", "laion2b_s34b_b79k"),
    "clip-vit-b32-256-datacomp": ("ViT-B-32-256", "datacomp_s34b_b86k"),
    "siglip2-b32-256": ("ViT-B-32-SigLIP2-256", "webli"),
    "siglip2-b16-224": ("ViT-B-16-SigLIP2", "webli"),
    "clip-xlm-roberta-b32": ("xlm-roberta-base-ViT-B-32", "laion5b_s13b_b90k"),
    "clip-vit-l14-openai": ("ViT-L-14-quickgelu", "openai"),
    "mobileclip2-s0": ("MobileCLIP2-S0", "dfndr2b"),
    "mobileclip2-s2": ("MobileCLIP2-S2", "dfndr2b"),
}
"""open_clip's architecture and tag of the same weights."""


@pytest.fixture(params=PUBLISHED)
def entry(request: pytest.FixtureRequest) -> tuple[DualEncoderSpec, dict[str, Any], dict[str, Any]]:
    """A registry entry, open_clip's description of the architecture, and of the weights."""
    open_clip = import_open_clip()
    spec = registry.find_spec(request.param, DualEncoderSpec)
    architecture, tag = PUBLISHED[request.param]
    weights = open_clip.get_pretrained_cfg(architecture, tag)
    assert weights, "no such tag"
    return spec, open_clip.get_model_config(architecture), weights


def test_pictures(entry: tuple[DualEncoderSpec, dict[str, Any], dict[str, Any]]) -> None:
    spec, config, weights = entry
    preprocess = spec.preprocess
    assert preprocess.geometry.size == config["vision_cfg"]["image_size"]
    assert preprocess.geometry.mode.value == weights["resize_mode"]
    assert preprocess.geometry.interpolation.value == weights["interpolation"]
    assert preprocess.mean == pytest.approx(weights["mean"])
    assert preprocess.std == pytest.approx(weights["std"])


def test_texts(entry: tuple[DualEncoderSpec, dict[str, Any], dict[str, Any]]) -> None:
    spec, config, _ = entry
    text = config["text_cfg"]
    assert spec.dim == config["embed_dim"]
    assert spec.context_length == text.get("context_length", 77)
    if text.get("no_causal_mask"):
        # Every token sees what the text is filled up with.
        assert spec.padding.kind is PaddingKind.TO_CONTEXT
        assert spec.padding.token_id == text.get("pad_id", 0)
    else:
        assert spec.padding.kind is PaddingKind.NONE


def test_most_of_the_registry_is_compared() -> None:
    keys = {spec.key for spec in registry.specs_of(DualEncoderSpec)}
    assert keys >= PUBLISHED.keys()
    # The built-in one is our own, TinyCLIP is not in open_clip's list, and what is hosted as ONNX
    # shares its preparation with an entry above.
    others = keys - PUBLISHED.keys()
    for key in others - {"basic"}:
        spec = registry.find_spec(key, DualEncoderSpec)
        same = [registry.find_spec(known, DualEncoderSpec) for known in PUBLISHED]
        assert any(spec.preprocess == other.preprocess for other in same), key
