"""How long it takes to say something about many photos at once, and to undo it.

python tests/benchmarks/bench_editing.py [--photos 10000] [--library 100000]

The target is 1 s for the rating of 10,000 photos.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.editing import edit_photos
from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import EditedField, PhotoEdit, PhotoId
from photofind.paths import app_folders
from photofind.worker.messages import EditPhotos, decode_command, encode
from tests.benchmarks.bench_catalog import fill
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.domain import EditValue

EDITS: tuple[tuple[EditedField, EditValue, str], ...] = (
    (EditedField.RATING, 4, ""),
    (EditedField.FAVOURITE, 1, ""),
    (EditedField.FLAG, 1, ""),
    (EditedField.TAG, 1, "holiday"),
    (EditedField.TITLE, "Summer by the sea", ""),
    (EditedField.NOTE, "to be printed", ""),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--library", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="photofind-bench-") as data:
        folders = app_folders(Path(data))
        fill(folders, chosen.library)
        with CatalogReader(folders) as reader:
            ids = read(reader, read_photo_order).photo_ids[:: chosen.library // chosen.photos]
        photo_ids = tuple(PhotoId(int(each)) for each in ids[: chosen.photos])
        with CatalogWriter(folders) as writer:
            for field, value, label in EDITS:
                edit = PhotoEdit(field=field, photo_ids=photo_ids, value=value, label=label)
                edit_s, before = _timed(writer, [edit])
                undo_s, _ = _timed(writer, before)
                print(f"{field.value:10} {edit_s:6.3f} s, undone in {undo_s:6.3f} s")


def _timed(writer: CatalogWriter, edits: Sequence[PhotoEdit]) -> tuple[float, Sequence[PhotoEdit]]:
    """As the worker does it: from the message to the end of the transaction."""
    raw = encode(EditPhotos(edits=tuple(edits)))
    began = time.perf_counter()
    command = decode_command(raw)
    assert isinstance(command, EditPhotos)
    with writer.transaction() as tx:
        before = edit_photos(tx, command.edits)
    return time.perf_counter() - began, before


if __name__ == "__main__":
    main()
