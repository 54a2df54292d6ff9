from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.rows import ClaimOutcome, FileRow
from photofind.domain import FileId, MediaCode
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from photofind.domain import FileId as AnyFileId

NAMES = [
    "plain.jpg",
    "2023/May/deep.jpg",
    "new\nline.jpg",
    "tab\tquote\"'%_.jpg",
    unicodedata.normalize("NFD", "Café.jpg"),
    "ภาพถ่าย.jpg",
    "x" * 251 + ".jpg",
    b"latin-1 caf\xe9.jpg",
    b"\xff\xfe\x80",
]


def row_of(library: Library, file_id: AnyFileId) -> FileRow:
    (row,) = [row for row in library.reader.files(library.folder.id) if row.id == file_id]
    return row


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives(library: Library, name: str | bytes) -> None:
    file_id = library.add(name, "a")
    assert row_of(library, file_id).rel_path == os.fsencode(name)
    ((path,),) = library.shown().values()
    assert path == library.root / os.fsdecode(os.fsencode(name))


def test_inserted_files_keep_their_order_and_known_ones_their_rows(library: Library) -> None:
    known = library.add("b.jpg", "b")
    found = [(b"c.jpg", 1, 2), (b"b.jpg", 3, 4), (b"a.jpg", 5, 6)]
    ids = library.writer.insert_files(library.folder.id, found)
    assert ids[1] == known
    assert row_of(library, known).byte_size == 100
    assert [row_of(library, each).rel_path for each in ids] == [b"c.jpg", b"b.jpg", b"a.jpg"]
    new = row_of(library, ids[0])
    assert (new.byte_size, new.mtime_ns, new.content_id) == (1, 2, None)
    assert (new.missing, new.failed, new.ready) == (False, False, False)


def test_missing_file_hides_its_photo_until_it_is_seen(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    library.writer.mark_missing([file_id], 5)
    assert library.shown() == {}
    assert not library.found("1.jpg")
    row = row_of(library, file_id)
    assert row.missing
    assert row.content_id == library.content_id("a")

    library.writer.mark_seen([file_id])
    assert library.names() == {sha256("a"): ["1.jpg"]}
    assert library.found("1.jpg")
    assert not row_of(library, file_id).missing


def test_one_missing_copy_leaves_the_other(library: Library) -> None:
    first = library.add("first.jpg", "a")
    library.add("second.jpg", "a")
    library.writer.mark_missing([first], 5)
    assert library.names() == {sha256("a"): ["second.jpg"]}
    assert not library.found("first")
    assert library.reader.status(lambda _: True).missing == 0


def test_missing_file_that_was_never_identified_is_dropped(library: Library) -> None:
    waiting, bad = library.insert("1.jpg"), library.insert("2.jpg")
    library.writer.fail_file(bad, MediaCode.DENIED, "no", 1, 1)
    library.writer.mark_missing([waiting, bad], 5)
    assert list(library.reader.files(library.folder.id)) == []
    assert library.reader.problems() == []
    assert library.claim(waiting, "a").outcome is ClaimOutcome.GONE


def test_known_content_back_by_itself_becomes_a_photo_of_its_own(library: Library) -> None:
    # a lies at two places; one goes missing, the other is edited and takes the photo along.
    stays, leaves = library.add("stays.jpg", "a"), library.add("leaves.jpg", "a")
    photo = library.photo_id("a")
    library.writer.mark_missing([leaves], 5)
    library.edit(stays, "b")
    assert library.photo_id("b") == photo

    library.writer.mark_seen([leaves])

    assert library.names() == {sha256("a"): ["leaves.jpg"], sha256("b"): ["stays.jpg"]}
    assert library.photo_id("b") == photo


def test_unreadable_file_is_a_problem_and_its_photo_hidden(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    attempts = library.writer.fail_file(file_id, MediaCode.DENIED, "May not be read.", 7, 8)
    assert attempts == 1
    assert library.shown() == {}
    row = row_of(library, file_id)
    assert (row.failed, row.ready, row.content_id) == (True, False, None)
    assert (row.byte_size, row.mtime_ns) == (7, 8)
    (problem,) = library.reader.problems()
    assert problem.path == library.root / "1.jpg"
    assert (problem.code, problem.reason) == (MediaCode.DENIED, "May not be read.")
    assert library.writer.fail_file(file_id, MediaCode.DENIED, "Again.", 7, 9) == 2
    assert library.reader.problems()[0].attempts == 2


def test_file_readable_again_with_other_bytes_keeps_its_photo(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    library.writer.fail_file(file_id, MediaCode.UNREADABLE, "Half written.", 7, 8)
    claim = library.edit(file_id, "b")
    assert claim.changed
    assert library.photo_id("b") == photo
    assert library.reader.problems() == []


def test_reason_may_hold_any_characters(library: Library) -> None:
    detail = f"{os.fsdecode(b'caf' + bytes([0xE9]))}\0 broken"
    library.writer.fail_file(library.insert("1.jpg"), MediaCode.UNREADABLE, detail, 1, 1)
    assert "broken" in library.reader.problems()[0].reason


def test_failure_of_a_file_whose_row_is_gone(library: Library) -> None:
    assert library.writer.fail_file(FileId(99), MediaCode.DENIED, "no", 1, 1) == 1
    assert library.reader.problems() == []


def test_failed_file_is_pending_again_when_asked(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    library.writer.fail_file(file_id, MediaCode.DENIED, "no", 7, 8)
    assert library.writer.retry_failed() == 1
    row = row_of(library, file_id)
    assert (row.failed, row.ready, row.content_id) == (False, False, None)
    assert library.reader.status(lambda _: True).pending == 1
    library.edit(file_id, "b")
    assert library.photo_id("b") == photo


def test_forgetting_departed_paths(library: Library) -> None:
    ids = [library.add(f"{name}.jpg", "a") for name in ("first", "second", "third")]
    library.writer.mark_missing(ids[:1], 5)
    library.writer.mark_missing(ids[1:2], 6)
    library.writer.forget_departed({library.content_id("a"): 1})
    assert [row.id for row in library.reader.files(library.folder.id)] == [ids[0], ids[2]]
    assert library.names() == {sha256("a"): ["third.jpg"]}
