"""Searches that a person has given a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text
from photofind.domain import CatalogError

if TYPE_CHECKING:
    from photofind.catalog.transactions import Snapshot, Transaction

MOST_NAME_CHARACTERS = 200
MOST_QUERY_CHARACTERS = 10_000
"""More than any query line takes; what is longer is no query."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """
    Attributes:
        query: the line as it would be typed.
    """

    name: str
    query: str


def read_saved_searches(snapshot: Snapshot) -> list[SavedSearch]:
    """All of them, by name."""
    rows = snapshot.execute("SELECT name, query FROM saved_searches")
    return sorted((SavedSearch(*row) for row in rows), key=lambda each: each.name.casefold())


def find_saved_search(snapshot: Snapshot, name: str) -> SavedSearch | None:
    """The search of a name, whatever its case."""
    wanted = clean_text(name).casefold()
    found = (each for each in read_saved_searches(snapshot) if each.name.casefold() == wanted)
    return next(found, None)


def save_search(tx: Transaction, name: str, query: str) -> None:
    """Keeps a query under a name; saving the same again changes nothing.

    Raises:
        CatalogError: saved_name_empty, saved_name_too_long or saved_query_refused; or
            saved_name_taken, another query has this name.
    """
    name, query = _checked_name(name), clean_text(query)
    if not query.strip() or len(query) > MOST_QUERY_CHARACTERS:
        raise CatalogError("saved_query_refused", "This is no query. Nothing was saved.")
    known = find_saved_search(tx, name)
    if known is None:
        tx.execute("INSERT INTO saved_searches (name, query) VALUES (?, ?)", (name, query))
    elif known.query != query:
        raise _taken(known.name)


def rename_saved_search(tx: Transaction, name: str, new_name: str) -> None:
    """Gives a saved search another name.

    Raises:
        CatalogError: saved_search_unknown, or as `save_search`.
    """
    known = _require(tx, name)
    new_name = _checked_name(new_name)
    other = find_saved_search(tx, new_name)
    if other is not None and other.name != known.name:
        raise _taken(other.name)
    tx.execute("UPDATE saved_searches SET name = ? WHERE name = ?", (new_name, known.name))


def remove_saved_search(tx: Transaction, name: str) -> None:
    """Forgets a saved search; the photos that it finds stay.

    Raises:
        CatalogError: saved_search_unknown.
    """
    known = _require(tx, name)
    tx.execute("DELETE FROM saved_searches WHERE name = ?", (known.name,))


def _require(snapshot: Snapshot, name: str) -> SavedSearch:
    known = find_saved_search(snapshot, name)
    if known is None:
        raise CatalogError(
            "saved_search_unknown",
            "There is no saved search “{name}”. `photofind saved` lists them.",
            name=name,
        )
    return known


def _checked_name(name: str) -> str:
    cleaned = " ".join(clean_text(name).split())
    if not cleaned:
        raise CatalogError("saved_name_empty", "A saved search needs a name. Nothing was changed.")
    if len(cleaned) > MOST_NAME_CHARACTERS:
        raise CatalogError(
            "saved_name_too_long",
            "A name may have at most {most} characters; this one has {length}."
            " Nothing was changed.",
            most=MOST_NAME_CHARACTERS,
            length=len(cleaned),
        )
    return cleaned


def _taken(name: str) -> CatalogError:
    return CatalogError(
        "saved_name_taken",
        "There is a saved search “{name}” already. Choose another name, or remove that one first."
        " Nothing was changed.",
        name=name,
    )
