"""One installation, from the first question to the finished folder.

It needs as much memory as the largest graph has weights, twice: run it in a process of its own
(`models.process`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from photofind import paths
from photofind.domain import ModelError
from photofind.inference.installing import install_checkpoint, install_files
from photofind.inference.manifest import read_manifest
from photofind.inference.spec import SourceKind
from photofind.inference.steps import Step
from photofind.models import first_use
from photofind.models.downloading import PART, download
from photofind.models.places import downloads_of, give_up_downloads, installing_alone
from photofind.models.planning import plan_downloads

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Protocol

    from photofind.inference.spec import ModelSpec
    from photofind.inference.store import InstalledModel
    from photofind.models.hub import Hub, RemoteFile
    from photofind.paths import AppFolders

    class Report(Protocol):
        """Is told how far an installation is: bytes, or 0 of 0 where a step can't be measured."""

        def __call__(self, step: Step, done: int = 0, total: int = 0) -> None: ...


_SPARE_BYTES = 100_000_000
"""Left free for everything else."""


def install_model(
    spec: ModelSpec, folders: AppFolders, hub: Hub, report: Report
) -> InstalledModel[ModelSpec]:
    """Downloads a model, makes it, tests it and puts it in its place.

    Raises:
        NetworkError: a file can't be had now; what has arrived is kept for the next time.
        ModelError: model_busy, disk_full, disk_failed, model_checksum, model_incompatible …:
            see its sentence. The model is then as installed as it was before.
    """
    with installing_alone(folders):
        report(Step.ASKING)
        files = plan_downloads(spec, hub, folders)
        folder = downloads_of(folders, spec)
        _require_space(spec, files, folder)
        downloaded = _download_all(hub, files, folder, report)
        install = install_checkpoint if spec.source_kind is SourceKind.CHECKPOINT else install_files
        model = install(spec, downloaded, folders, report)
        _remember(spec, model, folders)
        give_up_downloads(folders, spec.key)
    return model


def _download_all(
    hub: Hub, files: Sequence[RemoteFile], folder: Path, report: Report
) -> dict[str, Path]:
    total = sum(file.bytes or 0 for file in files)
    before, downloaded = 0, {}
    for file in files:

        def progress(done: int, before: int = before) -> None:
            report(Step.DOWNLOADING, before + done, total)

        downloaded[file.path] = download(hub, file, folder, progress)
        before += file.bytes or 0
    return downloaded


def _require_space(spec: ModelSpec, files: Sequence[RemoteFile], folder: Path) -> None:
    """Looks before the first byte whether everything will fit."""
    missing = sum(max(0, (file.bytes or 0) - _arrived(folder / file.path)) for file in files)
    needed = missing + _bytes_made(spec) + _SPARE_BYTES
    place = next(parent for parent in folder.parents if parent.exists())
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ModelError(
            "disk_full",
            f"The model “{spec.title}” needs {_gigabytes(needed)} of free space while it is"
            f" installed, but {place} has {_gigabytes(free)}. Free some space, then try again.",
        )


def _arrived(path: Path) -> int:
    for candidate in (path, path.with_name(path.name + PART)):
        if candidate.exists():
            return candidate.stat().st_size
    return 0


def _bytes_made(spec: ModelSpec) -> int:
    """Both precisions lie side by side until the better one is chosen."""
    if spec.checkpoint is None:
        return 0
    manifest = read_manifest(paths.resources() / spec.checkpoint.graphs / "manifest.json")
    pairs = manifest.values()
    return sum(pair.fp32.bytes + (pair.int8.bytes if pair.int8 else 0) for pair in pairs)


def _remember(spec: ModelSpec, model: InstalledModel[ModelSpec], folders: AppFolders) -> None:
    """Writes down what was taken at its first use."""
    found = {file.path: file for file in model.spec.downloads}
    for file in spec.downloads:
        taken = found[file.path]
        if file.sha256 is None and taken.sha256 is not None and taken.bytes is not None:
            first_use.record(folders, spec, file, first_use.Found(taken.sha256, taken.bytes))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
