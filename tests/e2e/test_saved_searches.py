"""Saved and recent searches from the command line, by the real program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.recent_searches import remember_search
from tests.e2e.drawn import draw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_a_search_is_kept_renamed_and_removed(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    draw(folder / "a.png", "red")
    program.document("index", folder)
    query = ("(ext:png", "or", '"b c")', "-name:z")
    assert program.hit_names("search", *query, "--save", "My pictures") == ["a.png"]
    kept = {"name": "Mine", "query": " ".join(query), "photos": 1}
    assert program.document("saved", "rename", "my pictures", "Mine") == {"saved": [kept]}
    assert program.document("saved", "remove", "mine") == {"saved": []}


def test_recent_searches_are_forgotten(program: Program) -> None:
    for query in ("dogs", "two cats", "a"):
        remember_search(program.folders, query)
    assert program.document("history", "forget", "two", "cats") == {"searches": ["a", "dogs"]}
    program.document("delete-everything", "--yes")
    assert not program.folders.recent_searches.exists()
