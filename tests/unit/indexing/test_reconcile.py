"""What a scan makes of the catalog's rows."""

from __future__ import annotations

import pytest

from photofind.catalog.rows import FileRow
from photofind.domain import ContentId, FileId, FolderId
from photofind.indexing.reconcile import Reconciliation
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
        id=FileId(abs(hash(name)) % 10_000),
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


def test_an_unchanged_searchable_file_needs_nothing() -> None:
    differences = Reconciliation([row(b"a.jpg")]).compare([seen(b"a.jpg")])
    assert (differences.unchanged, differences.added, differences.stale) == (1, [], [])


def test_a_new_path_is_added() -> None:
    differences = Reconciliation([]).compare([seen(b"a.jpg")])
    assert differences.added == [seen(b"a.jpg")]


@pytest.mark.parametrize("now", [seen(b"a.jpg", size=11), seen(b"a.jpg", mtime=2)])
def test_another_size_or_time_means_hash_again(now: ScannedFile) -> None:
    known = row(b"a.jpg")
    differences = Reconciliation([known]).compare([now])
    assert differences.stale == [known]
    assert differences.unchanged == 0


def test_a_file_that_was_never_finished_is_taken_up_again() -> None:
    known = row(b"a.jpg", content=None, ready=False)
    assert Reconciliation([known]).compare([seen(b"a.jpg")]).stale == [known]


def test_a_bad_file_is_not_tried_again_until_it_changes() -> None:
    known = row(b"a.jpg", failed=True, ready=False)
    assert Reconciliation([known]).compare([seen(b"a.jpg")]).known_bad == [known]
    assert Reconciliation([known]).compare([seen(b"a.jpg", size=3)]).stale == [known]


def test_a_missing_file_that_is_back_unchanged_has_returned() -> None:
    known = row(b"a.jpg", missing=True)
    differences = Reconciliation([known]).compare([seen(b"a.jpg")])
    assert differences.returned == [known]
    assert differences.unchanged == 1


def test_what_did_not_turn_up_is_told() -> None:
    here, newly_gone, long_gone = row(b"a.jpg"), row(b"b.jpg"), row(b"c.jpg", missing=True)
    reconciliation = Reconciliation([here, newly_gone, long_gone])
    reconciliation.compare([seen(b"a.jpg")])
    assert reconciliation.unseen([]) == [newly_gone, long_gone]


def test_a_subfolder_that_cannot_be_listed_is_no_proof_of_absence() -> None:
    locked, near, other = row(b"sub/a.jpg"), row(b"subway/a.jpg"), row(b"b.jpg")
    deep = row(b"sub/deeper/c.jpg")
    reconciliation = Reconciliation([locked, near, other, deep])
    assert reconciliation.unseen([b"sub"]) == [near, other]
    assert reconciliation.unseen([b""]) == []
    assert reconciliation.unseen([b"b.jpg"]) == [locked, near, deep]


def test_knows_files_ignores_missing_ones() -> None:
    assert Reconciliation([row(b"a.jpg")]).knows_files
    assert not Reconciliation([row(b"a.jpg", missing=True)]).knows_files
