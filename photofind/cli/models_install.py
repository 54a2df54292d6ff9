"""`photofind models install`: asks, shows how it goes, and stops when told to."""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING

from photofind.cli.documents import models_document
from photofind.cli.exits import InterruptedByPersonError
from photofind.cli.install_progress import choose_install_display
from photofind.cli.models import read_models, show_models
from photofind.cli.work import carry_out
from photofind.domain import ModelError, PhotofindError
from photofind.inference.registry import find_spec
from photofind.inference.spec import ModelSpec, TaskKind
from photofind.inference.store import ModelStore
from photofind.models.permission import allowed_network, require_accepted
from photofind.models.process import Installation
from photofind.models.tasks import Download, Import
from photofind.settings import read_settings
from photofind.worker.messages import UseInstalledModel

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.models.tasks import Task

_GOES_ON = (
    "The same command continues from there; `photofind models remove KEY` deletes what has arrived."
)


def install(session: Session, key: str, *, accept_licence: bool, use: bool = True) -> None:
    """Installs a model, if it isn't; one that is damaged is made anew.

    Args:
        use: search changes to it as soon as its index is complete, if it is a search model.
    """
    spec = find_spec(key, ModelSpec)
    begun_s = time.time()
    if _is_intact(session, key):
        _finish(session, f"{spec.title} is installed already, and intact.{_advice(session, spec)}")
        return
    allowed_network(session.folders).require_allowed()
    accepted = accept_licence or _accepts(session, spec)
    require_accepted(spec, accepted=accepted)
    _run(session, Download(key, accept_licence=accepted))
    done = f"Installed {spec.title}."
    _finish(session, done + _go_on(session, spec, done, begun_s, use=use))


def import_model(session: Session, source: Path, *, use: bool = True) -> None:
    """Installs a model of a folder or an archive.

    Args:
        use: as of `install`.
    """
    begun_s = time.time()
    key = _run(session, Import(source), "Nothing was imported.")
    spec = ModelStore(session.folders).spec(key)
    done = f"Imported {spec.title}."
    sentence = done + _go_on(session, spec, done, begun_s, use=use)
    if session.output.as_json:
        session.output.document({"imported": key, **models_document(read_models(session))})
    else:
        session.output.line(sentence)


def _go_on(session: Session, spec: ModelSpec, done: str, begun_s: float, *, use: bool) -> str:
    """Has search change to a model that was just installed, if it is one for that.

    Args:
        done: what is true even if the rest fails.

    Returns:
        What comes next, as a sentence after a space; "" when that is nothing.

    Raises:
        PhotofindError: the worker can't be told.
    """
    if spec.task is not TaskKind.SEARCH or not use:
        return _advice(session, spec)
    try:
        carry_out(session, UseInstalledModel(key=spec.key, since_s=begun_s))
    except PhotofindError as error:
        if error.code != "model_unchosen":
            raise PhotofindError(
                error.code, "{done} {reason}", done=done, reason=error.sentence
            ) from error
        return f" {error.user_message} To search with this one: photofind models use {spec.key}"
    return _advice(session, spec)


def _advice(session: Session, spec: ModelSpec) -> str:
    """How search comes to use an installed model, as a sentence after a space."""
    if spec.task is not TaskKind.SEARCH:
        return ""
    state = next(each for each in read_models(session) if each.spec.key == spec.key)
    if state.active:
        return " Search uses it."
    if state.index is None or not state.index.chosen:
        return f" Search with it: photofind models use {spec.key}"
    photos = "the photo is" if state.index.photos == 1 else f"all {state.index.photos:,} photos are"
    when = "that is done while photofind is open, or now by `photofind index`"
    if read_settings(session.folders).paused:
        when = "that begins with `photofind resume`"
    return (
        f" Search changes to it once {photos} indexed with it; {when}. Until then search works as"
        " before."
    )


def _run(session: Session, task: Task, when_stopped: str = _GOES_ON) -> str:
    installation = Installation(session.folders, task)
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
