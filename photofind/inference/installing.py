"""Makes a usable model of the authors' own checkpoint and the graphs that ship with photofind."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from photofind import paths
from photofind.domain import ModelError
from photofind.inference.agreement import TEXTS, compare, draw_pictures
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.golden import RECORDED_NAME, write_golden
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import FULL_RANGE, largest_int8_weight
from photofind.inference.records import (
    IMAGE_NAME,
    RECORD_NAME,
    TEXT_NAME,
    InstalledFile,
    InstallRecord,
    Precision,
    resolve,
)
from photofind.inference.spec import FileSpec
from photofind.inference.store import InstalledModel, hash_model_file

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.inference.checkpoints.tensors import Checkpoint
    from photofind.inference.manifest import BoundGraph, TowerGraphs
    from photofind.inference.spec import ModelSpec

VISUAL, TEXTUAL = "visual", "textual"
TOKENIZERS = "tokenizers"
"""Below the resources' graphs: tokenizers that ship with photofind."""


def install_checkpoint(
    spec: ModelSpec, checkpoint: Path, tokenizer: Path, folders: paths.AppFolders
) -> InstalledModel:
    """Binds a checkpoint, tests the result and puts it in its place at once.

    Every half becomes int8 where the model says that this pays and its vectors here are as good
    as those of float32; else it stays float32.

    Args:
        checkpoint: the official file; it is only read.
        tokenizer: a tokenizer.json; copied.

    Raises:
        ModelError: model_checksum, a file is not the published one; model_incompatible, it is
            damaged or another model's, or computes nonsense here; model_missing, a file can't be
            read or the model not be written. Nothing is left behind then.
    """
    if spec.checkpoint is None:
        raise ValueError(f"{spec.key} has no checkpoint to bind")
    found = _verify(spec, spec.checkpoint.file, checkpoint)
    _verify(spec, spec.tokenizer, tokenizer)
    work = folders.models / f".{spec.key}.partial"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        shutil.copyfile(tokenizer, work / spec.tokenizer.path)
        installed = _build(spec, found, open_checkpoint(checkpoint), work)
        return _put_in_place(installed, folders.models / spec.key)
    except OSError as error:
        raise ModelError(
            "model_missing",
            f"The model “{spec.title}” can't be written: {error.strerror or error}."
            " Free some space or check the permissions, then try again.",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def shipped_tokenizer(name: str) -> Path:
    """The place of a tokenizer that ships with photofind."""
    return paths.resources() / "graphs" / TOKENIZERS / name


def _build(
    spec: ModelSpec, weights: FileSpec, checkpoint: Checkpoint, work: Path
) -> InstalledModel:
    """Makes the model's folder complete, in `work` itself."""
    assert spec.checkpoint is not None
    graphs = paths.resources() / "graphs" / spec.checkpoint.graphs
    manifest = read_manifest(graphs / "manifest.json")
    draft = replace(spec, image=FileSpec(IMAGE_NAME), text=FileSpec(TEXT_NAME), weights=())
    image = _choose(_Half(draft, VISUAL, manifest.visual, graphs), checkpoint, work)
    text = _choose(_Half(draft, TEXTUAL, manifest.textual, graphs), checkpoint, work)
    write_golden(InstalledModel(draft, work))
    files = [path for path in sorted(work.iterdir()) if path.name != RECORDED_NAME]
    record = InstallRecord(
        key=spec.key,
        weights=InstalledFile(weights.path, weights.sha256 or "", weights.bytes or 0),
        image=image,
        text=text,
        files=tuple(_describe(path, work) for path in files),
    )
    (work / RECORD_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(record)))
    return InstalledModel(resolve(spec, record), work)


def _choose(half: _Half, checkpoint: Checkpoint, work: Path) -> Precision:
    """Binds one half in float32 and in int8, keeps one and deletes the other."""
    exact = half.bind(checkpoint, half.graphs.fp32, work / "fp32", FULL_RANGE)
    chosen = Precision.FP32
    if half.wants_int8:
        small = half.bind(checkpoint, half.graphs.int8, work / "int8", largest_int8_weight())
        if compare(half.embed(exact), half.embed(small)).is_good:
            chosen = Precision.INT8
    for path in (work / chosen).iterdir():
        path.rename(work / path.name)
    for precision in Precision:
        shutil.rmtree(work / precision, ignore_errors=True)
    return chosen


@dataclass(frozen=True, slots=True)
class _Half:
    """What differs between pictures and words.

    Attributes:
        folder: of the graphs that ship.
    """

    spec: ModelSpec
    name: str
    graphs: TowerGraphs
    folder: Path

    @property
    def wants_int8(self) -> bool:
        assert self.spec.checkpoint is not None
        wanted = self.spec.checkpoint
        return wanted.int8_image if self.name == VISUAL else wanted.int8_text

    def bind(
        self, checkpoint: Checkpoint, graph: BoundGraph, folder: Path, largest_int8: int
    ) -> InstalledModel:
        folder.mkdir()
        bind(checkpoint, graph, folder / f"{self.name}.bin", largest_int8)
        shutil.copyfile(self.folder / graph.graph, folder / f"{self.name}.onnx")
        return InstalledModel(self.spec, folder)

    def embed(self, model: InstalledModel) -> NDArray[np.float32]:
        """Vectors of some pictures or words, [8, dim]."""
        if self.name == VISUAL:
            size = self.spec.preprocess.geometry.size
            return ImageEncoder(model).encode(draw_pictures(size)).search
        return TextEncoder(model, tokenizer=model.folder.parent / self.spec.tokenizer.path).encode(
            TEXTS
        )


def _put_in_place(model: InstalledModel, target: Path) -> InstalledModel:
    """Renames the finished folder; one that was there before is gone only after that."""
    former = target.with_name(f".{target.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    with suppress(FileNotFoundError):
        target.rename(former)
    model.folder.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    return InstalledModel(model.spec, target)


def _describe(path: Path, folder: Path) -> InstalledFile:
    sha256, size = hash_model_file(path)
    return InstalledFile(path.relative_to(folder).as_posix(), sha256, size)


def _verify(spec: ModelSpec, file: FileSpec, path: Path) -> FileSpec:
    """Compares a file with what is known of it.

    Returns:
        All that is to be known of it.
    """
    sha256, size = hash_model_file(path)
    if sha256 != (file.sha256 or sha256) or size != (size if file.bytes is None else file.bytes):
        raise ModelError(
            "model_checksum",
            f"The file {path.name} is not the one that belongs to the model “{spec.title}”,"
            " or it is damaged. Please get it again.",
        )
    return replace(file, sha256=sha256, bytes=size)
