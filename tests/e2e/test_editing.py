"""Ratings, favourites, flags, titles and notes from the command line, by the real program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.drawn import draw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_what_is_said_is_shown_found_and_kept(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in (("a", "red"), ("b", "blue")):
        draw(folder / f"{name}.png", colour)
    program.document("index", folder)
    both = (folder / "a.png", folder / "b.png")
    assert [each["rating"] for each in program.document("rate", *both)["photos"]] == [None, None]
    rated = program.document("rate", *both, "--stars", "4")
    assert rated == {"photos": [{"path": str(path), "rating": 4} for path in both]}
    assert program.document("favourite", both[0], "--on")["photos"][0]["favourite"] is True
    assert program.document("flag", both[0], "--set", "reject")["photos"][0]["flag"] == "reject"
    assert program.document("title", both[0], "--set", "Sunday")["photos"][0]["title"] == "Sunday"
    program.document("note", both[0], "--set", "for grandma")
    assert program.hit_names("search", '"grandma"') == ["a.png"]
    both[0].rename(folder / "renamed.png")
    program.document("index")
    known = program.document("info", folder / "renamed.png")
    shown = {key: known[key] for key in ("rating", "favourite", "flag", "title", "note")}
    assert shown == {
        "rating": 4,
        "favourite": True,
        "flag": "reject",
        "title": "Sunday",
        "note": "for grandma",
    }


def test_nothing_is_changed_by_a_mistake(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    draw(folder / "a.png", "red")
    program.document("index", folder)
    photo = folder / "a.png"
    program.error("rate", photo, "--stars", "6", code=2)
    assert program.error("flag", photo, "--set", "maybe", code=2) == "usage"
    assert program.error("rate", photo, folder / "b.png", "--stars", "3", code=1) == "not_indexed"
    assert program.document("rate", photo)["photos"][0]["rating"] is None
