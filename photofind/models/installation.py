"""One installation, from the first question to the finished folder.

It needs as much memory as the largest graph has weights, twice: run it in a process of its own
(`models.process`).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from photofind import paths
from photofind.domain import ModelError
from photofind.inference.installing import install_checkpoint, install_files
from photofind.inference.manifest import read_manifest
from photofind.inference.spec import SourceKind
from photofind.inference.steps import Step
from photofind.models import trust_on_first_use
from photofind.models.downloading import PART, download
from photofind.models.places import downloads_of, give_up_downloads, installing_alone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Protocol

    from photofind.inference.spec import FileSpec, ModelSpec
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


def plan_downloads(spec: ModelSpec, hub: Hub, folders: AppFolders) -> tuple[RemoteFile, ...]:
    """Asks for every file and settles what must arrive.

    Returns:
        Files whose size is known, and of whose content the sha256 or the blob id is.

    Raises:
        NetworkError: the hub can't be asked.
        ModelError: model_checksum, the hub has other files than photofind or an earlier use
            knows; model_unverifiable, nobody says what the content should be.
    """
    return tuple(_settle(spec, file, hub.describe(spec, file), folders) for file in spec.downloads)


def _settle(spec: ModelSpec, file: FileSpec, remote: RemoteFile, folders: AppFolders) -> RemoteFile:
    known = trust_on_first_use.find(folders, spec, file)
    sha256 = file.sha256 or (known.sha256 if known else None)
    size = file.bytes if file.bytes is not None else (known.bytes if known else None)
    if _differ(sha256, remote.sha256) or _differ(size, remote.bytes):
        raise ModelError(
            "model_checksum",
            "{source} has a different {file} than the one that photofind knows. "
            "Nothing was downloaded. A newer photofind may know it; a mirror may be"
            " to blame.",
            source=spec.source,
            file=file.path,
        )
    settled = replace(
        remote,
        sha256=sha256 or remote.sha256,
        blob_id=None if sha256 else remote.blob_id,
        bytes=remote.bytes if size is None else size,
    )
    if settled.bytes is None or (settled.sha256 is None and settled.blob_id is None):
        raise ModelError(
            "model_unverifiable",
            "The server does not say what {file} should contain, and photofind does not "
            "know either. Use the hub itself instead of a mirror (unset HF_ENDPOINT).",
            file=file.path,
        )
    return settled


def _differ(known: object, said: object) -> bool:
    return known is not None and said is not None and known != said


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
            "The model “{model}” needs {needed} of free space while it is installed, "
            "but {place} has {free}. Free some space, then try again.",
            model=spec.title,
            needed=_gigabytes(needed),
            place=place,
            free=_gigabytes(free),
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
    """Writes down what a file was at its first download."""
    found = {file.path: file for file in model.spec.downloads}
    for file in spec.downloads:
        taken = found[file.path]
        if file.sha256 is None and taken.sha256 is not None and taken.bytes is not None:
            seen = trust_on_first_use.Found(taken.sha256, taken.bytes)
            trust_on_first_use.record(folders, spec, file, seen)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
