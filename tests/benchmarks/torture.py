"""Indexes the odd, damaged and malicious pictures that picture libraries are tested with.

    python tests/benchmarks/torture.py [--archives FOLDER] [--packages pillow pillow-heif]

Fetches the source distributions with pip, takes every file of their tests, and has the real worker
index them; what has no photo's suffix is given one, so that the decoders meet it too. Prints how
many files were indexed and why others were not. Exits with 1 when the worker died, when a file is
neither indexed nor listed with a reason, or when a file was changed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_problems
from photofind.media.formats import PHOTO_SUFFIXES
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Event, Hello
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAMPLED_EVERY_S = 0.05
_TEST_FOLDERS = {"tests", "Tests"}
_NO_PICTURES = {".py", ".md", ".txt", ".sh", ".toml", ".cfg", ".yml"}


class Watched:
    """The worker's starts, and the most memory any of them had."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.peak_mb = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def hear(self, event: Event) -> None:
        if isinstance(event, Hello) and event.pid not in self.pids:
            self.pids.append(event.pid)

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLED_EVERY_S):
            for pid in self.pids[-1:]:
                try:
                    self.peak_mb = max(self.peak_mb, psutil.Process(pid).memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", nargs="+", default=["pillow", "pillow-heif"])
    parser.add_argument("--archives", type=Path, help="where they are, or are to be kept")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="photofind-torture-") as scratch:
        archives = chosen.archives or Path(scratch, "archives")
        fetch(chosen.packages, archives)
        photos = Path(scratch, "photos")
        for archive in sorted(archives.glob("*.tar.gz")):
            unpack(archive, photos / archive.name.removesuffix(".tar.gz"))
        return torture(photos, app_folders(Path(scratch, "data")))


def fetch(packages: Sequence[str], archives: Path) -> None:
    archives.mkdir(parents=True, exist_ok=True)
    if any(archives.glob("*.tar.gz")):
        return
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    sources = ["--no-binary", ":all:", "--dest", str(archives), *packages]
    subprocess.run([*download, *sources], check=True)


def unpack(archive: Path, folder: Path) -> None:
    """Copies the files of a distribution's tests; those that claim to be no photo do so now."""
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(archive) as tar:
            tar.extractall(scratch, filter="data")
        for number, path in enumerate(sorted(Path(scratch).rglob("*"))):
            suffix = path.suffix.lower()
            if not path.is_file() or suffix in _NO_PICTURES:
                continue
            if not _TEST_FOLDERS & set(path.relative_to(scratch).parts):
                continue
            disguise = "" if suffix in PHOTO_SUFFIXES else ".jpg"
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / f"{number:05} {path.stem}{path.suffix}{disguise}")


def torture(photos: Path, folders: AppFolders) -> int:
    before = digests(photos)
    watched = Watched()
    client = WorkerClient(folders, watched.hear)
    client.start()
    began = time.monotonic()
    try:
        client.request(AddFolders(paths=(photos,)))
    finally:
        client.close()
        watched.close()
    elapsed_s = time.monotonic() - began
    reasons, unaccounted = account(photos, folders)
    print(
        f"{len(before)} files in {elapsed_s:.1f} s, worker's peak memory {watched.peak_mb:.0f} MB"
    )
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")
    for path in unaccounted:
        print(f"neither indexed nor listed: {path}")
    changed = before != digests(photos)
    if changed:
        print("a file was changed")
    if len(watched.pids) > 1:
        print(f"the worker died {len(watched.pids) - 1} times; see its log")
    return int(bool(unaccounted) or changed or len(watched.pids) > 1)


def account(photos: Path, folders: AppFolders) -> tuple[Counter[str], list[Path]]:
    """What became of every file."""
    with CatalogReader(folders) as reader:
        order = read(reader, read_photo_order).photo_ids.tolist()
        indexed = {
            path for photo in read(reader, read_photos, order).values() for path in photo.paths
        }
        problems = {problem.path: problem for problem in read(reader, read_problems)}
    reasons: Counter[str] = Counter()
    unaccounted = []
    for path in sorted(photos.rglob("*")):
        if path in indexed:
            reasons["indexed"] += 1
        elif path in problems and problems[path].reason:
            reasons[f"{problems[path].code}: {problems[path].reason}"] += 1
        elif path.is_file():
            unaccounted.append(path)
    return reasons, unaccounted


def digests(photos: Path) -> dict[str, tuple[int, str]]:
    return {
        os.fspath(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(photos.rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    sys.exit(main())
