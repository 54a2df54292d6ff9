"""`photofind models list`, `use`, `remove` and `verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.models import read_model_indexes
from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import models_document
from photofind.cli.model_lines import describe_model
from photofind.cli.status import people_key
from photofind.cli.work import carry_out, require_not_paused
from photofind.domain import ModelError
from photofind.inference.registry import BASIC
from photofind.inference.spec import ModelSpec
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.models.overview import ModelState, list_models
from photofind.models.places import half_downloads, remove_files
from photofind.models.verifying import verify_model
from photofind.worker.messages import RemoveModelIndex, UseModel

if TYPE_CHECKING:
    from photofind.catalog.models import ModelIndex
    from photofind.cli.session import Session


def show_models(session: Session) -> None:
    """Prints every model there is."""
    states = read_models(session)
    if session.output.as_json:
        session.output.document(models_document(states))
        return
    for state in states:
        for line in describe_model(state):
            session.output.line(line)
    session.output.remark(
        "* is what search uses, + is installed. Install one with: photofind models install KEY"
    )


def read_models(session: Session) -> tuple[ModelState, ...]:
    """Every model, and which one search uses."""
    return list_models(ModelStore(session.folders), _indexes(session))


def use(session: Session, key: str) -> None:
    """Has the worker index with a model, if that is not done, and search with it."""
    ModelStore(session.folders).find(key, DualEncoderSpec)  # a clear error before any work
    state = next(each for each in read_models(session) if each.spec.key == key)
    at_once = state.active or (state.index is not None and state.index.complete)
    if not at_once:
        require_not_paused(session)
    carry_out(session, UseModel(key=key), shows_progress=not at_once)
    if session.output.as_json:
        show_models(session)
    else:
        session.output.line(f"Search uses {key} now.")


def remove(session: Session, key: str) -> None:
    """Deletes a model: its vectors, its files, and what has arrived of a download."""
    store, folders = ModelStore(session.folders), session.folders
    if key == BASIC.key:
        raise ModelError("model_built_in", "The built-in model can't be removed.")
    store.spec(key)
    if any(index.active and people_key(index.key) == key for index in _indexes(session)):
        raise ModelError(
            "model_in_use",
            "Search uses this model. Choose another one first, for example with:"
            f" photofind models use {BASIC.key}",
        )
    indexed = [index for index in _indexes(session) if people_key(index.key) == key]
    there = (folders.models / key).exists() or key in half_downloads(folders)
    if not there and not indexed:
        raise ModelError("model_missing", f"The model {key!r} is not installed.")
    if indexed:
        carry_out(session, RemoveModelIndex(key=key))
    remove_files(folders, key)
    if session.output.as_json:
        show_models(session)
    else:
        session.output.line(f"Removed {key}. Your photos were not touched.")


def verify(session: Session, key: str | None) -> None:
    """Hashes every file of a model, or of every installed one, and runs its self-test."""
    store = ModelStore(session.folders)
    keys = [key] if key else [model.spec.key for model in store.installed(ModelSpec)]
    for each in keys:
        verify_model(store, each)
        if not session.output.as_json:
            session.output.line(f"{each}: every file is intact, and it computes as it should")
    if session.output.as_json:
        session.output.document({"verified": keys})


def _indexes(session: Session) -> list[ModelIndex]:
    """What the catalog holds of every model that photos were indexed with."""
    if not session.folders.catalog.exists():
        return []
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        return read_model_indexes(snapshot)
