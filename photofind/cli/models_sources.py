"""`photofind models check-sources`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from photofind.cli.documents import sources_document
from photofind.cli.exits import EXIT_FAILED
from photofind.inference import registry
from photofind.inference.spec import ModelSpec
from photofind.models.checking import SourceCheck, check_sources
from photofind.models.hub import Hub
from photofind.models.permission import allowed_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.cli.session import Session


def check(session: Session, keys: Sequence[str]) -> None:
    """Prints what the hub says of every file; exit code 1 when the registry says otherwise.

    Args:
        keys: of the models in question; none: all.

    Raises:
        ModelError: model_missing, there is no such model.
    """
    specs = [registry.find_spec(key, ModelSpec) for key in keys] or registry.ALL
    network = allowed_network(session.folders)
    network.require_allowed()
    checks = []
    for each in check_sources(specs, Hub(network)):
        checks.append(each)
        if not session.output.as_json:
            session.output.line(_line(each))
    if session.output.as_json:
        session.output.document(sources_document(checks))
    if any(each.faults for each in checks):
        raise typer.Exit(EXIT_FAILED)


def _line(check: SourceCheck) -> str:
    name = f"{check.spec.key}  {check.file.path}"
    if check.faults:
        return f"{name}: {' '.join(check.faults)}"
    if check.news and check.said is not None:
        found = check.said.sha256 or f"git blob {check.said.blob_id}"
        return f"{name}: not pinned yet; there: {found}, {check.said.bytes} bytes"
    return f"{name}: as in the registry"
