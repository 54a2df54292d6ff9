"""Labels from the command line, by the real program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.drawn import draw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_labels_are_given_found_taken_off_and_survive(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, colour in (("a", "red"), ("b", "blue")):
        draw(folder / f"{name}.png", colour)
    program.document("index", folder)
    photo = folder / "a.png"
    given = program.document("tags", photo, "--add", "Grandma's house", "--add", "Lisbon")
    assert given["path"] == str(photo)
    mine = [tag for tag in given["tags"] if tag["source"] == "user"]
    assert sorted(tag["label"] for tag in mine) == ["Grandma's house", "Lisbon"]
    assert all(tag["score"] is None for tag in mine)
    assert program.hit_names("search", "lisbon")[0] == "a.png"
    assert program.hit_names("search", 'tag:"grandma\'s house"') == ["a.png"]
    photo.rename(folder / "renamed.png")
    program.document("index")
    assert program.hit_names("search", "tag:Lisbon") == ["renamed.png"]
    left = program.document("tags", folder / "renamed.png", "--remove", "lisbon")
    assert "Lisbon" not in [tag["label"] for tag in left["tags"]]
    assert program.hit_names("search", "tag:lisbon") == []


def test_mistakes_with_labels_are_told(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    draw(folder / "a.png", "red")
    program.document("index", folder)
    assert program.error("tags", folder / "a.png", "--add", " ", code=1) == "tag_empty"
    assert program.error("tags", folder / "a.png", "--add", "x" * 101, code=1) == "tag_too_long"
    assert program.error("tags", folder / "b.png", code=1) == "not_indexed"
    assert program.error("search", "tag:", code=2) == "query_syntax"


def test_ones_own_labels_are_ranked_over_photos(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, folder = library
    labels = tmp_path / "labels.txt"
    labels.write_text("something red\n\n# no label\nsomething blue\nsomething red\n", "utf-8")
    document = program.document("classify", labels, folder)
    assert sorted(document) == ["model", "photos"]
    best = {
        photo["path"].rpartition("/")[2]: photo["labels"][0]["label"]
        for photo in document["photos"]
    }
    assert len(best) == 6
    assert best["a.png"] == "something red"
    assert best["b.png"] == "something blue"
    for photo in document["photos"]:
        assert sum(label["share"] for label in photo["labels"]) > 0.999
    assert program.error("classify", tmp_path / "none.txt", folder, code=1) == "labels_unreadable"
    assert program.error("classify", labels, tmp_path, code=1) == "not_indexed"
    labels.write_text("# nothing\n", "utf-8")
    assert program.error("classify", labels, folder, code=1) == "labels_empty"
