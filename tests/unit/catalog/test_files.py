from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.files import (
    FileRow,
    fail_file,
    forget_departed,
    has_files,
    insert_files,
    iterate_files,
    iterate_files_at,
    mark_missing,
    mark_seen,
    read_files_named,
)
from photofind.catalog.folders import add_folder
from photofind.catalog.status import read_problems, read_status
from photofind.catalog.suspects import retry_failed
from photofind.domain import FileId, MediaCode
from photofind.sentences import Sentence
from tests.plugins.catalog import fail_content, read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from pathlib import Path

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
    (row,) = [row for row in iterate_files(library.reader, library.folder.id) if row.id == file_id]
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
    ids = write(library.writer, insert_files, library.folder.id, found)
    assert ids[1] == known
    assert row_of(library, known).byte_size == 100
    assert [row_of(library, each).rel_path for each in ids] == [b"c.jpg", b"b.jpg", b"a.jpg"]
    new = row_of(library, ids[0])
    assert (new.byte_size, new.mtime_ns, new.content_id) == (1, 2, None)
    assert (new.missing, new.failed, new.ready) == (False, False, False)


def test_missing_file_hides_its_photo_until_it_is_seen(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    write(library.writer, mark_missing, [file_id], 5)
    assert library.shown() == {}
    assert not library.found("1.jpg")
    row = row_of(library, file_id)
    assert row.missing
    assert row.content_id == library.content_id("a")

    write(library.writer, mark_seen, [file_id])
    assert library.names() == {sha256("a"): ["1.jpg"]}
    assert library.found("1.jpg")
    assert not row_of(library, file_id).missing


def test_one_missing_copy_leaves_the_other(library: Library) -> None:
    first = library.add("first.jpg", "a")
    library.add("second.jpg", "a")
    write(library.writer, mark_missing, [first], 5)
    assert library.names() == {sha256("a"): ["second.jpg"]}
    assert not library.found("first")
    assert read(library.reader, read_status, lambda _: True).missing == 0


def test_missing_file_that_was_never_identified_is_dropped(library: Library) -> None:
    waiting, bad = library.insert("1.jpg"), library.insert("2.jpg")
    write(library.writer, fail_file, bad, MediaCode.DENIED, Sentence("no"), 1, 1)
    write(library.writer, mark_missing, [waiting, bad], 5)
    assert list(iterate_files(library.reader, library.folder.id)) == []
    assert read(library.reader, read_problems) == []
    assert library.claim(waiting, "a").outcome is ClaimOutcome.GONE


def test_known_content_back_by_itself_becomes_a_photo_of_its_own(library: Library) -> None:
    # a lies at two places; one goes missing, the other is edited and takes the photo along.
    stays, leaves = library.add("stays.jpg", "a"), library.add("leaves.jpg", "a")
    photo = library.photo_id("a")
    write(library.writer, mark_missing, [leaves], 5)
    library.edit(stays, "b")
    assert library.photo_id("b") == photo

    write(library.writer, mark_seen, [leaves])

    assert library.names() == {sha256("a"): ["leaves.jpg"], sha256("b"): ["stays.jpg"]}
    assert library.photo_id("b") == photo


def test_unreadable_file_is_a_problem_and_its_photo_hidden(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    attempts = write(
        library.writer, fail_file, file_id, MediaCode.DENIED, Sentence("May not be read."), 7, 8
    )
    assert attempts == 1
    assert library.shown() == {}
    row = row_of(library, file_id)
    assert (row.failed, row.ready, row.content_id) == (True, False, None)
    assert (row.byte_size, row.mtime_ns) == (7, 8)
    (problem,) = read(library.reader, read_problems)
    assert problem.path == library.root / "1.jpg"
    assert (problem.code, problem.reason) == (MediaCode.DENIED, Sentence("May not be read."))
    assert (
        write(library.writer, fail_file, file_id, MediaCode.DENIED, Sentence("Again."), 7, 9) == 2
    )
    assert read(library.reader, read_problems)[0].attempts == 2


def test_file_readable_again_with_other_bytes_keeps_its_photo(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    write(library.writer, fail_file, file_id, MediaCode.UNREADABLE, Sentence("Half written."), 7, 8)
    claim = library.edit(file_id, "b")
    assert claim.changed
    assert library.photo_id("b") == photo
    assert read(library.reader, read_problems) == []


def test_reason_may_hold_any_characters(library: Library) -> None:
    odd = f"{os.fsdecode(b'caf' + bytes([0xE9]))}\0 {{a}} %n"
    reason = Sentence("{file} is broken.", file=odd)
    write(library.writer, fail_file, library.insert("1.jpg"), MediaCode.UNREADABLE, reason, 1, 1)
    assert read(library.reader, read_problems)[0].reason == reason


def test_reason_that_an_earlier_version_stored_is_still_shown(library: Library) -> None:
    file_id = library.insert("1.jpg")
    reason = Sentence("It is broken.")
    write(library.writer, fail_file, file_id, MediaCode.UNREADABLE, reason, 1, 1)
    text = "The file {a}.jpg is damaged."
    with library.writer.transaction() as tx:
        tx.execute("UPDATE files SET error_detail = ? WHERE id = ?", (text, file_id))
    assert str(read(library.reader, read_problems)[0].reason) == text


def test_failure_of_a_file_whose_row_is_gone(library: Library) -> None:
    assert write(library.writer, fail_file, FileId(99), MediaCode.DENIED, Sentence("no"), 1, 1) == 1
    assert read(library.reader, read_problems) == []


def test_failed_file_is_pending_again_when_asked(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    write(library.writer, fail_file, file_id, MediaCode.DENIED, Sentence("no"), 7, 8)
    assert write(library.writer, retry_failed) == 1
    row = row_of(library, file_id)
    assert (row.failed, row.ready, row.content_id) == (False, False, None)
    assert read(library.reader, read_status, lambda _: True).pending == 1
    library.edit(file_id, "b")
    assert library.photo_id("b") == photo


def test_forgetting_departed_paths(library: Library) -> None:
    ids = [library.add(f"{name}.jpg", "a") for name in ("first", "second", "third")]
    write(library.writer, mark_missing, ids[:1], 5)
    write(library.writer, mark_missing, ids[1:2], 6)
    write(library.writer, forget_departed, {library.content_id("a"): 1})
    assert [row.id for row in iterate_files(library.reader, library.folder.id)] == [ids[0], ids[2]]
    assert library.names() == {sha256("a"): ["third.jpg"]}


def test_files_of_one_root_in_chunks(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.files._CHUNK", 3)
    other = write(library.writer, add_folder, tmp_path / "other", None)
    ids = []
    for n in range(8):
        library.insert(f"{n}.jpg", other)
        ids.append(library.insert(f"{9 - n}.jpg"))
    assert [row.id for row in iterate_files(library.reader, library.folder.id)] == ids
    assert {row.folder_id for row in iterate_files(library.reader, other.id)} == {other.id}
    but = {*ids[:4], ids[6]}
    rows = iterate_files(library.reader, library.folder.id, but)
    assert [row.id for row in rows] == [ids[4], ids[5], ids[7]]


def test_files_by_name_and_below_a_subfolder_in_chunks(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.files._CHUNK", 2)
    monkeypatch.setattr("photofind.catalog.files._NAMES", 2)
    other = write(library.writer, add_folder, tmp_path / "other", None)
    names = [b"a", b"a!/0.jpg", *(b"a/%d.jpg" % n for n in range(5)), b"a0.jpg", b"b.jpg"]
    for name in names:
        library.insert(name)
        library.insert(name, other)
    assert not read(library.reader, read_files_named, library.folder.id, [b"c.jpg"])
    wanted = {b"a/1.jpg", b"a0.jpg", b"b.jpg", b"c.jpg"}
    named = read(library.reader, read_files_named, library.folder.id, wanted)
    assert {row.rel_path for row in named} == wanted - {b"c.jpg"}
    assert {row.folder_id for row in named} == {library.folder.id}
    found = iterate_files_at(library.reader, library.folder.id, b"a")
    assert [row.rel_path for row in found] == [names[0], *names[2:7]]


def test_a_root_without_files_or_with_missing_ones_has_none(library: Library) -> None:
    assert not read(library.reader, has_files, library.folder.id)
    file_id = library.add("a.jpg", "a")
    assert read(library.reader, has_files, library.folder.id)
    write(library.writer, mark_missing, [file_id], 5)
    assert not read(library.reader, has_files, library.folder.id)


def test_problems_of_files_and_contents_by_path(library: Library, tmp_path: Path) -> None:
    odd = os.fsdecode(b"odd \xff.jpg")
    write(
        library.writer,
        fail_file,
        library.insert("c.jpg"),
        MediaCode.DENIED,
        Sentence("May not."),
        1,
        1,
    )
    content = library.claim(library.insert("b.jpg"), "bad").content_id
    assert content is not None
    fail_content(library.writer, content, MediaCode.TOO_LARGE, "Too many pixels.")
    library.claim(library.insert(odd), "bad")
    library.add("fine.jpg", "good")
    gone = library.insert("a.jpg")
    library.claim(gone, "bad")
    write(library.writer, mark_missing, [gone], 5)
    assert [
        (each.path, each.code, each.reason) for each in read(library.reader, read_problems)
    ] == [
        (library.root / "b.jpg", MediaCode.TOO_LARGE, Sentence("Too many pixels.")),
        (library.root / "c.jpg", MediaCode.DENIED, Sentence("May not.")),
        (library.root / odd, MediaCode.TOO_LARGE, Sentence("Too many pixels.")),
    ]
