"""How long the catalog's questions take, on a made-up catalog.

python tests/benchmarks/bench_catalog.py [--photos 100000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files, iterate_files, mark_missing, mark_seen
from photofind.catalog.folders import add_folder, read_folders, remove_folder
from photofind.catalog.models import activate_model, ensure_model, read_active_model
from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems, read_status
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.catalog.vectors import fetch_vectors, iterate_vectors
from photofind.catalog.words import find_phrase, find_standing
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, ModelId, Space, TakenSource
from photofind.paths import AppFolders, app_folders
from tests.plugins.catalog import complete, read, write

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCH_DIM = 512
SIMILAR_DIM = 1407
_BATCH = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="make the catalog here, or use the one there")
    chosen = parser.parse_args()
    data = chosen.keep or Path(tempfile.mkdtemp(prefix="photofind-bench-"))
    try:
        folders = app_folders(data)
        if not folders.catalog.exists():
            fill(folders, chosen.photos)
        measure_reading(folders)
        measure_writing(folders, remove=chosen.keep is None)
    finally:
        if chosen.keep is None:
            shutil.rmtree(data)


def fill(folders: AppFolders, photos: int) -> None:
    """A catalog of `photos` photos in one folder, each with two vectors and three tags."""
    random = np.random.default_rng(0)
    with CatalogWriter(folders) as writer:
        model_id = write(writer, ensure_model, "bench@00000000.p1.q0", "clip", SEARCH_DIM)
        write(writer, activate_model, model_id)
        root = write(writer, add_folder, folders.data / "photos", None)
        found = [(b"2023/%03d/IMG_%06d.jpg" % (n % 365, n), 5_000_000, n) for n in range(photos)]
        report("insert_files, all", lambda: write(writer, insert_files, root.id, found), 1)
        claim_s = complete_s = 0.0
        for start in range(0, photos, _BATCH):
            numbers = range(start, min(start + _BATCH, photos))
            files = [IdentifiedFile(n + 1, 5_000_000, n, digest(n)) for n in numbers]  # type: ignore[arg-type]
            began = time.perf_counter()
            claims = write(writer, claim_files, files)
            claim_s += time.perf_counter() - began
            contents = [
                EmbeddedContent(
                    content_id=claim.content_id,
                    format="JPEG",
                    width=4000,
                    height=3000,
                    capture=Capture(
                        taken_at_ms=int(random.integers(10**12)),
                        taken_source=TakenSource.EXIF_ORIGINAL,
                        camera="Canon EOS 80D",
                    ),
                    vectors={
                        Space.SEARCH: unit(random, SEARCH_DIM),
                        Space.SIMILAR: unit(random, SIMILAR_DIM),
                    },
                    tags=(("dog", 0.9), ("snow", 0.5), (f"label {claim.file_id % 997}", 0.4)),
                )
                for claim in claims
                if claim.content_id is not None
            ]
            began = time.perf_counter()
            complete(writer, contents, model_id)
            complete_s += time.perf_counter() - began
        print(f"{'claim, batches of 400':32} {claim_s / photos * 1e6:9.1f} µs a photo")
        print(f"{'complete, batches of 400':32} {complete_s / photos * 1e6:9.1f} µs a photo")
    print(f"{'catalog':32} {folders.catalog.stat().st_size / photos:9.0f} bytes a photo")


def measure_reading(folders: AppFolders) -> None:
    random = np.random.default_rng(1)
    with CatalogReader(folders) as reader:
        active = read(reader, read_active_model)
        assert active is not None
        model_id = active[0]
        order = read(reader, read_photo_order)
        some = random.choice(order.photo_ids, min(500, len(order.photo_ids)), replace=False)
        few = random.choice(order.content_ids, min(300, len(order.content_ids)), replace=False)
        folder_id = read(reader, read_folders)[0].id
        report("open, close", lambda: CatalogReader(folders).close())
        report("photo_order", lambda: read(reader, read_photo_order))
        report("photos, 500", lambda: read(reader, read_photos, some.tolist()))
        report("iterate_vectors, search", lambda: drain(reader, model_id, Space.SEARCH))
        report("iterate_vectors, similar", lambda: drain(reader, model_id, Space.SIMILAR))
        report(
            "fetch_vectors, 300", lambda: read(reader, fetch_vectors, model_id, Space.SEARCH, few)
        )
        report("status, all online", lambda: read(reader, read_status, lambda _: True))
        report("status, all offline", lambda: read(reader, read_status, lambda _: False))
        report("files, all", lambda: sum(1 for _ in iterate_files(reader, folder_id)))
        report("problems, none", lambda: read(reader, read_problems))
        for words in ("img_0123", "dog", "dog img snow", "01", "nothing at all"):
            report(f"standing {words!r}", lambda w=words: read(reader, find_standing, w))  # type: ignore[misc]
            report(f"phrase {words!r}", lambda w=words: read(reader, find_phrase, w))  # type: ignore[misc]


def measure_writing(folders: AppFolders, *, remove: bool) -> None:
    """Changes the catalog; `remove`: ends with removing the folder."""
    random = np.random.default_rng(2)
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        active = read(reader, read_active_model)
        assert active is not None
        model_id = active[0]
        root = read(reader, read_folders)[0]
        file_ids = [row.id for row in iterate_files(reader, root.id)]
        name = os.urandom(8)
        more = write(
            writer,
            insert_files,
            root.id,
            [(name.hex().encode() + b"%d" % n, 1, 1) for n in range(4)],
        )
        files = [IdentifiedFile(file_id, 1, 1, digest(name)) for file_id in more[:1]]
        claims = report("claim, 1", lambda: write(writer, claim_files, files), 1)
        assert claims[0].content_id is not None
        content = EmbeddedContent(
            claims[0].content_id,
            "JPEG",
            1,
            1,
            Capture(),
            {Space.SEARCH: unit(random, SEARCH_DIM), Space.SIMILAR: unit(random, SIMILAR_DIM)},
        )
        report("complete, 1", lambda: complete(writer, [content], model_id))
        report("mark_missing, all", lambda: write(writer, mark_missing, file_ids, 1), 1)
        report("mark_seen, all", lambda: write(writer, mark_seen, file_ids), 1)
        parent = root.path.parent
        report("add_folder, absorbing all", lambda: write(writer, add_folder, parent, None), 1)
        if remove:
            report("remove_folder, all", lambda: write(writer, remove_folder, parent), 1)
    with ThumbnailStore(folders.thumbnails) as thumbnails:
        jpegs = {digest(n): os.urandom(40_000) for n in range(400)}
        keys = list(jpegs)
        report("thumbnails, put 400", lambda: thumbnails.put(jpegs), 1)
        report("thumbnails, get 400", lambda: [thumbnails.get(key) for key in keys])


def drain(reader: CatalogReader, model_id: ModelId, space: Space) -> int:
    return sum(len(ids) for ids, _ in iterate_vectors(reader, model_id, space))


def report(label: str, work: Callable[[], Any], times: int = 7) -> Any:
    best = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - began)
    print(f"{label:32} {best * 1e3:9.2f} ms", flush=True)
    return answer


def digest(seed: int | bytes) -> bytes:
    raw = seed if isinstance(seed, bytes) else seed.to_bytes(8, "little")
    return hashlib.sha256(raw).digest()


def unit(random: np.random.Generator, dim: int) -> np.ndarray:
    vector = random.standard_normal(dim, dtype=np.float32)
    return vector / np.linalg.norm(vector)


if __name__ == "__main__":
    main()
