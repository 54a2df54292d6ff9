"""What a scan makes of the catalog's rows."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.catalog.files import UNSETTLED, FileRow
from photofind.domain import ContentId, FileId, FolderId
from photofind.indexing.reconcile import Differences, FileIds, Reconciliation, paths_to_know
from photofind.media.mounts import Mounts
from photofind.media.scan import ScannedFile

if TYPE_CHECKING:
    from collections.abc import Callable


def row(
    name: bytes,
    *,
    size: int = 10,
    mtime: int = 1,
    content: int | None = 7,
    missing: bool = False,
    failed: bool = False,
    ready: bool = True,
    volume: str | None = "",
    ctime: int | None = None,
    may_pass: bool = False,
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
        volume=volume,
        ctime_ns=ctime,
        may_pass=may_pass,
    )


def seen(name: bytes, *, size: int = 10, mtime: int = 1, ctime: int | None = None) -> ScannedFile:
    return ScannedFile(name, size, mtime, ctime_ns=ctime)


def compare(known: list[FileRow], *scanned: ScannedFile) -> Differences:
    return Reconciliation().compare(scanned, known)


def test_an_unchanged_searchable_file_needs_nothing() -> None:
    differences = compare([row(b"a.jpg")], seen(b"a.jpg"))
    assert (differences.unchanged, differences.added, differences.stale) == (1, [], [])


def test_a_change_that_keeps_size_and_mtime_shows_in_the_ctime() -> None:
    known = row(b"a.jpg", ctime=5)
    assert compare([known], seen(b"a.jpg", ctime=6)).stale == [known]
    assert compare([known], seen(b"a.jpg", ctime=5)).unchanged == 1
    assert compare([known], seen(b"a.jpg")).unchanged == 1  # a system that doesn't tell


def test_what_is_not_known_of_an_unchanged_file_is_noted() -> None:
    known = row(b"a.jpg", volume=None)
    differences = compare([known], seen(b"a.jpg", ctime=6))
    assert (differences.unchanged, differences.noted) == (1, [(known.id, "", 6)])
    changed = compare([known], seen(b"a.jpg", mtime=2, ctime=6))
    assert (changed.stale, changed.noted) == ([known], [(known.id, "", None)])


@pytest.mark.parametrize("ctime", [None, 5])
def test_a_file_hashed_too_soon_after_its_change_is_hashed_once_more(ctime: int | None) -> None:
    known = row(b"a.jpg", ctime=UNSETTLED)
    assert compare([known], seen(b"a.jpg", ctime=ctime)).stale == [known]


def test_only_what_may_have_passed_is_tried_again_and_only_when_asked_to() -> None:
    passing = row(b"a.jpg", failed=True, ready=False, may_pass=True)
    damaged = row(b"b.jpg", failed=True, ready=False)
    files = [seen(b"a.jpg"), seen(b"b.jpg")]
    assert compare([passing, damaged], *files).known_bad == [passing, damaged]
    differences = Reconciliation(retries=True).compare(files, [passing, damaged])
    assert (differences.stale, differences.retried) == ([passing], [passing])
    assert differences.known_bad == [damaged]


def _volume_at(mounted: dict[bytes, str]) -> Callable[[bytes], str]:
    return Mounts("root", mounted).volume_at


def test_another_drive_at_the_same_place_has_files_of_its_own() -> None:
    first, on_root = row(b"usb/a.jpg", volume="A"), row(b"usb/b.jpg")
    reconciliation = Reconciliation(_volume_at({b"usb": "B"}))
    differences = reconciliation.compare([seen(b"usb/a.jpg")], [first])
    assert differences.added == [seen(b"usb/a.jpg")]
    assert list(reconciliation.unseen([first, on_root], (), {"B"})) == []


def test_files_of_a_drive_are_gone_only_if_it_is_there_without_them() -> None:
    known, inner = row(b"usb/a.jpg", volume="A"), row(b"usb/in/b.jpg", volume="C")
    unplugged = Reconciliation(_volume_at({}))
    assert list(unplugged.unseen([known, inner], ())) == []
    there = Reconciliation(_volume_at({b"usb": "A"}))
    assert list(there.unseen([known, inner], (), {"A"})) == [known]
    elsewhere = Reconciliation(_volume_at({b"disk": "A"}))
    assert list(elsewhere.unseen([known, inner], (), {"A"})) == [known]


def test_the_row_of_the_volume_that_is_there_counts() -> None:
    ours, unknown = row(b"usb/a.jpg", volume="A"), row(b"usb/a.jpg", volume=None, size=11)
    for rows in ([ours, unknown], [unknown, ours]):
        reconciliation = Reconciliation(_volume_at({b"usb": "A"}))
        assert reconciliation.compare([seen(b"usb/a.jpg")], rows).unchanged == 1


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
