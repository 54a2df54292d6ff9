"""How much sooner a phone's library can be searched by the previews in its photos.

    python tests/benchmarks/bench_first_pass.py [--photos 24] [--megapixels 12]

Makes HEICs of 12 megapixels from freely licensed sample photos, each twice: with the thumbnail of
320 pixels that iPhones write, and without one. In one run the real worker process indexes both,
each into a fresh catalog, and both waits until all photos can be searched are printed with their
ratio; then the second pass goes over the first ones, and their vectors are compared with those of
the others. Not a test: it fails nobody.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.catalog.models import read_active_model
from photofind.catalog.photos import read_photo_order, read_photos
from tests.plugins.catalog import read

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import Space
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, FinishBackground
from tests.benchmarks.bench_indexing import make_pictures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.paths import AppFolders

_THUMBNAIL_PX = 320
_ENCODING: dict[str, Any] = {"quality": 60, "enc_params": {"preset": "ultrafast"}}
"""A phone's own encoder is quick too; x265's usual preset takes 20 s a picture."""


def make_heics(with_previews: Path, without: Path, count: int, megapixels: float) -> None:
    """Writes the same photos into both folders."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    for folder in (with_previews, without):
        folder.mkdir()
    for number, picture in enumerate(make_pictures(count, megapixels)):
        name = f"IMG_{number:04}.heic"
        picture.save(without / name, **_ENCODING)
        picture.save(with_previews / name, **_ENCODING, thumbnails=[_THUMBNAIL_PX])


def index(photos: Path, folders: AppFolders) -> tuple[float, float]:
    """Seconds until all photos can be searched, and from then on until all is refined."""
    client = WorkerClient(folders, lambda _: None)
    client.start()
    try:
        began = time.perf_counter()
        client.request(AddFolders(paths=(photos,)))
        searchable = time.perf_counter()
        client.request(FinishBackground())
        return searchable - began, time.perf_counter() - searchable
    finally:
        client.close()


def read_vectors(folders: AppFolders, space: Space) -> NDArray[np.float32]:
    """All vectors of a space, in the order of the files' names."""
    with CatalogReader(folders) as reader:
        active = read(reader, read_active_model)
        assert active is not None
        photos = read(
            reader, read_photos, read(reader, read_photo_order).photo_ids.tolist()
        ).values()
        ids = [photo.content_id for photo in sorted(photos, key=lambda each: each.paths[0].name)]
        return read(reader, fetch_vectors, active[0], space, ids).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=24)
    parser.add_argument("--megapixels", type=float, default=12)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="photofind-bench-") as scratch:
        previews, whole = Path(scratch, "previews"), Path(scratch, "whole")
        make_heics(previews, whole, chosen.photos, chosen.megapixels)
        once, twice = app_folders(Path(scratch, "once")), app_folders(Path(scratch, "twice"))
        full, _ = index(whole, once)
        soon, refining = index(previews, twice)
        print(f"searchable by whole pictures {full:7.1f} s")
        print(f"searchable by previews       {soon:7.1f} s")
        print(f"sooner                       {full / soon:7.1f} times")
        print(f"refined after another        {refining:7.1f} s")
        for space in Space:
            difference = np.abs(read_vectors(once, space) - read_vectors(twice, space)).max()
            print(f"largest difference then      {difference:7.4f} ({space.value})")


if __name__ == "__main__":
    main()
