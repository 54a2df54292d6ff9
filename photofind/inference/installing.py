"""Makes a usable model: of the authors' own checkpoint and the graphs that ship with photofind, or
of finished graphs."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from photofind import paths
from photofind.domain import ModelError
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.golden import RECORDED_NAME
from photofind.inference.manifest import read_manifest
from photofind.inference.precision_check import compare
from photofind.inference.processor import FULL_RANGE, largest_int8_weight
from photofind.inference.published import require_published
from photofind.inference.records import (
    RECORD_NAME,
    InstalledFile,
    InstallRecord,
    Precision,
    encode_record,
)
from photofind.inference.spec import ModelSpec, Origin, SourceKind
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.steps import Step
from photofind.inference.store import InstalledModel, as_installed, hash_model_file
from photofind.inference.trials import trial_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from photofind.inference.checkpoints.tensors import TensorFile
    from photofind.inference.manifest import BoundGraph, GraphPair
    from photofind.inference.spec import FileSpec
    from photofind.inference.trials import Trial

SpecT = TypeVar("SpecT", bound=ModelSpec)


def install_checkpoint(
    spec: SpecT,
    downloaded: Mapping[str, Path],
    folders: paths.AppFolders,
    report: Callable[[Step], None] = lambda _: None,
    graphs: Path | None = None,
) -> InstalledModel[SpecT]:
    """Binds a checkpoint, tests the result and puts it in its place at once.

    Every graph becomes int8 where the model says that this pays and what it gives here is as good
    as in float32; else it stays float32.

    Args:
        downloaded: the official files by their paths in `spec.downloads`; they are only read.
        report: told what is done next.
        graphs: folder with what to bind, if not what ships with photofind.

    Raises:
        ModelError: model_checksum, a file is not the published one; model_incompatible, it is
            damaged or another model's, or computes nonsense here; model_missing, a file can't be
            read or the model not be written. Nothing is left behind then.
    """
    if spec.checkpoint is None:
        raise ValueError(f"{spec.key} has no checkpoint to bind")
    report(Step.VERIFYING)
    weights = _verify_all(spec, downloaded)[spec.checkpoint.file.path]
    with _work_folder(spec, folders) as work:
        _take_files(spec, downloaded, work)
        checkpoint = open_checkpoint(downloaded[spec.checkpoint.file.path])
        graphs = graphs or paths.resources() / spec.checkpoint.graphs
        precisions = _bind_graphs(spec, graphs, checkpoint, work, report)
        return _finish(spec, work, weights, precisions, report)


def install_files(
    spec: SpecT,
    downloaded: Mapping[str, Path],
    folders: paths.AppFolders,
    report: Callable[[Step], None] = lambda _: None,
) -> InstalledModel[SpecT]:
    """Takes finished graphs as they are, tests them and puts them in their place at once.

    Args:
        downloaded: the files by their paths in `spec.downloads`; they are only read.
        report: told what is done next.

    Raises:
        ModelError: as for `install_checkpoint`.
    """
    report(Step.VERIFYING)
    _verify_all(spec, downloaded)
    with _work_folder(spec, folders) as work:
        _take_files(spec, downloaded, work)
        return _finish(spec, work, None, {}, report)


def remove_model(key: str, folders: paths.AppFolders) -> None:
    """Deletes an installed model's files; there need not be any.

    Raises:
        ModelError: disk_failed, they can't be deleted.
    """
    try:
        with suppress(FileNotFoundError):
            (folders.models / key).rename(folders.models / f".{key}.partial")
        restore_interrupted(folders)
    except OSError as error:
        raise ModelError(
            "disk_failed",
            "The model's files in {folder} can't be deleted: {reason}. Close other "
            "programs that use them, then try again.",
            folder=folders.models,
            reason=error.strerror or str(error),
        ) from error


def restore_interrupted(folders: paths.AppFolders) -> None:
    """Tidies up after installations that were killed: a model is there as before, or not at all.

    Only while no installation is at work.
    """
    for former in folders.models.glob(".*.former"):
        target = folders.models / former.name.removeprefix(".").removesuffix(".former")
        if not target.exists():
            former.rename(target)
    for left in (*folders.models.glob(".*.former"), *folders.models.glob(".*.partial")):
        shutil.rmtree(left, ignore_errors=True)


def shipped_file(name: str) -> Path:
    """The place of a model's file that ships with photofind, such as tokenizers/clip.json."""
    return paths.resources() / "graphs" / name


@contextmanager
def _work_folder(spec: ModelSpec, folders: paths.AppFolders) -> Iterator[Path]:
    """An empty folder that is gone afterwards, unless it was renamed."""
    work = folders.models / f".{spec.key}.partial"
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        yield work
    except OSError as error:
        raise ModelError(
            "model_missing",
            "The model “{model}” can't be written: {reason}. Free some space or check "
            "the permissions, then try again.",
            model=spec.title,
            reason=error.strerror or str(error),
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take_files(spec: ModelSpec, downloaded: Mapping[str, Path], work: Path) -> None:
    """Puts into place what is used as it came."""
    for file in spec.files:
        if file.origin is Origin.MADE:
            continue
        target = work / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.origin is Origin.SHIPPED:
            shutil.copyfile(paths.resources() / file.shipped_as, target)
            continue
        try:
            os.link(downloaded[file.path], target)  # no second gigabyte
        except OSError:
            shutil.copyfile(downloaded[file.path], target)


def _bind_graphs(
    spec: ModelSpec,
    graphs: Path,
    checkpoint: TensorFile,
    work: Path,
    report: Callable[[Step], None],
) -> dict[str, Precision]:
    assert spec.checkpoint is not None
    trial = trial_of(spec)
    precisions = {}
    for name, pair in read_manifest(graphs / "manifest.json").items():
        wants_int8 = name not in spec.checkpoint.float32_only
        part = _GraphToBind(name, pair, graphs, wants_int8)
        precisions[name] = _choose(part, checkpoint, trial, work, report)
    return precisions


def _finish(
    spec: SpecT,
    work: Path,
    weights: FileSpec | None,
    precisions: dict[str, Precision],
    report: Callable[[Step], None],
) -> InstalledModel[SpecT]:
    """Tests the complete folder, describes it and puts it in its place."""
    report(Step.TESTING)
    if isinstance(spec, DualEncoderSpec):
        text = PurePosixPath(spec.text.path).stem
        require_published(InstalledModel(spec, work), exact=precisions.get(text) is Precision.FP32)
    trial = trial_of(spec)
    trial.write_down(work)
    findings = trial.try_out(work)
    files = (path for path in sorted(work.rglob("*")) if path.is_file())
    record = InstallRecord(
        key=spec.key,
        files=tuple(_describe(path, work) for path in files if path.name != RECORDED_NAME),
        weights=None
        if weights is None
        else InstalledFile(weights.path, weights.sha256 or "", weights.bytes or 0),
        precisions=precisions,
        provider=findings.provider,
        notices=findings.notices,
        pictures_per_s=findings.pictures_per_s,
        spec=_as_imported(spec),
    )
    (work / RECORD_NAME).write_bytes(encode_record(record))
    return _put_in_place(as_installed(spec, record, work), work.parent / spec.key)


def _as_imported(spec: ModelSpec) -> DualEncoderSpec | None:
    is_imported = spec.source_kind is SourceKind.IMPORTED
    return spec if is_imported and isinstance(spec, DualEncoderSpec) else None


@dataclass(frozen=True, slots=True)
class _GraphToBind:
    """One graph of a manifest.

    Attributes:
        folder: of the graphs that ship.
    """

    name: str
    pair: GraphPair
    folder: Path
    wants_int8: bool

    def bind(
        self, checkpoint: TensorFile, graph: BoundGraph, folder: Path, largest_int8: int
    ) -> Path:
        folder.mkdir()
        bind(checkpoint, graph, folder / f"{self.name}.bin", largest_int8)
        shutil.copyfile(self.folder / graph.graph, folder / f"{self.name}.onnx")
        return folder


def _choose(
    part: _GraphToBind,
    checkpoint: TensorFile,
    trial: Trial,
    work: Path,
    report: Callable[[Step], None],
) -> Precision:
    """Binds one graph in float32 and in int8, keeps one and deletes the other."""
    report(Step.BINDING)
    exact = part.bind(checkpoint, part.pair.fp32, work / Precision.FP32, FULL_RANGE)
    chosen = Precision.FP32
    if part.wants_int8 and part.pair.int8 is not None:
        report(Step.QUANTISING)
        small = part.bind(checkpoint, part.pair.int8, work / Precision.INT8, largest_int8_weight())
        if compare(trial.outputs(part.name, exact), trial.outputs(part.name, small)).is_good:
            chosen = Precision.INT8
    for path in (work / chosen).iterdir():
        path.rename(work / path.name)
    for precision in Precision:
        shutil.rmtree(work / precision, ignore_errors=True)
    return chosen


def _put_in_place(model: InstalledModel[SpecT], target: Path) -> InstalledModel[SpecT]:
    """Renames the finished folder; one that was there before is gone only after that."""
    former = target.with_name(f".{target.name}.former")
    shutil.rmtree(former, ignore_errors=True)
    with suppress(FileNotFoundError):
        target.rename(former)
    model.folder.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    return replace(model, folder=target)


def _describe(path: Path, folder: Path) -> InstalledFile:
    sha256, size = hash_model_file(path)
    return InstalledFile(path.relative_to(folder).as_posix(), sha256, size)


def _verify_all(spec: ModelSpec, downloaded: Mapping[str, Path]) -> dict[str, FileSpec]:
    return {file.path: _verify(spec, file, downloaded[file.path]) for file in spec.downloads}


def _verify(spec: ModelSpec, file: FileSpec, path: Path) -> FileSpec:
    """Compares a file with what is known of it.

    Returns:
        All that is to be known of it.
    """
    sha256, size = hash_model_file(path)
    if sha256 != (file.sha256 or sha256) or size != (size if file.bytes is None else file.bytes):
        raise ModelError(
            "model_checksum",
            "The file {file} is not the one that belongs to the model “{model}”, or it "
            "is damaged. Please get it again.",
            file=path.name,
            model=spec.title,
        )
    return replace(file, sha256=sha256, bytes=size)
