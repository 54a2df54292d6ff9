"""Counting what one request did."""

from __future__ import annotations

from pathlib import Path

from photofind.catalog.rows import FileRow
from photofind.domain import CatalogError, ContentId, FileId, FolderId, MediaCode, Problem
from photofind.indexing.job import Job, Outcome


def gone_row(file_id: int, content_id: int | None) -> FileRow:
    return FileRow(
        id=FileId(file_id),
        folder_id=FolderId(1),
        rel_path=b"x.jpg",
        byte_size=1,
        mtime_ns=1,
        content_id=None if content_id is None else ContentId(content_id),
        missing=False,
        failed=False,
        ready=True,
    )


def test_a_job_ends_once_when_scan_and_files_are_done() -> None:
    ended: list[Job] = []
    job = Job(ended.append)
    job.expect_file()
    job.scan_ended()
    assert ended == []
    job.file_ended(Outcome.NEW, embedded=True)
    assert ended == [job]
    assert job.result().report.new == 1


def test_a_copy_whose_older_path_is_gone_has_moved() -> None:
    job = Job(lambda _: None)
    for _ in range(3):
        job.expect_file()
    job.file_ended(Outcome.COPIES, known_as=ContentId(5))
    job.file_ended(Outcome.COPIES, known_as=ContentId(5))
    job.file_ended(Outcome.COPIES, known_as=ContentId(6))
    job.add_scan(gone=[gone_row(1, 5), gone_row(2, 8), gone_row(3, None)])
    job.scan_ended()
    result = job.result()
    assert (result.report.moved, result.report.copies, result.report.missing) == (1, 2, 2)
    assert result.departed == {ContentId(5): 1}


def test_no_more_files_move_than_are_gone_and_no_more_are_gone_than_moved() -> None:
    job = Job(lambda _: None)
    job.expect_file()
    job.file_ended(Outcome.COPIES, known_as=ContentId(5))
    job.add_scan(gone=[gone_row(1, 5), gone_row(2, 5)])
    job.scan_ended()
    report = job.result().report
    assert (report.moved, report.copies, report.missing) == (1, 0, 1)


def test_problems_of_scan_and_files_are_listed_and_counted() -> None:
    old = Problem(Path("/a.jpg"), MediaCode.UNREADABLE, "damaged", 1)
    new = Problem(Path("/b.jpg"), MediaCode.TOO_LARGE, "huge", 1)
    job = Job(lambda _: None)
    job.expect_file()
    job.add_scan(unchanged=4, ignored=2, problems=[old])
    job.file_ended(Outcome.FAILED, problem=new)
    job.scan_ended()
    report = job.result().report
    assert (report.failed, report.unchanged, report.ignored) == (2, 4, 2)
    assert report.problems == (old, new)


def test_a_job_that_could_not_go_on_says_why() -> None:
    full = CatalogError("catalog_full", "The disk is full.")
    job = Job(lambda _: None)
    job.expect_file()
    job.file_dropped(full)
    job.scan_ended()
    assert job.result().error is full


def test_a_folder_that_could_not_be_looked_into_is_told_and_no_failed_file() -> None:
    problem = Problem(Path("/photos/sub"), MediaCode.DENIED, "photofind isn't allowed.", 1)
    job = Job(lambda _: None)
    job.add_scan(folder_problems=[problem], videos=2, online_only=3, excluded=4)
    job.scan_ended()
    report = job.result().report
    assert (report.failed, report.problems) == (0, (problem,))
    assert (report.videos, report.online_only, report.excluded) == (2, 3, 4)
