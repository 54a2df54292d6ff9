"""Compares the text that photofind finds in pictures with what rapidocr itself reads in them.

    python tests/benchmarks/compare_ocr.py FOLDER

The pictures of a folder (such as ../shared/fixtures/ocr-apache), and drawn ones with small text in
a large picture, are indexed and read by the real program, in a data folder of its own. Every Latin
word of a line that rapidocr by itself, as it comes, is at least 0.8 sure of must then be found by
search. Prints a line for each picture with the seconds both took; fails if a word is not found.
Takes some minutes. Needs the extra `ocr`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from photofind.catalog.files import find_photo_at
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import read_text_in
from photofind.inference.store import ModelStore
from photofind.paths import app_folders
from photofind.search.engine import SearchEngine
from photofind.search.query import parse
from tests.plugins.catalog import read

LEAST_SURE = 0.8
_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]+")
_PICTURES = {".jpg", ".png"}
_DRAWN = ((1200, 16), (2400, 24), (4000, 36), (4000, 60), (6000, 48), (6000, 90))
"""Long side of a picture and height of its letters, in pixels."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    given: Path = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as temporary:
        photos = Path(temporary, "photos")
        photos.mkdir()
        for path in sorted(given.iterdir()):
            if path.suffix in _PICTURES:
                shutil.copyfile(path, photos / path.name)
        for side, letters in _DRAWN:
            draw(photos / f"drawn-{side}-{letters}.png", side, letters)
        data = Path(temporary, "data")
        index_and_read(photos, data)
        return compare(photos, data)


def draw(path: Path, side: int, letters: int) -> None:
    """A picture with three small lines in the middle of nothing much."""
    picture = Image.linear_gradient("L").resize((side, side * 3 // 4)).convert("RGB")
    font = ImageFont.load_default(size=letters)
    for line, text in enumerate(("Harbour Street", "closed on Sundays", "please ring the bell")):
        place = (side // 3, side // 4 + line * 3 * letters)
        box = ImageDraw.Draw(picture).textbbox(place, text, font)
        ImageDraw.Draw(picture).rectangle(box, fill=(240, 240, 235))
        ImageDraw.Draw(picture).text(place, text, fill=(20, 20, 60), font=font)
    picture.save(path)


def index_and_read(photos: Path, data: Path) -> None:
    for words in (("index", photos), ("text", "--folder", photos)):
        command: list[Any] = [sys.executable, "-m", "photofind", "--data-dir", data, *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def compare(photos: Path, data: Path) -> int:
    """Prints what each finds; 1 if a word is missing."""
    from rapidocr import RapidOCR

    plain = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        }
    )
    folders = app_folders(data)
    words = missing = 0
    with (
        CatalogReader(folders) as reader,
        SearchEngine(folders, ModelStore(folders)) as engine,
    ):
        for path in sorted(photos.iterdir()):
            photo_id = read(reader, find_photo_at, path)
            assert photo_id is not None, path
            began_s = time.monotonic()
            found: Any = plain(str(path))
            plain_s = time.monotonic() - began_s
            lines = zip(found.txts or (), found.scores or (), strict=True)
            sure = {
                word for text, score in lines if score >= LEAST_SURE for word in _WORD.findall(text)
            }
            lost = sorted(word for word in sure if not _finds(engine, word, photo_id))
            text = read(reader, read_text_in, photo_id)
            seconds = 0.0 if text is None else text.seconds or 0.0
            words, missing = words + len(sure), missing + len(lost)
            print(
                f"{path.name}: {len(sure) - len(lost)} of {len(sure)} words found;"
                f" {seconds:.1f} s, rapidocr {plain_s:.1f} s"
                + (f"; not found: {' '.join(lost)}" if lost else ""),
                flush=True,
            )
    print(f"{words - missing} of {words} words found")
    return 1 if missing else 0


def _finds(engine: SearchEngine, word: str, photo_id: int) -> bool:
    return any(hit.photo_id == photo_id for hit in engine.search(parse(f'"{word}"'), 1000).hits)


if __name__ == "__main__":
    sys.exit(main())
