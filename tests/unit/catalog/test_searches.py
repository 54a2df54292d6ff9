"""Searches that have a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.searches import (
    MOST_NAME_CHARACTERS,
    SavedSearch,
    find_saved_search,
    read_saved_searches,
    remove_saved_search,
    rename_saved_search,
    save_search,
)
from photofind.domain import CatalogError
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from tests.unit.catalog.library import Library

QUERY = '(a or "b c") -2:d folder:"ทริป 1" sort:-date'


def saved(library: Library) -> list[tuple[str, str]]:
    found = read(library.reader, read_saved_searches)
    return [(each.name, each.query) for each in found]


def test_they_are_kept_as_they_were_written_and_listed_by_name(library: Library) -> None:
    assert saved(library) == []
    write(library.writer, save_search, "  winter\n trips ", QUERY)
    write(library.writer, save_search, "Beaches", "beach -people")
    assert saved(library) == [("Beaches", "beach -people"), ("winter trips", QUERY)]
    assert read(library.reader, find_saved_search, "WINTER trips") == SavedSearch(
        "winter trips", QUERY
    )


def test_no_search_takes_the_name_of_another(library: Library) -> None:
    write(library.writer, save_search, "a", "one")
    write(library.writer, save_search, "a", "one")
    write(library.writer, save_search, "b", "one")
    for name in ("a", "A"):
        with pytest.raises(CatalogError, match="“a” already") as refused:
            write(library.writer, save_search, name, "two")
        assert refused.value.code == "saved_name_taken"
    with pytest.raises(CatalogError, match="“a” already"):
        write(library.writer, rename_saved_search, "b", "A")
    assert saved(library) == [("a", "one"), ("b", "one")]


def test_they_are_renamed_and_removed(library: Library) -> None:
    write(library.writer, save_search, "a", "one")
    write(library.writer, rename_saved_search, "A", "ÄRGER")
    write(library.writer, rename_saved_search, "ärger", "Ärger")
    assert saved(library) == [("Ärger", "one")]
    write(library.writer, remove_saved_search, "ärger")
    assert saved(library) == []
    with pytest.raises(CatalogError, match="no saved search “ärger”"):
        write(library.writer, remove_saved_search, "ärger")
    with pytest.raises(CatalogError, match="no saved search “ärger”"):
        write(library.writer, rename_saved_search, "ärger", "b")


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("", "a", "saved_name_empty"),
        (" \0\n", "a", "saved_name_empty"),
        ("x" * (MOST_NAME_CHARACTERS + 1), "a", "saved_name_too_long"),
        ("a", " ", "saved_query_refused"),
        ("a", "x" * 20_000, "saved_query_refused"),
    ],
)
def test_what_is_no_name_or_no_query_is_refused(
    library: Library, name: str, query: str, code: str
) -> None:
    with pytest.raises(CatalogError) as refused:
        write(library.writer, save_search, name, query)
    assert refused.value.code == code
    assert saved(library) == []
