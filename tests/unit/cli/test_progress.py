from __future__ import annotations

import pytest

from photofind.cli.output import Output
from photofind.cli.progress import (
    BarDisplay,
    LineDisplay,
    SilentDisplay,
    choose_display,
    describe,
    duration,
)
from photofind.domain import Activity, WorkProgress


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1 s"),
        (42.4, "42 s"),
        (89, "89 s"),
        (90, "2 min"),
        (3600, "60 min"),
        (7300, "2 h 2 min"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    progress = WorkProgress(
        activity=Activity.INDEXING, found=100, done=25, total=100, images_per_s=12.5, eta_s=6.0
    )
    assert describe(progress) == "Indexing: 25 of 100, 12.5 images/s, about 6 s left"


def test_what_is_done_in_the_background_is_named() -> None:
    key = "clip-x@12345678.p1.q0"
    refining = WorkProgress(activity=Activity.REFINING, done=25, total=100, model=key)
    assert describe(refining) == "All searchable, refining: 25 of 100"
    building = WorkProgress(activity=Activity.BUILDING, done=25, total=100, model=key)
    assert describe(building) == "Indexing with clip-x: 25 of 100"


def test_a_scan_that_has_nothing_to_do_yet_counts_what_it_found() -> None:
    assert (
        describe(WorkProgress(activity=Activity.SCANNING, found=1234))
        == "Looking for photos: 1,234 found"
    )


def test_lines_come_at_every_tenth_and_not_more_often(capsys: pytest.CaptureFixture[str]) -> None:
    with LineDisplay() as display:
        display.update(WorkProgress(activity=Activity.IDLE))
        display.update(WorkProgress(activity=Activity.SCANNING, found=10))
        display.update(WorkProgress(activity=Activity.SCANNING, found=100))
        for done in range(101):
            display.update(WorkProgress(activity=Activity.INDEXING, done=done, total=100))
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[0] == "Looking for photos: 10 found"
    assert lines[1:] == [f"Indexing: {done} of 100" for done in range(0, 101, 10)]


def test_the_bar_stays_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with BarDisplay() as display:
        display.update(
            WorkProgress(activity=Activity.INDEXING, done=1, total=2, eta_s=5.0, images_per_s=3.0)
        )
        display.notice("The drive is [full].")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "The drive is [full]." in captured.err


def test_beside_a_json_document_a_pipe_gets_no_progress() -> None:
    assert isinstance(choose_display(Output(as_json=True)), SilentDisplay)
    assert not isinstance(choose_display(Output(as_json=True)), LineDisplay)
    assert isinstance(choose_display(Output(as_json=False)), LineDisplay)
