"""Puts a model in place that a person brings."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.checkpoints.names import is_checkpoint_name
from photofind.inference.installing import install_checkpoint, install_files
from photofind.inference.steps import Step
from photofind.models.importing.foreign import open_foreign, unpacked, unreadable
from photofind.models.importing.official import find_official
from photofind.models.permission import require_accepted
from photofind.models.places import installing_alone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.inference.spec import ModelSpec
    from photofind.inference.store import InstalledModel
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
        ModelError: as `foreign.open_foreign`, `installing.install_files`; model_busy, another
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
        found = open_foreign(place, work)
        return install_files(found.spec, found.files, folders, report)
    except OSError as error:
        raise ModelError(
            "disk_failed",
            f"The folder {folders.models} can't be written: {error.strerror or error}. Check"
            " its permissions and its drive, then try again.",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _reach(source: Path, work: Path) -> Path:
    """A folder, or a checkpoint by itself."""
    if source.is_file() and is_checkpoint_name(source.name):
        return source
    try:
        return unpacked(source, work)
    except OSError as error:
        raise unreadable(source, error) from error


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
