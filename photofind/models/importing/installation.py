"""Brings in a model: recognises it, copies it, checks it, describes it and puts it in its place."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.checkpoints.names import is_checkpoint_name
from photofind.inference.installing import install_checkpoint, install_files
from photofind.inference.session import announcing_runs
from photofind.inference.steps import Step
from photofind.inference.store import InstalledModel, hash_model_file
from photofind.models.importing.archives import unpack
from photofind.models.importing.describing import describe
from photofind.models.importing.graphs import take_graphs
from photofind.models.importing.layouts import Kind, find_layout
from photofind.models.importing.official import find_official
from photofind.models.importing.own import take_own
from photofind.models.importing.trying import try_model
from photofind.models.permission import require_accepted
from photofind.models.places import installing_alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.inference.spec_search import DualEncoderSpec
    from photofind.models.importing.official import OfficialFiles
    from photofind.paths import AppFolders

_WORK = ".import.partial"
"""Swept like what other interrupted installations leave."""


def import_model(
    source: Path, folders: AppFolders, report: Callable[[Step], None]
) -> InstalledModel[ModelSpec]:
    """Copies, checks and tries a model of a folder or an archive, and puts it in its place.

    Args:
        source: is only read.
        report: told what is done next.

    Raises:
        ModelError: as `open_foreign`, `installing.install_files`; model_busy, another
            installation is at work. Nothing is left behind then.
    """
    with installing_alone(folders):
        return bring_in(source, folders, report)


def bring_in(
    source: Path, folders: AppFolders, report: Callable[[Step], None]
) -> InstalledModel[ModelSpec]:
    """As `import_model`, for who keeps other installations away already."""
    work = folders.models / _WORK
    try:
        work.mkdir()
        report(Step.VERIFYING)
        place = _reach(source, work)
        official = find_official(place)
        if official is not None:
            return _install_official(official, work, folders, report)
        with announcing_runs(lambda: report(Step.TRYING)):
            found = open_foreign(place, work)
            return install_files(found.spec, found.files, folders, report)
    except OSError as error:
        raise ModelError(
            "disk_failed",
            "The folder {folder} can't be written: {reason}. Check its permissions and "
            "its drive, then try again.",
            folder=folders.models,
            reason=error.strerror or str(error),
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _reach(source: Path, work: Path) -> Path:
    """A folder, or a checkpoint by itself."""
    if source.is_file() and is_checkpoint_name(source.name):
        return source
    try:
        return _unpacked(source, work)
    except OSError as error:
        raise _unreadable(source, error) from error


def _install_official(
    official: OfficialFiles, work: Path, folders: AppFolders, report: Callable[[Step], None]
) -> InstalledModel[ModelSpec]:
    spec, files = official.spec, dict(official.files)
    require_accepted(spec, accepted=False)
    assert spec.checkpoint is not None
    for path in files.keys() - {spec.checkpoint.file.path}:
        # What is kept as it came may be linked: the person's own file isn't lent for that.
        copy = work / "official" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        files[path] = shutil.copyfile(official.files[path], copy)
    return install_checkpoint(spec, files, folders, report)


@dataclass(frozen=True, slots=True)
class ForeignModel:
    """A model that is ready to be installed.

    Attributes:
        spec: with the hash and the size of every file.
        files: where they are, by their path in `spec`; ours, and nobody else's.
    """

    spec: DualEncoderSpec
    files: Mapping[str, Path]


def open_foreign(source: Path, work: Path) -> ForeignModel:
    """Makes an installable model of a folder or an archive.

    The layouts of photofind's own export, immich, transformers.js, rclip and MobileCLIP2 are
    recognised. Names, types and sizes are read from the graphs themselves.

    Args:
        source: a folder, or a zip or tar archive; it is only read.
        work: an existing, empty folder on the disk where models are kept.

    Raises:
        ModelError: model_missing, there is nothing to read, or a part is missing;
            model_incompatible, it is no model that photofind can use, or not to be trusted;
            model_checksum, a file is not the one that was exported; disk_full.
    """
    try:
        return _open(_unpacked(source, work), work)
    except OSError as error:
        raise _unreadable(source, error) from error


def _unpacked(source: Path, work: Path) -> Path:
    """The folder that a model lies in: the source, or what was in the archive.

    Raises:
        ModelError: as `open_foreign`.
        OSError: it can't be read or unpacked.
    """
    if source.is_dir():
        return source
    if not source.is_file():
        raise ModelError("model_missing", "There is no file or folder {source}.", source=source)
    _refuse_single_files(source)
    folder = work / "archive" / source.name.partition(".")[0]
    folder.mkdir(parents=True)
    unpack(source, folder)
    return folder


def _unreadable(source: Path, error: OSError) -> ModelError:
    """What a person is told when the source, or the place for it, fails."""
    return ModelError(
        "model_missing",
        "{source} can't be imported: {reason}.",
        source=source,
        reason=error.strerror or str(error),
    )


def _open(folder: Path, work: Path) -> ForeignModel:
    layout = find_layout(folder)
    target = work / "model"
    target.mkdir()
    if layout.kind is Kind.OWN:
        spec = take_own(layout, target)
    else:
        spec = describe(layout, take_graphs(layout, target), target)
    spec = _pin(spec, target)
    try_model(InstalledModel(spec, target))
    shutil.rmtree(work / "archive", ignore_errors=True)
    return ForeignModel(spec, {file.path: target / file.path for file in spec.files})


def _refuse_single_files(source: Path) -> None:
    if is_checkpoint_name(source.name):
        raise ModelError(
            "model_incompatible",
            "{source} alone is not a whole model, nor the official file of one in "
            "photofind's list. Another checkpoint of PyTorch has to be exported: in the "
            "window under Models…, Import a model, From a checkpoint; or see photofind "
            "models export --help",
            source=source.name,
        )
    if source.suffix.lower() == ".onnx":
        raise ModelError(
            "model_incompatible",
            "{source} alone is not a whole model. Import its folder.",
            source=source.name,
        )


def _pin(spec: DualEncoderSpec, folder: Path) -> DualEncoderSpec:
    """Adds what the files are."""
    named = {}
    for name, file in spec.named_files.items():
        sha256, size = hash_model_file(folder / file.path)
        named[name] = replace(file, sha256=sha256, bytes=size)
    weights = []
    for file in spec.weights:
        sha256, size = hash_model_file(folder / file.path)
        weights.append(replace(file, sha256=sha256, bytes=size))
    return replace(spec, weights=tuple(weights), **named)  # type: ignore[arg-type]
