"""Text in photos, by the real program with the real networks, without a network connection."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from photofind.inference import reading
from photofind.inference.store import ModelStore
from photofind.search.engine import SearchEngine
from photofind.search.query import parse
from tests.unit.inference.light_networks import run_alone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program

pytestmark = pytest.mark.skipif(
    not reading.is_installed(), reason="needs the extra `ocr` (rapidocr)"
)


LATIN = ("ch_doc_server.png", "en.jpg", "en_rec.jpg", "latin.jpg")
"""Those of the fixtures in which there are Latin words; the others take a minute together."""


def draw_sign(path: Path, text: str, turn: int = 0) -> None:
    picture = Image.new("RGB", (900, 600), (200, 210, 220))
    font = ImageFont.load_default(size=64)
    ImageDraw.Draw(picture).text((120, 200), text, fill=(20, 20, 60), font=font)
    picture.rotate(turn, expand=True).save(path)


@pytest.fixture
def folder(program: Program, tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    draw_sign(photos / "sign.png", "NO\nPARKING")
    draw_sign(photos / "turned.png", "Gasthof zur Post", turn=90)
    Image.linear_gradient("L").resize((900, 600)).convert("RGB").save(photos / "plain.png")
    program.document("index", photos)
    return photos


def test_a_folder_is_read_once_and_its_words_are_found(program: Program, folder: Path) -> None:
    assert program.hit_names("search", '"no parking"') == []
    read = program.document("text", "--folder", folder)
    found = {photo["path"].rpartition("/")[2]: photo["text"] for photo in read["photos"]}
    assert found["sign.png"].lower().split() == ["no", "parking"]
    assert found["plain.png"] == ""
    assert (read["known"], read["problems"]) == (0, [])
    assert program.hit_names("search", '"no parking"') == ["sign.png"]
    assert program.hit_names("search", '"gasthof zur post"') == ["turned.png"]
    hit = program.document("search", "gasthof")["hits"][0]
    assert hit["path"].endswith("turned.png")
    assert hit["why"][0]["kind"] == "text"
    again = program.document("text", "--folder", folder)
    assert (again["known"], again["photos"]) == (3, [])


def test_a_file_is_read_whether_it_is_indexed_or_not(
    program: Program, folder: Path, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.png"
    draw_sign(stranger, "Way out")
    document = program.document("text", stranger, folder / "sign.png")
    first, second = document["photos"]
    assert (first["text"].lower(), first["kept"]) == ("way out", False)
    assert second["kept"]
    (line,) = first["lines"]
    assert line["confidence"] > 0.8
    assert np.asarray(line["corners"]).shape == (4, 2)
    assert program.hit_names("search", '"no parking"') == ["sign.png"]
    (tmp_path / "broken.png").write_bytes(b"nothing")
    assert program.error("text", tmp_path / "broken.png", code=1) == "unsupported"
    assert program.error("text", "--background", "maybe", code=2) == "usage"


def test_all_photos_are_read_in_the_background_once_that_is_on(
    program: Program, folder: Path
) -> None:
    assert program.document("text") == {"background": False}
    assert program.document("text", "--background", "on") == {"background": True}
    # Whoever runs photofind next gets the rest read; waiting for the folder shows that it was.
    program.document("text", "--folder", folder)
    assert program.hit_names("search", '"no parking"') == ["sign.png"]
    assert program.document("text", "--background", "off") == {"background": False}


def _read_plainly(pictures: list[Path]) -> list[list[tuple[str, float]]]:
    """RapidOCR by itself, in a process of its own: it takes most of a gigabyte."""
    from rapidocr import RapidOCR

    plain = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        }
    )
    found: list[Any] = [plain(str(picture)) for picture in pictures]
    return [list(zip(each.txts or (), each.scores or (), strict=True)) for each in found]


def test_every_sure_latin_word_is_found(program: Program, repo_root: Path, tmp_path: Path) -> None:
    fixtures = repo_root.parent / "shared" / "fixtures" / "ocr-apache"
    if not fixtures.is_dir():
        pytest.skip("needs the pictures of ../shared/fixtures, which are not on this machine")
    folder = tmp_path / "rendered"
    folder.mkdir()
    for name in LATIN:
        shutil.copyfile(fixtures / name, folder / name)
    program.document("index", folder)
    program.document("text", "--folder", folder)
    plain = run_alone(_read_plainly, [fixtures / name for name in LATIN])
    words = 0
    with SearchEngine(program.folders, ModelStore(program.folders)) as engine:
        names = {photo: name for name, ids in engine.photos_by_name().items() for photo in ids}
        for name, lines in zip(LATIN, plain, strict=True):
            for text, score in lines:
                for word in re.findall(r"[A-Za-z]{2,}", text) if score >= 0.8 else ():
                    hits = engine.search(parse(f'"{word}"'), 100).hits
                    assert name in {names[hit.photo_id] for hit in hits}, (name, word)
                    words += 1
    assert words > 30
