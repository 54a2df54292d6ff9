"""Saved searches from the command line, by the real program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.drawn import draw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_a_search_is_kept_counted_anew_renamed_and_removed(
    program: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    draw(folder / "a.png", "red")
    program.document("index", folder)
    query = ("(ext:png", "or", '"b c")', "-name:z")
    assert program.hit_names("search", *query, "--save", "My pictures") == ["a.png"]
    kept = {"name": "My pictures", "query": " ".join(query), "photos": 1}
    assert program.document("saved") == {"saved": [kept]}
    draw(folder / "b c.png", "blue")
    draw(folder / "z.png", "green")
    program.document("index")
    assert program.document("saved", "list") == {"saved": [kept | {"photos": 2}]}
    error = program.error("search", "ext:jpg", "--save", "my PICTURES", code=1)
    assert error == "saved_name_taken"
    renamed = program.document("saved", "rename", "my pictures", "Mine")
    assert renamed == {"saved": [kept | {"name": "Mine", "photos": 2}]}
    picture = tmp_path / "gone.png"
    program.document("search", f'image:"{folder / "a.png"}"', "--save", "Like a")
    draw(picture, "red")
    program.document("search", f'image:"{picture}"', "--save", "Like nothing")
    picture.unlink()
    counts = {each["name"]: each["photos"] for each in program.document("saved")["saved"]}
    assert counts.keys() == {"Like a", "Like nothing", "Mine"}
    assert counts["Like nothing"] is None
    assert counts["Like a"] is not None
    program.document("saved", "remove", "Like a")
    program.document("saved", "remove", "Like nothing")
    assert program.document("saved", "remove", "mine") == {"saved": []}
    assert program.error("saved", "remove", "mine", code=1) == "saved_search_unknown"
