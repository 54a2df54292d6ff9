"""What is forgotten is gone from every file, and stays out until the person asks again."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.encoding import place_mark
from photofind.catalog.files import find_photos_known_at, mark_missing
from photofind.catalog.folders import add_folder, remove_folder
from photofind.catalog.forgetting import (
    count_marked_for_deletion,
    mark_folder_for_deletion,
    mark_for_deletion_if_forgotten,
    mark_missing_for_deletion,
    mark_photos_for_deletion,
    purge_photos,
    read_forgotten_places,
    recall_forgotten,
    scrub_words,
)
from photofind.catalog.texts import write_caption
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.catalog.vectors import store_part
from photofind.domain import Box, FolderError, PhotoId, Region, RegionKind, Space
from tests.plugins.catalog import complete, read, release, write
from tests.unit.catalog.library import SIMILAR_DIM, Library, embedded, sha256, unit_vector

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PICTURE = sha256("what is seen")


def _purge(library: Library) -> list[bytes]:
    """Forgets all that is doomed; returns the thumbnails that had to go."""
    removed: list[bytes] = []

    def remove(hashes: Sequence[bytes]) -> None:
        removed.extend(hashes)

    while write(library.writer, purge_photos, remove):
        pass
    write(library.writer, scrub_words)
    assert library.writer.truncate_log()
    return removed


def _tables(library: Library) -> dict[str, int]:
    with sqlite3.connect(library.folders.catalog) as connection:
        names = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
                " AND name NOT LIKE 'photo_words_%' AND name NOT LIKE 'photo_tokens_%'"
                " AND name NOT IN ('models', 'folders')"
            )
        ]
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names
        }
    connection.close()
    return {name: number for name, number in counts.items() if number}


def _everything_about(library: Library, content: str) -> None:
    """Rows of every kind that may hang on a photo."""
    photo_id, content_id = library.photo_id(content), library.content_id(content)
    part = Region(RegionKind.PART, Box(0.1, 0.2, 0.3, 0.4))
    seen = {Space.SIMILAR: unit_vector("part", SIMILAR_DIM)}
    write(library.writer, store_part, content_id, part, seen, library.model)
    with sqlite3.connect(library.folders.catalog) as connection:
        connection.execute(
            "INSERT INTO tags (photo_id, label, source) VALUES (?, 'zyxwvutag', 'user')",
            (photo_id,),
        )
        connection.execute(
            """INSERT INTO texts (content_id, kind, text, created_at, edited)
               VALUES (?, 'caption', 'zyxwvucaption', 1, 1)""",
            (content_id,),
        )
        connection.execute(
            """INSERT INTO questions (content_id, question, answer, asked_at)
               VALUES (?, 'zyxwvuquestion', 'zyxwvuanswer', 1)""",
            (content_id,),
        )
        connection.execute(
            "INSERT INTO jobs (kind, content_id, created_at) VALUES ('caption', ?, 1)",
            (content_id,),
        )
        connection.execute(
            "UPDATE photos SET rating = 5, title = 'zyxwvutitle' WHERE id = ?", (photo_id,)
        )
    connection.close()


def test_a_forgotten_photo_leaves_nothing_but_fingerprints(library: Library) -> None:
    library.add("zyxwvuname.jpg", "a", tags=(("zyxwvumodel", 0.9),))
    library.add("kept.jpg", "b")
    _everything_about(library, "a")
    library.edit(library.add("zyxwvuother.jpg", "a"), "a")  # a copy

    assert write(library.writer, mark_photos_for_deletion, [library.photo_id("a")]) == 1
    assert library.names() == {sha256("b"): ["kept.jpg"]}  # hidden at once

    assert _purge(library) == [sha256("a")]
    assert _tables(library) == {
        "contents": 1,
        "embeddings": 2,
        "files": 1,
        "photos": 1,
        "regions": 1,
        "visible_photos": 1,
        "photo_words": 1,
        "photo_tokens": 1,
        "forgotten": 1,
        "forgotten_places": 2,
    }


def test_no_byte_of_it_is_left_in_any_file(library: Library) -> None:
    library.add("kept.jpg", "b")
    for number in range(30):
        library.add(f"zyxwvuname {number}.jpg", f"a {number}", tags=(("zyxwvumodel", 0.9),))
        _everything_about(library, f"a {number}")
    # Words that were replaced before must not outlive it either.
    write(library.writer, write_caption, library.photo_id("a 3"), "zyxwvuwritten")
    data = library.folders.catalog.parent
    assert b"zyxwvu" in _bytes_below(data)

    photo_ids = [library.photo_id(f"a {number}") for number in range(30)]
    write(library.writer, mark_photos_for_deletion, photo_ids)
    _purge(library)

    assert (data / "catalog.db-wal").stat().st_size == 0
    assert b"zyx" not in _bytes_below(data)  # the index of words holds groups of three letters
    assert library.found("kept") == {library.photo_id("b")}


def _bytes_below(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_thumbnails_leave_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "thumbnails.db"
    with ThumbnailStore(path) as store:
        store.put({sha256(str(n)): b"zyxwvu" * 500 for n in range(20)} | {sha256("k"): b"kept"})
        store.remove([sha256(str(n)) for n in range(20)])
        assert store.scrub()
        assert b"zyxwvu" not in _bytes_below(tmp_path)
        assert store.get(sha256("k")) == b"kept"


def test_there_may_be_no_thumbnails_at_all(tmp_path: Path) -> None:
    with ThumbnailStore(tmp_path / "none" / "thumbnails.db") as store:
        store.remove([sha256("a")])
        assert store.scrub()
    assert not (tmp_path / "none").exists()


def test_its_bytes_stay_out_wherever_they_turn_up(library: Library) -> None:
    library.add("a.jpg", "a")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    again = library.claim(library.insert("copy.jpg"), "a", mtime_ns=7)
    assert (again.outcome, again.content_id) == (ClaimOutcome.FORGOTTEN, None)
    _purge(library)
    assert library.claim(library.insert("another.jpg"), "a").outcome is ClaimOutcome.FORGOTTEN
    root = os.fsencode(library.root)
    assert read(library.reader, read_forgotten_places) == {
        place_mark(root, b"a.jpg", 100, 1),
        place_mark(root, b"copy.jpg", 100, 7),
        place_mark(root, b"another.jpg", 100, 1),
    }
    assert library.names() == {}


def test_a_file_that_shows_a_forgotten_photo_now_loses_the_one_it_showed(
    library: Library,
) -> None:
    library.add("a.jpg", "a")
    file_id = library.add("b.jpg", "b")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    assert library.edit(file_id, "a").outcome is ClaimOutcome.FORGOTTEN
    assert library.names() == {}
    _purge(library)
    assert library.photo_id("b")  # hidden, not forgotten


def _add_with_picture(library: Library, name: str, content: str) -> None:
    claim = library.claim(library.insert(name), content)
    assert claim.content_id is not None
    found = dataclasses.replace(embedded(claim.content_id), picture_hash=PICTURE)
    complete(library.writer, [found], library.model)


def test_a_change_of_its_metadata_does_not_bring_it_back(library: Library) -> None:
    _add_with_picture(library, "a.jpg", "a")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    _purge(library)
    rated = library.claim(library.insert("a.jpg"), "a with a rating", mtime_ns=2)
    assert rated.outcome is ClaimOutcome.NEW
    assert rated.content_id is not None
    assert write(library.writer, mark_for_deletion_if_forgotten, rated.content_id, PICTURE)
    release(library.writer, [rated.content_id])
    _purge(library)
    assert library.names() == {}
    third = library.claim(library.insert("a.jpg"), "a with a rating", mtime_ns=3)
    assert third.outcome is ClaimOutcome.FORGOTTEN


def test_another_picture_in_its_place_is_a_new_photo(library: Library) -> None:
    _add_with_picture(library, "a.jpg", "a")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    claim = library.claim(library.insert("a.jpg"), "something else", mtime_ns=2)
    assert claim.content_id is not None
    assert not write(
        library.writer, mark_for_deletion_if_forgotten, claim.content_id, sha256("elsewise")
    )
    library.complete(claim.content_id)
    assert library.names() == {sha256("something else"): ["a.jpg"]}


def test_what_a_person_made_of_what_a_file_showed_before_stays(library: Library) -> None:
    _add_with_picture(library, "a.jpg", "a")
    file_id = library.add("b.jpg", "b")
    photo_id = library.photo_id("b")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    claim = library.claim(file_id, "a with a rating", mtime_ns=2)
    assert claim.content_id is not None
    assert write(library.writer, mark_for_deletion_if_forgotten, claim.content_id, PICTURE)
    release(library.writer, [claim.content_id])
    _purge(library)
    assert library.photo_id("b") == photo_id
    assert library.names() == {}


def test_asking_again_lets_it_in(library: Library) -> None:
    library.add("a.jpg", "a")
    library.add("b.jpg", "b")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a"), library.photo_id("b")])
    _purge(library)
    assert write(library.writer, recall_forgotten, sha256("a")) == 1
    assert len(read(library.reader, read_forgotten_places)) == 1
    library.add("a.jpg", "a")
    assert library.names() == {sha256("a"): ["a.jpg"]}
    assert write(library.writer, recall_forgotten) == 1
    assert read(library.reader, read_forgotten_places) == frozenset()


def test_a_photo_that_is_being_worked_on_goes_when_that_is_done(library: Library) -> None:
    file_id = library.insert("a.jpg")
    claim = library.claim(file_id, "a")
    assert claim.content_id is not None
    photo_id = library.photo_id("a")
    write(library.writer, mark_photos_for_deletion, [photo_id])
    assert _purge(library) == []
    assert write(library.writer, count_marked_for_deletion) == 1
    library.complete(claim.content_id)
    assert library.names() == {}
    assert _purge(library) == [sha256("a")]
    assert write(library.writer, count_marked_for_deletion) == 0


def test_a_folder_takes_along_what_lies_nowhere_else(library: Library, tmp_path: Path) -> None:
    other = write(library.writer, add_folder, tmp_path / "other", None)
    library.add("a.jpg", "a")
    library.add("b.jpg", "b")
    library.add("b copy.jpg", "b", folder=other)
    library.add("c.jpg", "c", folder=other)
    assert write(library.writer, mark_folder_for_deletion, library.root) == 1
    assert _purge(library) == [sha256("a")]
    assert library.names() == {sha256("b"): ["b copy.jpg"], sha256("c"): ["c.jpg"]}
    # Adding the folder is asking again.
    assert read(library.reader, read_forgotten_places) == frozenset()
    folder = write(library.writer, add_folder, library.root, None)
    library.add("a.jpg", "a", folder=folder)
    assert sha256("a") in library.names()


def test_only_a_folder_of_ours_can_be_forgotten(library: Library, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not one of photofind's folders"):
        write(library.writer, mark_folder_for_deletion, tmp_path / "nowhere")


def test_what_has_no_file_any_more_can_be_forgotten(library: Library, tmp_path: Path) -> None:
    gone = library.add("gone.jpg", "a")
    library.add("here.jpg", "b")
    other = write(library.writer, add_folder, tmp_path / "other", None)
    library.add("removed.jpg", "c", folder=other)
    write(library.writer, remove_folder, other.path)
    write(library.writer, mark_missing, [gone], 5)
    assert write(library.writer, mark_missing_for_deletion) == 2
    assert sorted(_purge(library)) == sorted([sha256("a"), sha256("c")])
    assert library.names() == {sha256("b"): ["here.jpg"]}
    assert read(library.reader, read_forgotten_places) == frozenset()


def test_photos_are_known_by_where_they_lie_or_lay(library: Library) -> None:
    library.add("sub/a.jpg", "a")
    gone = library.add("sub/b.jpg", "b")
    library.add("submarine.jpg", "c")
    write(library.writer, mark_missing, [gone], 5)

    def known(path: Path) -> list[PhotoId]:
        return read(library.reader, find_photos_known_at, path)

    assert known(library.root / "sub" / "b.jpg") == [library.photo_id("b")]
    assert known(library.root / "sub") == [library.photo_id("a"), library.photo_id("b")]
    assert len(known(library.root)) == len(known(library.root.parent)) == 3
    assert known(library.root / "nothing.jpg") == []
    assert known(library.root.with_name("elsewhere")) == []
