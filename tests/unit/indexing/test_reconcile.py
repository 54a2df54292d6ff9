"""What a scan makes of the catalog's rows."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.catalog.rows import FileRow
from photofind.domain import ContentId, FileId, FolderId
from photofind.indexing.reconcile import Differences, FileIds, Reconciliation, paths_to_know
from photofind.media.scan import ScannedFile


def row(
    name: bytes,
    *,
    size: int = 10,
    mtime: int = 1,
    content: int | None = 7,
    missing: bool = False,
    failed: bool = False,
    ready: bool = True,
) -> FileRow:
    return FileRow(
        id=FileId(zlib.crc32(name)),
        folder_id=FolderId(1),
        rel_path=name,
        byte_size=size,
        mtime_ns=mtime,
        content_id=None if content is None else ContentId(content),
        missing=missing,
        failed=failed,
        ready=ready,
    )


def seen(name: bytes, *, size: int = 10, mtime: int = 1) -> ScannedFile:
    return ScannedFile(name, size, mtime)


def compare(known: list[FileRow], *scanned: ScannedFile) -> Differences:
    return Reconciliation().compare(scanned, known)


def test_an_unchanged_searchable_file_needs_nothing() -> None:
    differences = compare([row(b"a.jpg")], seen(b"a.jpg"))
    assert (differences.unchanged, differences.added, differences.stale) == (1, [], [])


def test_a_new_path_is_added() -> None:
    differences = compare([], seen(b"a.jpg"))
    assert differences.added == [seen(b"a.jpg")]


@pytest.mark.parametrize("now", [seen(b"a.jpg", size=11), seen(b"a.jpg", mtime=2)])
def test_another_size_or_time_means_hash_again(now: ScannedFile) -> None:
    known = row(b"a.jpg")
    differences = compare([known], now)
    assert differences.stale == [known]
    assert differences.unchanged == 0


def test_a_file_that_was_never_finished_is_taken_up_again() -> None:
    known = row(b"a.jpg", content=None, ready=False)
    assert compare([known], seen(b"a.jpg")).stale == [known]


def test_a_bad_file_is_not_tried_again_until_it_changes() -> None:
    known = row(b"a.jpg", failed=True, ready=False)
    assert compare([known], seen(b"a.jpg")).known_bad == [known]
    assert compare([known], seen(b"a.jpg", size=3)).stale == [known]


def test_a_missing_file_that_is_back_unchanged_has_returned() -> None:
    known = row(b"a.jpg", missing=True)
    differences = compare([known], seen(b"a.jpg"))
    assert differences.returned == [known]
    assert differences.unchanged == 1


def test_what_did_not_turn_up_is_told() -> None:
    here, newly_gone, long_gone = row(b"a.jpg"), row(b"b.jpg"), row(b"c.jpg", missing=True)
    reconciliation = Reconciliation()
    reconciliation.compare([seen(b"a.jpg")], [here])
    known = [here, newly_gone, long_gone, newly_gone]
    assert list(reconciliation.unseen(known, [])) == [newly_gone, long_gone]


def test_a_file_that_was_just_added_is_not_gone() -> None:
    reconciliation = Reconciliation()
    assert reconciliation.compare([seen(b"a.jpg")], []).added
    reconciliation.met_anew([row(b"a.jpg").id])
    assert list(reconciliation.unseen([row(b"a.jpg")], [])) == []


def test_a_subfolder_that_cannot_be_listed_is_no_proof_of_absence() -> None:
    locked, near, other = row(b"sub/a.jpg"), row(b"subway/a.jpg"), row(b"b.jpg")
    deep = row(b"sub/deeper/c.jpg")
    known = [locked, near, other, deep]
    assert list(Reconciliation().unseen(known, [b"sub"])) == [near, other]
    assert list(Reconciliation().unseen(known, [b""])) == []
    assert list(Reconciliation().unseen(known, [b"b.jpg"])) == [locked, near, deep]


def test_a_raw_needs_the_row_of_its_jpeg_to_be_compared() -> None:
    raw = replace(seen(b"a.cr2"), part_of=b"a.jpg")
    assert paths_to_know([raw]) == {b"a.cr2", b"a.jpg"}
    known = replace(row(b"a.cr2"), part_of=b"a.jpg")
    assert compare([known, row(b"a.jpg")], raw).unchanged == 1
    # the JPEG itself came with an earlier lot of files
    bad = row(b"a.jpg", failed=True, ready=False)
    assert compare([known, bad], raw).parted == [known]
    reconciliation = Reconciliation()
    reconciliation.compare([raw], [known, bad])
    assert list(reconciliation.unseen([known, bad], [])) == [bad]  # it did not turn up here


@given(st.sets(st.integers(0, 20_000)), st.integers(0, 20_000))
def test_file_numbers_are_a_set(numbers: set[int], other: int) -> None:
    ids = FileIds()
    for number in numbers:
        ids.add(FileId(number))
    assert all(number in ids for number in numbers)
    assert (other in ids) == (other in numbers)
    assert "1" not in ids
