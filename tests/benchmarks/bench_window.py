"""How soon the window is there, on a made-up catalog of 100,000 photos.

python tests/benchmarks/bench_window.py [--photos 100000] [--runs 5] [--keep FOLDER]

First paint: from the rows' arrival to their being painted (to be at most 50 ms). Start-up: from
the start of the process to the answer to words typed at once (to be at most 1.5 s), with the real
worker starting beside it. Vectors are found in the cache, where `photofind index` and a window
leave them; where the cache was deleted, all are read from the catalog: both are told.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.claims import claim_files
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.cli.index import keep_vectors
from photofind.paths import AppFolders, app_folders
from tests.plugins.catalog import complete, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.claims import IdentifiedFile
    from photofind.domain import FileId

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_BATCH = 500
_WORDS = "two dogs playing in the snow"
_TARGET_PAINT_MS = 50
_TARGET_START_S = 1.5
_CHILD = "--child"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="make the catalog here, or use the one there")
    parser.add_argument(_CHILD, type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.child is not None:
        start_up(app_folders(chosen.child))
        return
    paints = [first_paint_ms(chosen.photos) for _ in range(chosen.runs)]
    tell("first paint", paints, "ms", _TARGET_PAINT_MS)
    data = chosen.keep or Path(tempfile.mkdtemp(prefix="photofind-bench-"))
    try:
        folders = app_folders(data)
        if not folders.catalog.exists():
            fill(folders, chosen.photos)
        shutil.rmtree(folders.vectors, ignore_errors=True)
        first = [run_child(data) for _ in range(chosen.runs)]
        keep_vectors(folders)  # as `photofind index` does at its end, and an open window
        later = [run_child(data) for _ in range(chosen.runs)]
    finally:
        if chosen.keep is None:
            shutil.rmtree(data)
    for title, measured in (
        ("start without kept vectors", first),
        ("start with kept vectors", later),
    ):
        print(title)
        for name, place in (("  window painted", 0), ("  all photos shown", 1)):
            tell(name, [each[place] for each in measured], "s", None)
        tell("  first words answered", [each[2] for each in measured], "s", _TARGET_START_S)
        tell("  CPU time of all threads", [each[3] for each in measured], "s", None)


def tell(name: str, measured: list[float], unit: str, target: float | None) -> None:
    middle = statistics.median(measured)
    goal = "" if target is None else f"   {middle / target:4.2f} of the {target:g} {unit} allowed"
    print(f"{name:26} {middle:8.3f} {unit} (of {len(measured)}, worst {max(measured):.3f}){goal}")


def first_paint_ms(photos: int) -> float:
    """From rows that arrive in a window on screen to their being painted."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication

    from photofind.gui.grid.model import PhotoGridModel
    from photofind.gui.grid.pixmaps import PixmapCache
    from photofind.gui.grid.rows import GridRows
    from photofind.gui.window import MainWindow

    class Painted(QObject):
        count = 0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            self.count += event.type() == QEvent.Type.Paint
            return False

    app = QApplication.instance() or QApplication([])
    model = PhotoGridModel()
    window = MainWindow(model, PixmapCache())
    window.show()
    app.processEvents()
    painted = Painted()
    window.grid_page.view.viewport().installEventFilter(painted)
    ids = np.arange(photos, 0, -1)
    rows = GridRows(ids, ids, ids * 60_000, photos)
    began = time.perf_counter()
    model.show_rows(rows)
    while not painted.count:
        app.processEvents()
    elapsed_ms = (time.perf_counter() - began) * 1000
    window.close()
    window.deleteLater()
    app.processEvents()
    return elapsed_ms


def fill(folders: AppFolders, photos: int) -> None:
    """A catalog of `photos` photos in one folder, with random vectors of the built-in model.

    The folder is not there: for the worker a drive that is not connected, whose photos stay.
    """
    from photofind.catalog.contents import EmbeddedContent
    from photofind.catalog.writer import CatalogWriter
    from photofind.domain import Capture, Space, TakenSource
    from photofind.inference.registry import BASIC

    random = np.random.default_rng(0)
    assert BASIC.similar_dim is not None
    with CatalogWriter(folders) as writer:
        model_id = write(writer, ensure_model, BASIC.catalog_key, BASIC.task, BASIC.dim)
        write(writer, activate_model, model_id)
        root = write(writer, add_folder, folders.data / "not there", None)
        found = [(b"2023/%03d/IMG_%06d.jpg" % (n % 365, n), 5_000_000, n) for n in range(photos)]
        file_ids = write(writer, insert_files, root.id, found)
        for start in range(0, photos, _BATCH):
            files = [identified(file_id) for file_id in file_ids[start : start + _BATCH]]
            claims = write(writer, claim_files, files)
            search = unit_rows(random, len(claims), BASIC.dim)
            similar = unit_rows(random, len(claims), BASIC.similar_dim)
            complete(
                writer,
                [
                    EmbeddedContent(
                        content_id=claim.content_id,
                        format="JPEG",
                        width=4000,
                        height=3000,
                        capture=Capture(
                            taken_at_ms=int(random.integers(10**12)),
                            taken_source=TakenSource.EXIF_ORIGINAL,
                        ),
                        vectors={Space.SEARCH: search[row], Space.SIMILAR: similar[row]},
                    )
                    for row, claim in enumerate(claims)
                    if claim.content_id is not None
                ],
                model_id,
            )


def identified(file_id: FileId) -> IdentifiedFile:
    from photofind.catalog.claims import IdentifiedFile

    return IdentifiedFile(file_id, 5_000_000, 0, hashlib.sha256(b"%d" % file_id).digest())


def unit_rows(random: np.random.Generator, rows: int, dim: int) -> np.ndarray:
    vectors = random.standard_normal((rows, dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def run_child(data: Path) -> tuple[float, float, float, float]:
    """Starts the program once; seconds from its start to each milestone, and its CPU time."""
    app_folders(data).settings.unlink(missing_ok=True)  # else it begins with the last words
    began = time.time()
    answer = subprocess.run(
        [sys.executable, __file__, _CHILD, data], stdout=subprocess.PIPE, check=True, text=True
    )
    *times, cpu_s = (float(word) for word in answer.stdout.split())
    painted, shown, answered = (milestone - began for milestone in times)
    return painted, shown, answered, cpu_s


def start_up(folders: AppFolders) -> None:
    """Runs the program, types as soon as there are photos, and prints when what was there."""
    from PySide6.QtCore import QTimer
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from photofind.gui import app, program
    from photofind.gui.program import WindowProgram
    from photofind.gui.searching import ByWords, SearchResponse

    times: list[float] = []

    class Timed(WindowProgram):
        def start(self, add: Sequence[Path] = ()) -> None:
            self.searcher.answered.connect(self.on_answered)
            super().start(add)
            self.window.repaint()
            times.append(time.time())

        def on_answered(self, answer: SearchResponse) -> None:
            # Queued behind what the window itself does with the answer, painting included.
            if not answer.refresh:
                QTimer.singleShot(0, lambda: self.on_shown(answer))

        def on_shown(self, answer: SearchResponse) -> None:
            times.append(time.time())
            if isinstance(answer.request, ByWords):
                times.append(time.process_time())
                self.window.close()
                assert len(answer.rows), answer.error
            else:
                field = QApplication.focusWidget()
                assert field is not None
                QTest.keyClicks(field, _WORDS)

    program.WindowProgram = Timed  # type: ignore[misc]
    app.run(folders, [])
    print(*times)


if __name__ == "__main__":
    main()
