"""`photofind saved …`: searches that were given a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.catalog.searches import read_saved_searches
from photofind.cli.documents import saved_document
from photofind.cli.output import counted
from photofind.cli.search import open_engine
from photofind.cli.work import carry_out
from photofind.domain import PhotofindError
from photofind.search.query import parse
from photofind.worker.messages import RemoveSavedSearch, RenameSavedSearch

if TYPE_CHECKING:
    from photofind.catalog.searches import SavedSearch
    from photofind.cli.session import Session


def show_saved(session: Session) -> None:
    """Prints the saved searches, and how many photos each finds now."""
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        searches = read_saved_searches(snapshot)
    found = [(each, count) for each, count in zip(searches, _count(session, searches), strict=True)]
    if session.output.as_json:
        session.output.document(saved_document(found))
        return
    for search, photos in found:
        amount = "can't be answered" if photos is None else counted(photos, "photo")
        session.output.line(search.name, amount, search.query)
    if not found:
        session.output.remark(
            "No saved searches yet. Keep one with: photofind search QUERY --save NAME"
        )


def rename_saved(session: Session, name: str, new_name: str) -> None:
    """Gives a saved search another name, and prints those there are.

    Raises:
        PhotofindError: there is no such search, or the new name can't be used.
    """
    carry_out(session, RenameSavedSearch(name=name, new_name=new_name))
    show_saved(session)


def remove_saved(session: Session, name: str) -> None:
    """Removes a saved search, and prints those that are left.

    Raises:
        PhotofindError: there is no such search.
    """
    carry_out(session, RemoveSavedSearch(name=name))
    show_saved(session)


def _count(session: Session, searches: list[SavedSearch]) -> list[int | None]:
    """How many photos each finds; None where it can't be answered, as when the picture that it
    compares with is gone."""
    if not searches:
        return []
    counts: list[int | None] = []
    with open_engine(session) as engine:
        for search in searches:
            try:
                counts.append(engine.count(parse(search.query)))
            except PhotofindError:
                counts.append(None)
    return counts
