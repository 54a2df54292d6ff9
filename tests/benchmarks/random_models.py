"""A CLIP with random weights: it costs as much as a trained one, and finds nothing.

The graphs are those that ship with photofind for the authors' checkpoints, bound as an installation
binds them; the worker takes it for a model that a person imported.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import largest_int8_weight
from photofind.inference.records import RECORD_NAME, InstalledFile, InstallRecord
from photofind.inference.registry_clip import DATACOMP_B32_256, LAION_B32
from photofind.inference.spec import FileSpec, SourceKind
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import InstalledModel, ModelStore, hash_model_file
from photofind.paths import resources
from tests.unit.inference.tiny_clip import random_weights, write_safetensors

if TYPE_CHECKING:
    from photofind.paths import AppFolders

SHAPES = {"vit-b-32": LAION_B32, "vit-b-32-256": DATACOMP_B32_256}
"""Whose shape the models have."""
RCLIPS_SHAPE = "vit-b-32-256"
"""What rclip uses."""


def install_random(folders: AppFolders, shape: str) -> InstalledModel[DualEncoderSpec]:
    """Makes a model in int8 with random weights, and has the store find it.

    Args:
        shape: of `SHAPES`.
    """
    like, key = SHAPES[shape], f"random-{shape}"
    assert like.checkpoint is not None
    graphs = resources() / like.checkpoint.graphs
    manifest = read_manifest(graphs / "manifest.json")
    folder = folders.models / key
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        weights = write_safetensors(Path(scratch, "random.safetensors"), random_weights(manifest))
        checkpoint = open_checkpoint(weights)
        for name, pair in manifest.items():
            assert pair.int8 is not None
            shutil.copyfile(graphs / pair.int8.graph, folder / f"{name}.onnx")
            bind(checkpoint, pair.int8, folder / f"{name}.bin", largest_int8_weight())
    shutil.copyfile(resources() / like.tokenizer.shipped_as, folder / "tokenizer.json")
    names = sorted(path.name for path in folder.iterdir())
    files = {name: InstalledFile(name, *hash_model_file(folder / name)) for name in names}
    described = {name: FileSpec(name, file.sha256, file.bytes) for name, file in files.items()}
    spec = replace(
        like,
        key=key,
        title="Random weights: finds nothing",
        source_kind=SourceKind.ONNX,
        checkpoint=None,
        image=described["visual.onnx"],
        text=described["textual.onnx"],
        tokenizer=described["tokenizer.json"],
        weights=(described["visual.bin"], described["textual.bin"]),
    )
    record = InstallRecord(key=key, files=tuple(files.values()), spec=spec)
    (folder / RECORD_NAME).write_bytes(msgspec.json.encode(record))
    return ModelStore(folders).find(key, DualEncoderSpec)
