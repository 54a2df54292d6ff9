"""What a person leaves out of a folder, through the real command line and worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from photofind.catalog.files import find_photo_at
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from tests.e2e.program import Program
from tests.plugins.catalog import read
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


def only_folder(document: dict[str, Any]) -> dict[str, Any]:
    (folder,) = document["folders"]
    assert isinstance(folder, dict)
    return folder


def rating_of(program: Program, path: Path) -> int | None:
    with CatalogReader(program.folders) as reader:
        photo_id = read(reader, find_photo_at, path)
        assert photo_id is not None
        return read(reader, read_photos, [photo_id])[photo_id].rating


def test_what_is_left_out_vanishes_and_comes_back_as_it_was(
    program: Program, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    shot = make_photo(photos / "shots" / "screen.png", seed=1)
    make_photo(photos / "a.jpg", seed=2)
    make_photo(photos / "b.png", seed=3)
    (photos / "clip.mp4").write_bytes(b"a video")
    report = program.document("index", photos)
    assert (report["new"], report["videos"], report["ignored"], report["failed"]) == (3, 1, 1, 0)
    with CatalogWriter(program.folders) as writer, writer.transaction() as tx:
        tx.execute("UPDATE photos SET rating = 4")

    folder = only_folder(program.document("folders", "exclude", photos, "*.png"))
    assert (folder["photos"], folder["exclusions"], folder["videos"]) == (1, ["*.png"], 1)
    assert program.error("info", shot, code=1) == "not_indexed"
    status = program.document("status")
    assert (status["photos"], status["missing"], status["videos"]) == (1, 0, 1)
    report = program.document("index")
    assert (report["unchanged"], report["new"], report["excluded"]) == (1, 0, 2)

    program.document("folders", "exclude", photos / "shots")
    folder = only_folder(program.document("folders", "include", photos, "*.png"))
    assert (folder["photos"], folder["exclusions"]) == (2, ["/shots/"])
    folder = only_folder(program.document("folders", "include", photos / "shots"))
    assert (folder["photos"], folder["exclusions"]) == (3, [])
    assert rating_of(program, shot) == 4

    folder = only_folder(program.document("folders", "exclude", photos, photos / "shots"))
    assert (folder["photos"], folder["exclusions"]) == (2, ["/shots/"])
    folder = only_folder(program.document("folders", "include", photos, photos / "shots"))
    assert (folder["photos"], folder["exclusions"]) == (3, [])
    assert program.error("folders", "exclude", photos, photos, code=1) == "pattern_invalid"

    assert program.error("folders", "include", photos, "*.gif", code=1) == "pattern_unknown"
    assert program.error("folders", "exclude", photos, "#", code=1) == "pattern_invalid"
    assert program.error("folders", "exclude", photos, code=1) == "pattern_invalid"
    assert program.error("folders", "exclude", tmp_path, "*.png", code=1) == "folder_unknown"


def test_an_ignore_file_holds_for_what_is_indexed_already(program: Program, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    make_photo(photos / "sub" / "a.jpg", seed=1)
    make_photo(photos / "b.jpg", seed=2)
    assert program.document("index", photos)["new"] == 2
    ignore = photos / "sub" / ".photofindignore"
    ignore.write_text("*.jpg\n")
    report = program.document("index")
    assert (report["excluded"], report["missing"], report["unchanged"]) == (1, 0, 1)
    ignore.unlink()
    report = program.document("index")
    assert (report["unchanged"], report["new"], report["images_per_s"]) == (2, 0, 0)
    assert program.document("status")["ready"] == 2


def test_the_originals_of_a_photos_library_are_a_folder_of_their_own(
    program: Program, tmp_path: Path
) -> None:
    pictures = tmp_path / "Pictures"
    originals = pictures / "Mine.photoslibrary" / "originals"
    own = make_photo(originals / "0" / "A.jpg", seed=1)
    make_photo(pictures / "Mine.photoslibrary" / "resources" / "derived.jpg", seed=2)
    make_photo(pictures / "b.jpg", seed=3)
    assert program.document("index", pictures)["new"] == 1
    assert program.error("folders", "add", originals.parent, code=1) == "folder_library"
    folders = program.document("folders", "add", originals)["folders"]
    assert [(folder["path"], folder["photos"]) for folder in folders] == [
        (str(pictures), 1),
        (str(originals), 1),
    ]
    assert program.document("info", own)["path"] == str(own)
    assert program.document("index")["unchanged"] == 2

    folders = program.document("folders", "add", tmp_path)["folders"]
    assert [(folder["path"], folder["photos"]) for folder in folders] == [
        (str(originals), 1),
        (str(tmp_path), 1),
    ]
