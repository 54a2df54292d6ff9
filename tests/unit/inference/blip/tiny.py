"""BLIP of a few million weights, most of them words, with the graphs to bind it to."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from photofind import paths
from photofind.domain import ImageGeometry, ResizeMode
from photofind.inference import registry, registry_blip
from photofind.inference.installing import install_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.spec import Checkpoint, FileSpec
from tests.unit.inference.tiny_clip import random_weights, require_onnx, write_safetensors

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from photofind.inference.spec import ModelSpec
    from photofind.inference.spec_texts import AnswererSpec, CaptionerSpec
    from photofind.inference.store import InstalledModel
    from photofind.paths import AppFolders

SpecT = TypeVar("SpecT", bound="ModelSpec")

SIDE = 64
LONGEST = 8
_CHECKPOINT = "tiny.safetensors"


def _tiny(spec: ModelSpec) -> dict[str, object]:
    return {
        "key": f"tiny-{spec.key}",
        "title": "Tiny",
        "preprocess": replace(
            registry_blip.BASE.preprocess, geometry=ImageGeometry(SIDE, ResizeMode.SQUASH)
        ),
        "longest": LONGEST,
        "checkpoint": Checkpoint(FileSpec(_CHECKPOINT), f"models/blip/tiny-{spec.key}"),
    }


CAPTIONER: CaptionerSpec = replace(registry_blip.BASE, **_tiny(registry_blip.BASE))  # type: ignore[arg-type]
ANSWERER: AnswererSpec = replace(registry_blip.VQA_BASE, **_tiny(registry_blip.VQA_BASE))  # type: ignore[arg-type]


def build_resources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a folder of resources that holds the tiny graphs, and makes photofind use it."""
    require_onnx()
    from shipped_graphs import layouts
    from shipped_graphs.blip import Blip
    from shipped_graphs.build import build

    shipped = paths.resources()
    for spec, answers in ((CAPTIONER, False), (ANSWERER, True)):
        assert spec.checkpoint is not None
        network = Blip(
            image=SIDE, image_width=128, image_layers=2, width=128, layers=2, answers=answers
        )
        build(network, layouts.transformers_blip, folder / spec.checkpoint.graphs)
    (folder / "graphs").mkdir()
    shutil.copyfile(shipped / "graphs" / "int8_probe.onnx", folder / "graphs" / "int8_probe.onnx")
    words = folder / CAPTIONER.tokenizer.shipped_as
    words.parent.mkdir(parents=True)
    shutil.copyfile(shipped / CAPTIONER.tokenizer.shipped_as, words)
    monkeypatch.setattr("photofind.paths.resources", lambda: folder)
    monkeypatch.setattr(registry, "ALL", (registry.BASIC, CAPTIONER, ANSWERER))


def install(spec: SpecT, folder: Path, folders: AppFolders) -> InstalledModel[SpecT]:
    """Installs a tiny model with random weights; its checkpoint is written to a folder."""
    assert spec.checkpoint is not None
    graphs = paths.resources() / spec.checkpoint.graphs
    weights = random_weights(read_manifest(graphs / "manifest.json"))
    for name, values in weights.items():
        if "LayerNorm.weight" in name or "layernorm" in name or "layer_norm" in name:
            weights[name] = np.ones_like(values)
    official = write_safetensors(folder / _CHECKPOINT, weights)
    return install_checkpoint(spec, {_CHECKPOINT: official}, folders)
