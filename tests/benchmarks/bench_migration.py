"""How long a catalog takes to be brought up to date, and what room that needs.

    python tests/benchmarks/bench_migration.py [--photos 100000] [--dims 512 1280]

Makes a catalog as it was before vectors belonged to regions, with made-up vectors in both spaces,
and opens it. Prints the times of the copy and of the steps, the largest size that the write-ahead
log had, the size of the catalog before and after, and the peak of the memory; fails if a vector is
not what it was.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog import backups, db, migrations
from photofind.paths import app_folders

if TYPE_CHECKING:
    import sqlite3

    from photofind.paths import AppFolders

BEFORE = migrations.STEPS[: migrations.STEPS.index(migrations.give_vectors_to_regions)]
BATCH = 5_000
_LOOKS_S = 0.05


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--dims", type=int, nargs=2, default=(512, 1280))
    chosen = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="photofind-bench-"))
    try:
        folders = app_folders(data)
        fill(folders, chosen.photos, chosen.dims)
        measure(folders)
    finally:
        shutil.rmtree(data)


def fill(folders: AppFolders, photos: int, dims: tuple[int, int]) -> None:
    after, migrations.STEPS = migrations.STEPS, BEFORE
    try:
        connection = db.open_writing(folders)
    finally:
        migrations.STEPS = after
    random = np.random.default_rng(1)
    with closing(connection):
        connection.execute(
            "INSERT INTO models (key, task, dim, active) VALUES ('m@1', 'search', ?, 1)", dims[:1]
        )
        for first in range(1, photos + 1, BATCH):
            numbers = range(first, min(first + BATCH, photos + 1))
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO photos (id) VALUES (?)", [(number,) for number in numbers]
            )
            connection.executemany(
                "INSERT INTO contents (id, photo_id, sha256, byte_size, state)"
                " VALUES (?1, ?1, ?2, 1, 'ready')",
                [(n, hashlib.sha256(b"%d" % n).digest()) for n in numbers],
            )
            connection.executemany(
                "UPDATE photos SET primary_content_id = ?1 WHERE id = ?1",
                [(number,) for number in numbers],
            )
            connection.executemany(
                "INSERT INTO visible_photos (photo_id, content_id) VALUES (?1, ?1)",
                [(number,) for number in numbers],
            )
            for space, dim in zip(("search", "similar"), dims, strict=True):
                vectors = random.standard_normal((len(numbers), dim), np.float32).astype("<f2")
                connection.executemany(
                    "INSERT INTO embeddings (model_id, content_id, space, vector)"
                    " VALUES (1, ?, ?, ?)",
                    [(n, space, v.tobytes()) for n, v in zip(numbers, vectors, strict=True)],
                )
            connection.execute("COMMIT")


def measure(folders: AppFolders) -> None:
    with closing(db.connect(folders.catalog)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = digest(connection, "content_id")
    size, memory = folders.catalog.stat().st_size, peak_mb()
    times: list[float] = []
    copy = backups.back_up

    def timed_copy(connection: sqlite3.Connection, folder: Path) -> Path:
        began = time.perf_counter()
        path = copy(connection, folder)
        times.append(time.perf_counter() - began)
        return path

    setattr(db, "back_up", timed_copy)  # noqa: B010 (db imports it by name)
    log = LogWatcher(folders.catalog.with_name("catalog.db-wal"))
    began = time.perf_counter()
    connection = db.open_writing(folders)
    whole_s = time.perf_counter() - began
    log.stop()
    setattr(db, "back_up", copy)  # noqa: B010
    with closing(connection):
        print(f"copy {times[0]:.1f} s, steps {whole_s - times[0]:.1f} s")
        print(f"write-ahead log at most {log.most / 1e6:.0f} MB")
        # On its own connection: comparing is not a part of the work.
        print(f"memory {memory:.0f} MB before, {peak_mb():.0f} MB at its peak")
        if digest(connection, "region_id") != before:
            raise SystemExit("vectors are not what they were")
        (regions,) = connection.execute("SELECT count(*) FROM regions").fetchone()
    print(f"catalog {size / 1e6:.0f} MB before, {folders.catalog.stat().st_size / 1e6:.0f} after")
    print(f"{regions:,} regions")


def digest(connection: sqlite3.Connection, column: str) -> str:
    summary = hashlib.sha256()
    for row in connection.execute(
        f"SELECT model_id, {column}, space, pass, revision, vector FROM embeddings"
        f" ORDER BY model_id, space, {column}"
    ):
        summary.update(repr(row[:-1]).encode())
        summary.update(row[-1])
    return summary.hexdigest()


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class LogWatcher:
    """Looks how large a file gets."""

    def __init__(self, path: Path) -> None:
        self.most = 0
        self._path = path
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_LOOKS_S):
            if self._path.exists():
                self.most = max(self.most, self._path.stat().st_size)


if __name__ == "__main__":
    main()
