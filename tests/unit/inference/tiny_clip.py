"""A CLIP of a few thousand weights with the graphs to bind it to: quick, and all the same steps."""

from __future__ import annotations

import importlib.util
import json
import shutil
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.inference.manifest import Manifest, read_manifest
from photofind.paths import resources
from tests.unit.inference.tiny_spec import GRAPHS, SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray


__all__ = ["GRAPHS", "SPEC"]


def require_onnx() -> None:
    """The test is skipped where no graphs can be built."""
    if importlib.util.find_spec("onnx") is None:
        pytest.skip("needs the extra `export` (onnx)")


def build_resources(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """Makes a folder of resources that holds the tiny graphs, and makes photofind use it."""
    require_onnx()
    from shipped_graphs import layouts
    from shipped_graphs.build import build
    from shipped_graphs.clip import Clip
    from shipped_graphs.transformer import Activation

    network = Clip(
        dim=64,
        image=64,
        patch=32,
        image_width=128,
        image_layers=2,
        text_width=128,
        text_layers=2,
        activation=Activation.GELU,
    )
    shipped = resources() / "graphs"
    (folder / "models").mkdir(parents=True)
    build(network, layouts.open_clip, folder / GRAPHS)
    shutil.copyfile(shipped / "int8_probe.onnx", folder / "graphs" / "int8_probe.onnx")
    shutil.copytree(shipped / "tokenizers", folder / "graphs" / "tokenizers")
    monkeypatch.setattr("photofind.paths.resources", lambda: folder)
    return read_manifest(folder / GRAPHS / "manifest.json")


def random_weights(manifest: Manifest, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """A value for every tensor that a manifest names."""
    random = np.random.default_rng(seed)
    graphs = [pair.fp32 for pair in manifest.values()]
    sources = {s.name: s.shape for graph in graphs for t in graph.tensors for s in t.sources}
    return {
        name: (random.standard_normal(shape) / np.sqrt(shape[-1])).astype(np.float32)
        for name, shape in sources.items()
    }


def write_safetensors(path: Path, tensors: Mapping[str, NDArray[np.float32]]) -> Path:
    header, at = {}, 0
    for name, values in tensors.items():
        place = [at, at + values.nbytes]
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": place}
        at += values.nbytes
    raw = json.dumps(header).encode()
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(raw)) + raw)
        for values in tensors.values():
            stream.write(values.tobytes())
    return path
