from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from photofind.cli.output import Output
from photofind.cli.results import explain, print_results
from photofind.domain import Capture, ContentId, Hit, Photo, PhotoId, Why, WhyKind

if TYPE_CHECKING:
    import pytest


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


def test_a_terminal_gets_the_whole_path_in_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Output, "on_terminal", property(lambda self: True))
    monkeypatch.setenv("COLUMNS", "60")
    name = "a very long name " * 8 + "[bold].jpg"
    print_results(Output(as_json=False), [found(name, 0.5, relevant=False)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Nothing matches well; the nearest are:"
    assert "0.500" in lines[1]
    assert "[bold].jpg" in "".join(line.strip() for line in lines)


def test_reasons_are_words() -> None:
    why = (Why(WhyKind.TAG, 1.0, "dog"), Why(WhyKind.NAME, 0.5, "dog.jpg"), Why(WhyKind.LOOKS, 0.1))
    assert explain(why) == "tag dog, file name dog.jpg, looks alike"
