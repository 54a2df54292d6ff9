from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from photofind.cli.documents import report_document
from photofind.cli.output import Output
from photofind.cli.report import print_report, summarise
from photofind.domain import FileCounts, IndexReport, MediaCode, Problem
from photofind.indexing.job import Job
from photofind.sentences import Sentence
from photofind.worker.messages import decode_event, encode
from photofind.worker.wire import JobFinished

GUIDE = "resources/guide/command-line.md"


def test_only_counts_that_are_not_zero_are_told() -> None:
    report = IndexReport(new=1200, unchanged=3, ignored=2, elapsed_s=60.0, images_per_s=20.0)
    assert (
        summarise(report)
        == "Done in 60 s (20.0 images/s): 1,200 new, 3 unchanged, 2 other files skipped."
    )
    one = IndexReport(new=1, copies=1, videos=1, ignored=2, elapsed_s=1)
    assert (
        summarise(one)
        == "Done in 1 s: 1 new, 1 copy, 1 video (not searchable yet), 1 other file skipped."
    )


def test_an_empty_folder_is_said_to_be_one() -> None:
    assert summarise(IndexReport()) == "Done in 1 s: no photos found."


def test_the_first_problems_are_shown_and_the_rest_pointed_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    problems = tuple(
        Problem(Path(f"/{n}.jpg"), MediaCode.UNREADABLE, Sentence("It is damaged."), 1)
        for n in range(12)
    )
    print_report(Output(as_json=False), IndexReport(failed=12, problems=problems))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  /0.jpg: It is damaged."
    assert len(lines) == 12
    assert "2 more" in lines[-1]
    assert "photofind problems" in lines[-1]


@pytest.mark.parametrize("name", FileCounts().counts())
def test_a_count_comes_all_the_way_from_a_scan_to_the_person(name: str) -> None:
    counts = FileCounts(**{"ignored": 1234, name: 1234})
    assert (counts + counts).counts()[name] == 2468
    finished: list[Job] = []
    job = Job(finished.append)
    job.add_scan(counts)
    job.scan_ended()
    answer = JobFinished(request_id=1, report=finished[0].result().report)
    heard = decode_event(encode(answer))
    assert isinstance(heard, JobFinished)
    assert report_document(heard.report)[name] == 1234
    words = {"copies": "copies", "ignored": "other files skipped", "videos": "videos"}
    assert f" 1,234 {words.get(name, name.replace('_', ' '))}" in summarise(heard.report)


def test_the_guide_lists_what_a_report_tells(repo_root: Path) -> None:
    told = [each.name for each in fields(IndexReport)]
    assert list(report_document(IndexReport())) == told
    guide = (repo_root / GUIDE).read_text(encoding="utf-8")
    (row,) = [line for line in guide.splitlines() if line.startswith("| `index` |")]
    assert re.findall(r'"(\w+)"', row.partition(": [")[0]) == told
