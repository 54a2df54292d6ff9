from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from photofind.cli.output import Output
from photofind.cli.report import print_report, summarise
from photofind.domain import IndexReport, MediaCode, Problem

if TYPE_CHECKING:
    import pytest


def test_only_counts_that_are_not_zero_are_told() -> None:
    report = IndexReport(new=1200, unchanged=3, ignored=2, elapsed_s=60.0, images_per_s=20.0)
    assert (
        summarise(report)
        == "Done in 60 s (20.0 images/s): 1,200 new, 3 unchanged, 2 other files left out."
    )
    one = IndexReport(new=1, copies=1, videos=1, ignored=2, elapsed_s=1)
    assert (
        summarise(one)
        == "Done in 1 s: 1 new, 1 copy, 1 video (not searchable yet), 1 other file left out."
    )


def test_an_empty_folder_is_said_to_be_one() -> None:
    assert summarise(IndexReport()) == "Done in 1 s: no photos found."


def test_the_first_problems_are_shown_and_the_rest_pointed_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    problems = tuple(
        Problem(Path(f"/{n}.jpg"), MediaCode.UNREADABLE, "It is damaged.", 1) for n in range(12)
    )
    print_report(Output(as_json=False), IndexReport(failed=12, problems=problems))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  /0.jpg: It is damaged."
    assert len(lines) == 12
    assert "2 more" in lines[-1]
    assert "photofind problems" in lines[-1]
