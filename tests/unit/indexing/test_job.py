"""Counting what one request did."""

from __future__ import annotations

from pathlib import Path

from photofind.catalog.files import FileRow
from photofind.domain import (
    CatalogError,
    ContentId,
    FileCounts,
    FileId,
    FolderId,
    MediaCode,
    Problem,
)
from photofind.indexing.job import Job, Outcome
from photofind.sentences import Sentence


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
    old = Problem(Path("/a.jpg"), MediaCode.UNREADABLE, Sentence("damaged"), 1)
    new = Problem(Path("/b.jpg"), MediaCode.TOO_LARGE, Sentence("huge"), 1)
    job = Job(lambda _: None)
    job.expect_file()
    job.add_scan(FileCounts(unchanged=4, ignored=2), problems=[old])
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
    problem = Problem(
        Path("/photos/sub"), MediaCode.DENIED, Sentence("photofind isn't allowed."), 1
    )
    job = Job(lambda _: None)
    job.add_scan(FileCounts(videos=2, online_only=3, excluded=4), folder_problems=[problem])
    job.scan_ended()
    report = job.result().report
    assert (report.failed, report.problems) == (0, (problem,))
    assert (report.videos, report.online_only, report.excluded) == (2, 3, 4)


def test_what_moved_meanwhile_is_looked_for_once_more_and_counted_once() -> None:
    ended: list[Job] = []
    scans: list[set[FolderId]] = []
    job = Job(ended.append, lambda _, folders: scans.append(set(folders)))
    folder = FolderId(1)
    for _ in range(3):
        job.expect_file()
    job.add_scan(FileCounts(unchanged=4, ignored=2), folder_id=folder)
    job.scan_ended()
    job.file_ended(Outcome.NEW, known_as=ContentId(5), embedded=True)
    for _ in range(2):
        job.look_again(folder)
        job.file_ended(Outcome.RESTLESS)
    assert (scans, ended) == ([{folder}], [])
    for _ in range(3):
        job.expect_file()
    job.add_scan(
        FileCounts(unchanged=4, ignored=3),
        gone=[gone_row(1, 5), gone_row(2, None), gone_row(3, None)],
        folder_id=folder,
    )
    job.file_ended(Outcome.COPIES, known_as=ContentId(5))
    job.file_ended(Outcome.NEW, known_as=ContentId(6))
    job.file_ended(Outcome.NEW, known_as=ContentId(7))
    job.scan_ended()
    assert ended == [job]
    report = job.result().report
    assert (report.new, report.moved, report.copies, report.missing) == (3, 0, 0, 0)
    assert (report.unchanged, report.ignored, report.unfinished) == (4, 3, 0)


def test_what_never_rests_is_left_for_the_next_run_and_told() -> None:
    ended: list[Job] = []
    scans: list[Job] = []
    job = Job(ended.append, lambda job, _: scans.append(job))
    while not ended:
        job.look_again(FolderId(1), 3)
        job.scan_ended()
    assert len(scans) == 4
    assert job.result().report.unfinished == 3


def test_a_file_that_fails_twice_in_one_job_is_one_problem() -> None:
    problem = Problem(Path("/a.jpg"), MediaCode.DENIED, Sentence("no"), 1)
    job = Job(lambda _: None, lambda _, __: None)
    job.expect_file()
    job.file_ended(Outcome.FAILED, problem=problem)
    job.look_again(FolderId(1))
    job.scan_ended()
    job.add_scan(FileCounts(), problems=[problem], folder_id=FolderId(1))
    job.scan_ended()
    report = job.result().report
    assert (report.failed, report.problems) == (1, (problem,))
