from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from photofind.catalog.background import find_without_vectors
from photofind.catalog.claims import Claim, ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.files import iterate_files, mark_missing, mark_seen
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.photos import find_content_by_sha256, find_primary_photo
from photofind.catalog.status import read_problems, read_status
from photofind.domain import FileId, MediaCode
from photofind.sentences import Sentence
from tests.plugins.catalog import fail_content, read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from photofind.domain import FileId as AnyFileId


def many(library: Library, *files: tuple[AnyFileId, str]) -> list[Claim]:
    identified = [IdentifiedFile(file_id, 100, 1, sha256(content)) for file_id, content in files]
    return write(library.writer, claim_files, identified)


def test_new_content_is_the_callers(library: Library) -> None:
    file_id = library.insert("1.jpg")
    claim = library.claim(file_id, "a")
    assert claim == Claim(file_id, library.content_id("a"), ClaimOutcome.NEW, new=True)
    assert library.shown() == {}
    status = read(library.reader, read_status, lambda _: True)
    assert (status.pending, status.ready) == (1, 0)
    library.complete(claim.content_id)
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_same_content_at_several_paths_of_one_batch(library: Library) -> None:
    ids = [library.insert(f"{n}.jpg") for n in range(3)]
    claims = many(library, (ids[0], "a"), (ids[1], "b"), (ids[2], "a"))
    assert [claim.outcome for claim in claims] == ["new", "new", "busy"]
    assert claims[2].content_id == claims[0].content_id
    assert not claims[2].moved
    library.complete(claims[0].content_id)
    library.complete(claims[1].content_id)
    assert library.names() == {sha256("a"): ["0.jpg", "2.jpg"], sha256("b"): ["1.jpg"]}


def test_copy_of_a_known_photo(library: Library) -> None:
    library.add("1.jpg", "a")
    claim = library.claim(library.insert("copy.jpg"), "a")
    assert claim.outcome is ClaimOutcome.READY
    assert (claim.same, claim.changed, claim.moved) == (False, False, False)
    assert library.names() == {sha256("a"): ["1.jpg", "copy.jpg"]}
    assert library.found("copy")


def test_touched_file_is_the_same(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    claim = library.claim(file_id, "a", mtime_ns=77)
    assert claim.outcome is ClaimOutcome.READY
    assert (claim.same, claim.changed, claim.moved) == (True, False, False)
    assert next(iterate_files(library.reader, library.folder.id)).mtime_ns == 77


def test_move_noticed_after_the_old_path_is_missing(library: Library) -> None:
    write(library.writer, mark_missing, [library.add("old/1.jpg", "a")], 5)
    claim = library.claim(library.insert("new/1.jpg"), "a")
    assert (claim.outcome, claim.moved) == (ClaimOutcome.READY, True)
    assert [row.rel_path for row in iterate_files(library.reader, library.folder.id)] == [
        b"new/1.jpg"
    ]
    assert read(library.reader, read_status, lambda _: True).missing == 0


def test_moved_folder_with_a_copy_inside_counts_as_two_moves(library: Library) -> None:
    old = [library.add("old/1.jpg", "a"), library.add("old/2.jpg", "a")]
    write(library.writer, mark_missing, old, 5)
    claims = many(library, (library.insert("new/2.jpg"), "a"), (library.insert("new/1.jpg"), "a"))
    assert [claim.moved for claim in claims] == [True, True]
    assert {row.rel_path for row in iterate_files(library.reader, library.folder.id)} == {
        b"new/1.jpg",
        b"new/2.jpg",
    }


def test_move_takes_the_place_of_the_path_with_the_same_name(library: Library) -> None:
    old = [library.add("old/1.jpg", "a"), library.add("old/2.jpg", "a")]
    write(library.writer, mark_missing, old, 5)
    library.claim(library.insert("new/2.jpg"), "a")
    left = [row.rel_path for row in iterate_files(library.reader, library.folder.id) if row.missing]
    assert left == [b"old/1.jpg"]


def test_known_bad_content_is_not_tried_again(library: Library) -> None:
    claim = library.claim(library.insert("1.jpg"), "bad")
    assert claim.content_id is not None
    fail_content(library.writer, claim.content_id, MediaCode.UNREADABLE, "It is broken.")
    again = library.claim(library.insert("copy.jpg"), "bad")
    assert again.outcome is ClaimOutcome.FAILED
    assert (again.error_code, again.reason) == (
        MediaCode.UNREADABLE,
        Sentence("It is broken."),
    )
    assert again.attempts == 1
    assert [problem.path.name for problem in read(library.reader, read_problems)] == [
        "1.jpg",
        "copy.jpg",
    ]


def test_row_that_vanished(library: Library) -> None:
    assert library.claim(FileId(99), "a") == Claim(FileId(99), None, ClaimOutcome.GONE)
    assert read(library.reader, find_content_by_sha256, sha256("a")) is None


def test_another_model_changes_nothing_about_files(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    other = write(library.writer, ensure_model, "test@2.p1.q1", "search", 8)
    write(library.writer, activate_model, other)
    assert next(iterate_files(library.reader, library.folder.id)).ready
    assert library.claim(file_id, "a").outcome is ClaimOutcome.READY
    assert read(library.reader, find_without_vectors, other) == [library.content_id("a")]
    write(library.writer, activate_model, library.model)


def test_edited_file_keeps_its_photo(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    claim = library.edit(file_id, "b")
    assert claim.outcome is ClaimOutcome.NEW
    assert (claim.same, claim.changed, claim.moved) == (False, True, False)
    assert library.photo_id("b") == photo
    assert library.names() == {sha256("b"): ["1.jpg"]}
    assert read(library.reader, find_primary_photo, library.content_id("a")) is None


def test_edited_file_is_hidden_until_it_is_embedded(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    library.claim(file_id, "b")
    assert library.shown() == {}
    assert not library.found("1.jpg")


def test_edit_and_back(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    library.edit(file_id, "b")
    library.edit(file_id, "c")
    claim = library.edit(file_id, "a")
    assert (claim.outcome, claim.changed) == (ClaimOutcome.READY, True)
    assert library.photo_id("a") == photo
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_edited_copy_becomes_a_photo_of_its_own(library: Library) -> None:
    library.add("1.jpg", "a")
    copy = library.add("copy.jpg", "a")
    photo = library.photo_id("a")
    library.edit(copy, "b")
    assert library.photo_id("a") == photo
    assert library.photo_id("b") != photo
    assert library.names() == {sha256("a"): ["1.jpg"], sha256("b"): ["copy.jpg"]}


def test_file_replaced_by_a_copy_of_a_known_photo(library: Library) -> None:
    first, second = library.add("1.jpg", "a"), library.add("2.jpg", "b")
    photo = library.photo_id("b")
    claim = library.edit(first, "b")
    assert (claim.outcome, claim.changed, claim.moved) == (ClaimOutcome.READY, True, False)
    assert library.photo_id("b") == photo
    assert library.names() == {sha256("b"): ["1.jpg", "2.jpg"]}
    write(library.writer, mark_missing, [second], 5)
    library.edit(first, "a")
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_file_moved_over_another(library: Library) -> None:
    first, second = library.add("1.jpg", "a"), library.add("2.jpg", "b")
    write(library.writer, mark_missing, [second], 5)
    claim = library.edit(first, "b")
    assert (claim.changed, claim.moved) == (True, True)
    assert library.names() == {sha256("b"): ["1.jpg"]}
    assert len(list(iterate_files(library.reader, library.folder.id))) == 1


def test_old_bytes_turn_up_elsewhere_while_the_edit_is_there(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    library.edit(file_id, "b")
    library.add("backup.jpg", "a")
    assert library.photo_id("b") == photo
    assert library.names() == {sha256("b"): ["1.jpg"], sha256("a"): ["backup.jpg"]}


def test_old_bytes_turn_up_elsewhere_after_the_edit_is_gone(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    photo = library.photo_id("a")
    library.edit(file_id, "b")
    write(library.writer, mark_missing, [file_id], 5)
    claim = library.claim(library.insert("backup.jpg"), "a")
    assert claim.outcome is ClaimOutcome.READY
    assert library.photo_id("a") == photo
    assert library.names() == {sha256("a"): ["backup.jpg"]}
    write(library.writer, mark_seen, [file_id])
    assert library.names() == {sha256("a"): ["backup.jpg"], sha256("b"): ["1.jpg"]}


def test_two_files_swap_their_bytes(library: Library) -> None:
    first, second = library.add("1.jpg", "a"), library.add("2.jpg", "b")
    before = library.photo_id("a"), library.photo_id("b")
    claims = many(library, (first, "b"), (second, "a"))
    assert [(claim.outcome, claim.changed) for claim in claims] == [("ready", True)] * 2
    assert (library.photo_id("a"), library.photo_id("b")) == before
    assert library.names() == {sha256("a"): ["2.jpg"], sha256("b"): ["1.jpg"]}


def test_claim_of_a_missing_file_brings_it_back(library: Library) -> None:
    file_id = library.add("1.jpg", "a")
    write(library.writer, mark_missing, [file_id], 5)
    claim = library.claim(file_id, "a", mtime_ns=9)
    assert (claim.outcome, claim.same, claim.moved) == (ClaimOutcome.READY, True, False)
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_two_threads_claim_the_same_content(library: Library) -> None:
    for turn in range(20):
        ids = [library.insert(f"{turn}-{n}.jpg") for n in range(2)]
        barrier = threading.Barrier(2)
        outcomes: list[ClaimOutcome] = []

        def claim(file_id: AnyFileId, content: str, start: threading.Barrier) -> None:
            start.wait()
            outcomes.append(library.claim(file_id, content).outcome)  # noqa: B023

        threads = [
            threading.Thread(target=claim, args=(file_id, f"content {turn}", barrier))
            for file_id in ids
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [ClaimOutcome.BUSY, ClaimOutcome.NEW]


def test_copies_of_a_catalog_that_go_different_ways_number_contents_differently(
    library: Library,
) -> None:
    library.add("1.jpg", "a")
    catalog = library.folders.catalog
    library.close()
    copy = catalog.read_bytes()
    numbers = []
    for content in ("b", "c"):
        catalog.write_bytes(copy)
        again = Library(library.folders, library.root)
        again.add(f"{content}.jpg", content)
        again.add("2.jpg", "d")
        numbers += [again.content_id(content), again.content_id("d")]
        again.close()
    assert len(set(numbers)) == len(numbers)
