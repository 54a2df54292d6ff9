"""Sidecars for other programs, by the real program; exiftool is one of those others."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from photofind.catalog.files import find_photo_at
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import delete_caption, write_caption
from photofind.catalog.writer import CatalogWriter
from tests.e2e.drawn import draw
from tests.e2e.program import snapshot
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program

needs_exiftool = pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="needs exiftool to compare with"
)


@pytest.fixture
def folder(program: Program, tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, colour in (("a", "red"), ("b", "blue")):
        draw(photos / f"{name}.png", colour)
    program.document("index", photos)
    return photos


def exiftool(*words: object) -> str:
    done = subprocess.run(["exiftool", *map(str, words)], capture_output=True, check=True)
    return done.stdout.decode()


def test_nothing_is_written_unless_it_is_turned_on(program: Program, folder: Path) -> None:
    before = snapshot(folder)
    program.document("tags", folder / "a.png", "--add", "harbour")
    assert program.document("sidecars") == {"on": False}
    program.document("index")
    assert snapshot(folder) == before
    assert program.document("sidecars", "on") == {"on": True}
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "a.png.xmp", "b.png"]
    after = snapshot(folder)
    assert all(after[path] == state for path, state in before.items())
    assert program.document("sidecars", "off") == {"on": False}
    assert program.error("sidecars", "perhaps", code=2) == "usage"


@needs_exiftool
def test_other_programs_read_it_and_keep_what_is_theirs(program: Program, folder: Path) -> None:
    sidecar = folder / "a.png.xmp"
    exiftool(
        *("-XMP-dc:Subject=theirs", "-XMP-dc:Description=their words", "-XMP-xmp:Rating=2"),
        *("-XMP-crs:Exposure2012=+0.5", "-o", sidecar, "-TagsFromFile", folder / "a.png"),
    )
    program.document("index")
    program.document("tags", folder / "a.png", "--add", "harbour", "--add", "ท่าเรือ")
    program.document("sidecars", "on")
    (found,) = json.loads(exiftool("-json", "-XMP:all", "-warning", sidecar))
    assert found["Subject"] == ["theirs", "harbour", "ท่าเรือ"]
    assert (found["Description"], found["Rating"]) == ("their words", 2)
    assert "Exposure2012" in found
    assert "Warning" not in found
    # What is written is read back as the file's own, and is still one tag.
    program.document("index")
    tags = program.document("tags", folder / "a.png")["tags"]
    assert sorted(tag["label"] for tag in tags if tag["source"] != "model") == [
        "harbour",
        "theirs",
        "ท่าเรือ",
    ]
    program.document("tags", folder / "a.png", "--remove", "harbour")
    program.document("sidecars", "on")
    (found,) = json.loads(exiftool("-json", "-XMP:all", sidecar))
    assert found["Subject"] == ["theirs", "ท่าเรือ"]


@needs_exiftool
def test_a_caption_that_is_deleted_leaves_what_others_wrote(program: Program, folder: Path) -> None:
    def exif(name: str) -> Any:
        return json.loads(exiftool("-json", "-XMP:all", "-warning", folder / name))[0]

    theirs = folder / "a.png.xmp"
    exiftool("-XMP-dc:Subject=theirs", "-o", theirs, "-TagsFromFile", folder / "a.png")
    before = theirs.read_bytes()
    program.document("index")
    texts = {}
    with CatalogReader(program.folders) as reader, CatalogWriter(program.folders) as writer:
        for name in ("a.png", "b.png"):
            photo_id = read(reader, find_photo_at, folder / name)
            assert photo_id is not None
            texts[name] = write(writer, write_caption, photo_id, f"the square of {name}")
    program.document("sidecars", "on")
    assert exif("a.png.xmp")["Description"] == "the square of a.png"
    assert exif("b.png.xmp")["Description"] == "the square of b.png"
    program.document("index")  # what was written is read back as the file's own
    with CatalogWriter(program.folders) as writer:
        write(writer, delete_caption, texts["a.png"])
        write(writer, delete_caption, texts["b.png"])
    program.document("sidecars", "on")
    assert exif("a.png.xmp")["Subject"] == "theirs"
    assert theirs.read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == ["a.png", "a.png.xmp", "b.png"]


def test_a_folder_that_cannot_be_written_is_told_once(program: Program, folder: Path) -> None:
    (folder / "a.xmp").write_bytes(b"<x:xmpmeta")
    program.document("tags", folder / "a.png", "--add", "harbour")
    said = program.run("sidecars", "on")
    assert said.code == 0
    assert "isn't a valid XMP file" in said.err
    assert (folder / "a.xmp").read_bytes() == b"<x:xmpmeta"
    program.document("tags", folder / "b.png", "--add", "sea")
    program.run("sidecars", "on")
    assert (folder / "b.png.xmp").exists()
