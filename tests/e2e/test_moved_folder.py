"""Ten thousand files move with one folder, and nothing is embedded again."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from PIL import Image

from tests.e2e.program import Program

if TYPE_CHECKING:
    from pathlib import Path

_FILES = 10_000
_CONTENTS = 40
"""Photos that differ; the others are copies of them, which the model never sees."""


def make_files(folder: Path) -> None:
    for number in range(_FILES):
        place = folder / f"{number % 100:02}" / f"{number:05}.png"
        if number < 100:
            place.parent.mkdir(parents=True)
        if number < _CONTENTS:
            Image.new("RGB", (8, 8), (number * 6, 255 - number * 6, number)).save(place)
        else:
            place.hardlink_to(folder / f"{number % _CONTENTS:02}" / f"{number % _CONTENTS:05}.png")


def catalogued(program: Program) -> tuple[int, list[tuple[int, bytes]]]:
    """The last vector's row that was ever written, and all vectors."""
    connection = sqlite3.connect(program.folders.catalog)
    last = connection.execute("SELECT max(id) FROM contents").fetchone()[0]
    rows = connection.execute(
        "SELECT region_id, vector FROM embeddings ORDER BY model_id, space, region_id"
    ).fetchall()
    connection.close()
    return last, rows


def test_a_folder_of_ten_thousand_files_moves(data_dir: Path, tmp_path: Path) -> None:
    program, root = Program(data_dir), tmp_path / "root"
    make_files(root / "before")
    first = program.document("index", root)
    assert (first["new"], first["copies"], first["failed"]) == (
        _CONTENTS,
        _FILES - _CONTENTS,
        0,
    )
    before = catalogued(program)
    (root / "deeper").mkdir()
    (root / "before").rename(root / "deeper" / "after")
    second = program.document("index", root)
    assert (second["new"], second["changed"], second["moved"]) == (0, 0, _FILES)
    assert (second["missing"], second["failed"]) == (0, 0)
    assert catalogued(program) == before
    status = program.document("status")
    assert (status["photos"], status["missing"]) == (_CONTENTS, 0)
