"""Puts a model in place that a person brings."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from photofind.domain import ModelError
from photofind.inference.installing import install_files
from photofind.inference.steps import Step
from photofind.models.importing.foreign import open_foreign
from photofind.models.places import installing_alone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.inference.spec_search import DualEncoderSpec
    from photofind.inference.store import InstalledModel
    from photofind.paths import AppFolders

_WORK = ".import.partial"
"""Swept like what other interrupted installations leave."""


def import_model(
    source: Path, folders: AppFolders, report: Callable[[Step], None]
) -> InstalledModel[DualEncoderSpec]:
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
) -> InstalledModel[DualEncoderSpec]:
    """As `import_model`, for who keeps other installations away already."""
    work = folders.models / _WORK
    try:
        work.mkdir()
        report(Step.VERIFYING)
        found = open_foreign(source, work)
        return install_files(found.spec, found.files, folders, report)
    except OSError as error:
        raise ModelError(
            "disk_failed",
            f"The folder {folders.models} can't be written: {error.strerror or error}. Check"
            " its permissions and its drive, then try again.",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
