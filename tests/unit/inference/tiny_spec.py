"""The registry's entry of a CLIP of a few thousand weights (tiny_clip makes the rest)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference import registry_clip
from photofind.inference.spec import Checkpoint, FileSpec

if TYPE_CHECKING:
    from photofind.inference.spec_search import DualEncoderSpec

GRAPHS = "graphs/tiny.open-clip"
SPEC: DualEncoderSpec = replace(
    registry_clip.LAION_B32,
    key="tiny",
    title="Tiny",
    dim=64,
    preprocess=replace(
        registry_clip.LAION_B32.preprocess, geometry=ImageGeometry(64, ResizeMode.SHORTEST)
    ),
    checkpoint=Checkpoint(FileSpec("tiny.safetensors"), GRAPHS),
    tokenizer=FileSpec("tokenizer.json"),
)
