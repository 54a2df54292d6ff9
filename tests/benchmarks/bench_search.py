"""How fast and how exact search is, against float32 brute force in the same run.

    python tests/benchmarks/bench_search.py [--photos 100000] [--dim 512] [--queries 200]

Fills a real catalog with made-up vectors (topics of different sizes around a common direction,
as image encoders give them), loads it the way the window does, and prints the median time of a
search on one thread, its recall of float32's first ten, and what refreshing costs while indexing
goes on. Brute force works on the vectors as they are stored and, for recall, also on those before
they were rounded to float16. On a busy machine look at the CPU times. Not a test: it fails nobody.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import threadpoolctl

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, Space
from photofind.paths import app_folders
from photofind.search.library import Library
from photofind.search.ranking import rank
from tests.plugins.catalog import complete, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TOPICS = 2_000
BATCH = 2_000
NEW = 50
"""Photos that come in between two refreshes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=200)
    chosen = parser.parse_args()
    threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    data = Path(tempfile.mkdtemp(prefix="photofind-bench-"))
    try:
        measure(data, chosen.photos, chosen.dim, chosen.queries)
    finally:
        shutil.rmtree(data)


def measure(data: Path, photos: int, dim: int, queries: int) -> None:
    world = Topics(dim)
    vectors = world.photos(photos)
    with CatalogWriter(app_folders(data)) as writer:
        indexer = Indexer(writer, dim)
        for first in range(0, photos, BATCH):
            indexer.add(vectors[first : first + BATCH])
        with CatalogReader(app_folders(data)) as reader:
            library = Library(indexer.model_id)
            order_ms = timed(lambda: library.refresh(reader))
            load_ms = timed(lambda: library.matrix(reader, Space.SEARCH, dim))
            print(f"{photos:,} photos, {dim} dimensions")
            print(f"load {order_ms + load_ms:.0f} ms")
            matrix = library.matrix(reader, Space.SEARCH, dim)
            print(f"memory {matrix.nbytes / vectors.nbytes:.2f} of float32's")
            for name, asked in (
                ("words", world.words(vectors, queries)),
                ("photos", vectors[world.random.choice(photos, queries)]),
            ):
                compare(name, asked, vectors, library, reader)
            watch_refreshes(indexer, world, library, reader)


def compare(
    name: str,
    queries: NDArray[np.float32],
    vectors: NDArray[np.float32],
    library: Library,
    reader: CatalogReader,
) -> None:
    matrix = library.matrix(reader, Space.SEARCH, vectors.shape[1])
    stored = vectors.astype(np.float16).astype(np.float32)
    numbers = np.sort(matrix.region_ids)  # contents are numbered in the order of the vectors
    ours, theirs = Stopwatch(), Stopwatch()
    found = found_of_original = 0
    for query in queries:
        with ours:
            ranking = rank(matrix, query, 10, reader, library.model_id, Space.SEARCH)
        with theirs:
            best = brute_force(stored, query)
        answer = np.searchsorted(numbers, ranking.content_ids[:10])
        found += len(np.intersect1d(answer, best))
        found_of_original += len(np.intersect1d(answer, brute_force(vectors, query)))
    wanted = 10 * len(queries)
    print(
        f"{name:7} search / float32 brute force {ours.cpu_ms / theirs.cpu_ms:.2f}"
        f" (CPU p50 {ours.cpu_ms:.1f} and {theirs.cpu_ms:.1f} ms,"
        f" wall p50 {ours.wall_ms:.1f} and {theirs.wall_ms:.1f} ms),"
        f" recall@10 {found / wanted:.4f}, before float16 {found_of_original / wanted:.4f}"
    )


def brute_force(vectors: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.intp]:
    scores = vectors @ query
    best = np.argpartition(-scores, 10)[:10]
    return best[np.argsort(-scores[best])]


class Stopwatch:
    """Median wall and CPU time of several laps."""

    def __init__(self) -> None:
        self._laps: list[tuple[float, float]] = []

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.thread_time()

    def __exit__(self, *_: object) -> None:
        wall, cpu = self._began
        self._laps.append((time.perf_counter() - wall, time.thread_time() - cpu))

    @property
    def wall_ms(self) -> float:
        return 1e3 * float(np.median([wall for wall, _cpu in self._laps]))

    @property
    def cpu_ms(self) -> float:
        return 1e3 * float(np.median([cpu for _wall, cpu in self._laps]))


def watch_refreshes(
    indexer: Indexer, world: Topics, library: Library, reader: CatalogReader
) -> None:
    times_ms = []
    for _ in range(5):
        indexer.add(world.photos(NEW))
        times_ms.append(timed(lambda: library.refresh(reader)))
    version_ms = timed(reader.data_version)
    print(f"refresh with {NEW} new {np.median(times_ms):.0f} ms, with nothing new {version_ms:.2f}")


class Topics:
    """A world of photos: each belongs to a topic, and all of them have something in common."""

    def __init__(self, dim: int) -> None:
        self.random = np.random.default_rng(0)
        self._dim = dim
        self._common = self._noise(1)
        self._topics = self._noise(TOPICS)

    def photos(self, count: int) -> NDArray[np.float32]:
        shares = 1 / np.arange(10, TOPICS + 10)  # the largest topic holds 2 %
        topics = self.random.choice(TOPICS, count, p=shares / shares.sum())
        vectors = np.empty((count, self._dim), np.float32)
        for first in range(0, count, BATCH):
            part = topics[first : first + BATCH]
            mixed = 0.8 * self._common + 0.6 * self._topics[part] + 0.75 * self._noise(len(part))
            vectors[first : first + BATCH] = unit(mixed)
        return vectors

    def words(self, vectors: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        """Texts lie off to one side: their best photos have cosines of about 0.3."""
        meant = vectors[self.random.choice(len(vectors), count)]
        return unit(0.35 * meant + self._noise(count))

    def _noise(self, count: int) -> NDArray[np.float32]:
        return unit(self.random.normal(size=(count, self._dim)).astype(np.float32))


class Indexer:
    """Stores vectors the way the worker does, without files."""

    def __init__(self, writer: CatalogWriter, dim: int) -> None:
        self._writer = writer
        self._folder = write(writer, add_folder, Path("/photos").absolute(), None)
        self._count = 0
        self.model_id = write(writer, ensure_model, "bench@00000000.p1.q0", "search", dim)
        write(writer, activate_model, self.model_id)

    def add(self, vectors: NDArray[np.float32]) -> None:
        numbers = range(self._count, self._count + len(vectors))
        self._count += len(vectors)
        names = [(f"IMG_{number:07}.jpg".encode(), 1, 1) for number in numbers]
        files = write(self._writer, insert_files, self._folder.id, names)
        identified = [
            IdentifiedFile(file_id, 1, 1, number.to_bytes(32, "big"))
            for file_id, number in zip(files, numbers, strict=True)
        ]
        claims = write(self._writer, claim_files, identified)
        embedded = [
            EmbeddedContent(claim.content_id, "JPEG", 4, 3, Capture(), {Space.SEARCH: vector})
            for claim, vector in zip(claims, vectors, strict=True)
            if claim.content_id is not None
        ]
        complete(self._writer, embedded, self.model_id)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3


if __name__ == "__main__":
    main()
