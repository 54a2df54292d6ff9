from __future__ import annotations

from pathlib import Path

import pytest

from photofind.cli.output import Output
from photofind.cli.results import explain, print_results
from photofind.domain import Capture, ContentId, Hit, Photo, PhotoId, Why, WhyKind


def found(name: str, score: float, *, relevant: bool) -> tuple[Hit, Photo]:
    photo = Photo(
        id=PhotoId(1),
        content_id=ContentId(1),
        sha256=bytes(32),
        paths=(Path("/photos") / name,),
        byte_size=1,
        format="JPEG",
        width=1,
        height=1,
        capture=Capture(taken_at_ms=0),
    )
    why = (Why(WhyKind.MEANING, score),)
    return Hit(PhotoId(1), ContentId(1), score, relevant, why), photo


def test_piped_results_are_tab_separated_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_results(
        Output(as_json=False),
        [found("a.jpg", 0.5, relevant=True), found("b\t.jpg", 0.25, relevant=False)],
    )
    captured = capsys.readouterr()
    assert captured.out == (
        "0.500\t1970-01-01\t/photos/a.jpg\twhat it shows\n"
        "0.250\t1970-01-01\t/photos/b�.jpg\twhat it shows\n"
    )
    assert captured.err == "Weaker matches:\n"


def test_only_weak_matches_are_announced_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    print_results(Output(as_json=False), [found("a.jpg", 0.5, relevant=False)])
    assert capsys.readouterr().err == "Nothing matches well; the nearest are:\n"


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    print_results(Output(as_json=False), [])
    assert capsys.readouterr().err == "Nothing found.\n"


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Standard output is a terminal of 80 columns."""
    monkeypatch.setattr(Output, "on_terminal", property(lambda self: True))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.usefixtures("terminal")
def test_a_terminal_gets_columns(capsys: pytest.CaptureFixture[str]) -> None:
    both = [found("a.jpg", 0.5, relevant=True), found("ภาพ.jpg", 0.25, relevant=True)]
    print_results(Output(as_json=False), both)
    assert capsys.readouterr().out.splitlines() == [
        " 0.500  1970-01-01  /photos/a.jpg    what it shows",
        " 0.250  1970-01-01  /photos/ภาพ.jpg  what it shows",
    ]


@pytest.mark.usefixtures("terminal")
def test_a_long_path_stays_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a very long name " * 8 + "[bold].jpg"
    print_results(Output(as_json=False), [found(name, 0.5, relevant=False)])
    heading, line = capsys.readouterr().out.splitlines()
    assert heading == "Nothing matches well; the nearest are:"
    assert f"/photos/{name}  what it shows" in line


def test_reasons_are_words() -> None:
    why = (Why(WhyKind.TAG, 1.0, "dog"), Why(WhyKind.NAME, 0.5, "dog.jpg"), Why(WhyKind.LOOKS, 0.1))
    assert explain(why) == "tag dog, file name dog.jpg, looks alike"
