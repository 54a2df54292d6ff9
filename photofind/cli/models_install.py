"""`photofind models install`: asks, shows how it goes, and stops when told to."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from photofind.cli.documents import models_document
from photofind.cli.exits import InterruptedByPersonError
from photofind.cli.install_progress import choose_install_display
from photofind.cli.models import read_models, show_models
from photofind.domain import ModelError
from photofind.inference.registry import find_spec
from photofind.inference.spec import ModelSpec
from photofind.inference.store import ModelStore
from photofind.models.permission import allowed_network, require_accepted
from photofind.models.process import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session

_GOES_ON = (
    "The same command goes on from there; `photofind models remove KEY` deletes what has arrived."
)


def install(session: Session, key: str, *, accept_licence: bool) -> None:
    """Installs a model, if it isn't; one that is damaged is made anew."""
    spec = find_spec(key, ModelSpec)
    if _is_intact(session, key):
        _finish(session, f"{spec.title} is installed already, and intact.")
        return
    allowed_network(session.folders).require_allowed()
    accepted = accept_licence or _accepts(session, spec)
    require_accepted(spec, accepted=accepted)
    _run(session, Installation(session.folders, key, accept_licence=accepted))
    advice = f" Search with it: photofind models use {key}" if spec.task == "search" else ""
    _finish(session, f"Installed {spec.title}.{advice}")


def import_model(session: Session, source: Path) -> None:
    """Installs a model of a folder or an archive."""
    key = _run(session, Installation(session.folders, source=source), "Nothing was imported.")
    if session.output.as_json:
        session.output.document({"imported": key, **models_document(read_models(session))})
        return
    title = ModelStore(session.folders).spec(key).title
    session.output.line(f"Imported {title}. Search with it: photofind models use {key}")


def _run(session: Session, installation: Installation, when_stopped: str = _GOES_ON) -> str:
    with choose_install_display(session.output) as display:
        try:
            return installation.run(display.hear)
        except KeyboardInterrupt:
            raise InterruptedByPersonError(f"Stopped. {when_stopped}") from None


def _is_intact(session: Session, key: str) -> bool:
    """Reads every file: what is damaged is to be installed anew."""
    try:
        ModelStore(session.folders).verify(key)
    except ModelError:
        return False
    return True


def _finish(session: Session, sentence: str) -> None:
    if session.output.as_json:
        show_models(session)
    else:
        session.output.line(sentence)


def _accepts(session: Session, spec: ModelSpec) -> bool:
    """Asks on a terminal; a script has to say so beforehand."""
    if not spec.accept_licence or session.output.as_json or not _can_answer():
        return False
    session.output.remark(
        f"{spec.title} is under the licence {spec.licence}. {spec.licence_notice}"
    )
    with contextlib.suppress(EOFError):
        return input("Type yes to accept it: ").strip().lower() == "yes"
    return False


def _can_answer() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
