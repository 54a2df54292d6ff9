"""How much captions help search: one caption of each photo is kept, the others are searched for.

    python tests/benchmarks/bench_captions.py PHOTOS CAPTIONS.tsv

The captions are people's and stand for what a good model writes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from pathlib import Path

from photofind.catalog.files import find_photo_at
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.texts import FoundText, ModelKey, TextKind, store_finding
from photofind.catalog.writer import CatalogWriter
from photofind.inference.store import ModelStore
from photofind.paths import AppFolders, app_folders
from photofind.search import by_words
from photofind.search.engine import SearchEngine
from photofind.search.evaluate import EvalReport, evaluate
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders
from tests.plugins.catalog import read, write

_WEIGHTS = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0)
_PERSON = ModelKey("person@bench", "caption")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("captions", type=Path, help="file name, tab, caption; several a file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folders = app_folders(Path(work) / "data")
        client = WorkerClient(folders, lambda _: None)
        client.start()
        client.request(AddFolders(paths=(chosen.photos.absolute(),)))
        client.close()
        rest = Path(work) / "rest.tsv"
        _keep_first(folders, chosen.photos.absolute(), chosen.captions, rest)
        engine = SearchEngine(folders, ModelStore(folders))
        engine.refresh()
        for weight in _WEIGHTS:
            by_words.OVERLAP_SPREADS = weight
            print(f"{weight:4} spreads: {_line(evaluate(engine, rest))}")
        engine.close()


def _keep_first(folders: AppFolders, photos: Path, captions: Path, rest: Path) -> None:
    """Stores the first caption of each photo; writes down the others to search for."""
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for line in captions.read_text(encoding="utf-8").splitlines():
        name, _, caption = line.partition("\t")
        by_name[name].append(caption)
    lines = []
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        for name, (first, *others) in by_name.items():
            photo_id = read(reader, find_photo_at, photos / name)
            if photo_id is not None:
                content_id = read(reader, read_photos, [photo_id])[photo_id].content_id
                found = FoundText(TextKind.CAPTION, _PERSON, first)
                write(writer, store_finding, content_id, found)
                lines += [f"{name}\t{caption}\n" for caption in others]
    rest.write_text("".join(lines), encoding="utf-8")


def _line(report: EvalReport) -> str:
    return (
        f"R@1 {report.recall_at_1:.3f}, R@5 {report.recall_at_5:.3f},"
        f" R@10 {report.recall_at_10:.3f} ({report.queries} queries, {report.images} photos)"
    )


if __name__ == "__main__":
    main()
