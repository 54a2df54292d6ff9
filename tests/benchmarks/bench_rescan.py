"""What it costs to find that nothing changed, and that everything moved.

    python tests/benchmarks/bench_rescan.py [--files 100000]

Makes that many files with a catalog that knows them, then has the real worker look through them:
first unchanged (to be at most 5 s, and memory flat), then after one rename of the folder that holds
them all. Memory is what the worker has when it is at rest, and how much a look adds to that.
"""

from __future__ import annotations

import argparse
import hashlib
import queue
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, Space
from photofind.inference.registry import BASIC
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import Event, FinishBackground, Hello, Rescan
from tests.plugins.catalog import complete, write

_BATCH = 500
_A_FOLDER = 1_000


def make_files(root: Path, count: int) -> list[Path]:
    """Small files with contents of their own; what is in them is never looked at again."""
    paths = []
    for number in range(count):
        path = root / "photos" / f"{number // _A_FOLDER:04}" / f"IMG_{number:07}.jpg"
        if number % _A_FOLDER == 0:
            path.parent.mkdir(parents=True)
        path.write_bytes(b"photo %d" % number)
        paths.append(path)
    return paths


def fill_catalog(folders: AppFolders, root: Path, paths: list[Path]) -> None:
    """Has the catalog know every file, with made-up vectors of the built-in model."""
    vector = np.zeros(BASIC.dim, np.float32)
    vector[0] = 1
    with CatalogWriter(folders) as writer:
        model_id = write(writer, ensure_model, BASIC.catalog_key, "clip", BASIC.dim)
        write(writer, activate_model, model_id)
        folder = write(writer, add_folder, root, None)
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            stats = [path.stat() for path in batch]
            rows = [
                (bytes(path.relative_to(root)), stat.st_size, stat.st_mtime_ns)
                for path, stat in zip(batch, stats, strict=True)
            ]
            claims = write(
                writer,
                claim_files,
                [
                    IdentifiedFile(file_id, size, mtime, hashlib.sha256(path.read_bytes()).digest())
                    for file_id, path, (_, size, mtime) in zip(
                        write(writer, insert_files, folder.id, rows), batch, rows, strict=True
                    )
                ],
            )
            complete(
                writer,
                [
                    EmbeddedContent(
                        content_id=claim.content_id,
                        format="JPEG",
                        width=1,
                        height=1,
                        capture=Capture(),
                        vectors={Space.SEARCH: vector},
                    )
                    for claim in claims
                    if claim.content_id is not None
                ],
                model_id,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=100_000)
    chosen = parser.parse_args()
    pids: queue.Queue[int] = queue.Queue()

    def hear(event: Event) -> None:
        if isinstance(event, Hello):
            pids.put(event.pid)

    with tempfile.TemporaryDirectory(prefix="photofind-bench-") as scratch:
        root = Path(scratch, "library")
        folders = app_folders(Path(scratch, "data"))
        fill_catalog(folders, root, make_files(root, chosen.files))
        client = WorkerClient(folders, hear)
        client.start()
        worker = psutil.Process(pids.get(timeout=30))

        def memory() -> float:
            return float(worker.memory_info().rss) / 1e6

        def look(what: str) -> None:
            before, cpu = memory(), sum(worker.cpu_times()[:2])
            began = time.perf_counter()
            answer = client.request(Rescan())
            elapsed = time.perf_counter() - began
            print(
                f"{what:12} {elapsed:6.2f} s ({sum(worker.cpu_times()[:2]) - cpu:.2f} CPU-s), "
                f"memory {memory() - before:+.0f} MB to {memory():.0f} MB: "
                f"unchanged {answer.report.unchanged}, moved {answer.report.moved}, "
                f"new {answer.report.new}, missing {answer.report.missing}"
            )

        try:
            client.request(FinishBackground())
            print(f"at rest      {memory():.0f} MB")
            look("unchanged")
            look("once more")
            look("once more")
            (root / "photos").rename(root / "renamed")
            look("all moved")
        finally:
            client.close()


if __name__ == "__main__":
    main()
