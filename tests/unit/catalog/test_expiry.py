"""What was derived from contents that are gone goes after a while; what a person made stays."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.files import mark_missing, mark_seen
from photofind.catalog.folders import add_folder, remove_folder
from photofind.catalog.forgetting import expire_contents, note_missing
from photofind.catalog.texts import write_caption
from tests.plugins.catalog import write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def _expire(library: Library, before_ms: int) -> list[bytes]:
    removed: list[bytes] = []

    def remove(hashes: Sequence[bytes]) -> None:
        removed.extend(hashes)

    while write(library.writer, expire_contents, before_ms, remove):
        pass
    return removed


def _ask(library: Library, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(library.folders.catalog)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_vectors_and_previews_go_and_what_a_person_made_stays(library: Library) -> None:
    gone = library.add("gone.jpg", "a", tags=(("beach", 0.9),))
    library.add("here.jpg", "b")
    photo_id = library.photo_id("a")
    write(library.writer, write_caption, photo_id, "our first day")
    write(library.writer, mark_missing, [gone], 5)
    write(library.writer, note_missing, 1000)
    assert _expire(library, 1000) == []  # not missing for long enough
    assert _expire(library, 1001) == [sha256("a")]
    assert _ask(library, "SELECT count(*) FROM embeddings") == [(2,)]
    assert _ask(library, "SELECT count(*) FROM tags") == [(0,)]
    assert _ask(library, "SELECT text FROM texts") == [("our first day",)]
    assert _expire(library, 2000) == []

    # Back again: embedded once more, and still the same photo.
    assert library.claim(library.insert("back.jpg"), "a").outcome is ClaimOutcome.NEW
    assert library.photo_id("a") == photo_id
    library.complete(library.content_id("a"))
    assert library.found("first day") == {photo_id}


def test_time_counts_from_when_it_was_last_seen_to_be_gone(library: Library) -> None:
    file_id = library.add("a.jpg", "a")
    write(library.writer, mark_missing, [file_id], 5)
    write(library.writer, note_missing, 1000)
    write(library.writer, mark_seen, [file_id])
    write(library.writer, note_missing, 2000)
    write(library.writer, mark_missing, [file_id], 5)
    write(library.writer, note_missing, 3000)
    assert _expire(library, 2500) == []
    assert _expire(library, 3500) == [sha256("a")]


def test_what_is_back_is_not_touched_although_nobody_noted_it(library: Library) -> None:
    file_id = library.add("a.jpg", "a")
    write(library.writer, mark_missing, [file_id], 5)
    write(library.writer, note_missing, 1000)
    write(library.writer, mark_seen, [file_id])
    assert _expire(library, 5000) == []


def test_photos_of_a_removed_folder_and_former_states_expire(
    library: Library, tmp_path: Path
) -> None:
    other = write(library.writer, add_folder, tmp_path / "other", None)
    library.add("c.jpg", "c", folder=other)
    write(library.writer, remove_folder, other.path)
    library.edit(library.add("a.jpg", "before"), "after")
    write(library.writer, note_missing, 1000)
    assert sorted(_expire(library, 2000)) == sorted([sha256("c"), sha256("before")])
    assert library.names() == {sha256("after"): ["a.jpg"]}
