"""Exports a checkpoint and installs the model, in a process that `models.process` starts.

A command makes a folder to be carried anywhere; in the window the person wants to search with it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from photofind.exporting.export import default_name, export_model
from photofind.exporting.request import ExportRequest
from photofind.inference.steps import Step
from photofind.models.importing.installation import bring_in
from photofind.models.messages import InstallProgress
from photofind.models.permission import allowed_network
from photofind.models.places import installing_alone
from photofind.models.service import Reporter, say, serve, tell_notices
from photofind.models.tasks import Export

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.models.messages import Installed
    from photofind.models.tasks import Task
    from photofind.paths import AppFolders

_WORK = ".export.partial"
"""Swept like what other interrupted installations leave."""


def main(arguments: Sequence[str]) -> int:
    """Exports and installs one model, as `models.service.serve`."""
    return serve(arguments, _carry_out)


def _carry_out(task: Task, folders: AppFolders) -> Installed:
    assert isinstance(task, Export)
    network = allowed_network(folders, offline=task.offline)
    if task.fetches:
        network.require_allowed()
    with installing_alone(folders):
        work = folders.models / _WORK
        request = ExportRequest(
            task.architecture,
            task.pretrained,
            work / default_name(task.architecture, task.pretrained),
            tokenizer=task.tokenizer,
            require_network=network.require_allowed,
        )
        try:
            export_model(request, lambda line: say(InstallProgress(Step.EXPORTING, detail=line)))
            return tell_notices(bring_in(request.folder, folders, Reporter()))
        finally:
            shutil.rmtree(work, ignore_errors=True)
