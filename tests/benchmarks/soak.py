"""What the worker's memory does while tens of thousands of files go through it.

    python tests/benchmarks/soak.py [--files 50000] [--model vit-b-32]

Makes small JPEGs that all differ, has the real worker index them, and samples its memory. Prints
the peak (to be at most 700 MB with a ViT-B-32 in int8) and its growth over the second half. A run
takes long, so it says how far it is as it goes, and what it saw also when it ends early.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.domain import PhotofindError
from photofind.inference.registry import BASIC
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    PhotosReady,
    UseModel,
)
from tests.benchmarks.random_models import SHAPES, install_random

_MOST_MB = 700
_SAMPLED_EVERY_S = 0.2
_SAID_EVERY = 2_500
_A_FOLDER = 1_000
_SIZE = (320, 240)


class Watched:
    """How much memory the worker had when how many photos were ready."""

    def __init__(self) -> None:
        self.samples: list[tuple[int, float]] = []
        self.starts = 0
        self._pid = 0
        self._ready = 0
        self._said = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def hear(self, event: Event) -> None:
        if isinstance(event, Hello):
            self.starts += event.pid != self._pid
            self._pid = event.pid
        elif isinstance(event, PhotosReady):
            self._ready += len(event.content_ids)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(_SAMPLED_EVERY_S):
            if self._pid:
                try:
                    used = psutil.Process(self._pid).memory_info().rss / 1e6
                except psutil.Error:
                    continue
                ready = self._ready
                self.samples.append((ready, used))
                if ready >= self._said + _SAID_EVERY:
                    self._said = ready
                    print(f"  {ready:6} files, {used:5.0f} MB", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--model", choices=[BASIC.key, *SHAPES], default="vit-b-32")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="photofind-soak-") as scratch:
        photos = Path(scratch, "photos")
        make_files(photos, chosen.files)
        folders = app_folders(Path(scratch, "data"))
        key = BASIC.key
        if chosen.model != BASIC.key:
            key = install_random(folders, chosen.model).spec.key
        watched = Watched()
        try:
            complete = run(watched, photos, folders, key, chosen.files)
        except (PhotofindError, KeyboardInterrupt) as error:
            print(f"ended early: {error!r}")
            complete = False
    ready, used = (np.array(column) for column in zip(*watched.samples, strict=True))
    late = ready >= ready.max() / 2
    growth = np.polyfit(ready[late], used[late], 1)[0] * 10_000
    print(f"model {key}, {chosen.files} files, {watched.starts} worker")
    print(f"peak {used.max():.0f} MB ({used.max() / _MOST_MB:.2f} of the {_MOST_MB} MB allowed)")
    for share in (0.1, 0.25, 0.5, 0.625, 0.75, 0.875, 1.0):
        reached = used[np.searchsorted(ready, share * ready.max())]
        print(f"  after {share:4.0%} of the files {reached:5.0f} MB")
    print(f"growth over the second half {growth:+.1f} MB for 10,000 files")
    return int(used.max() > _MOST_MB or watched.starts != 1 or not complete)


def make_files(folder: Path, count: int) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    base = np.asarray(Image.fromarray(colours).resize(_SIZE, Image.Resampling.BICUBIC))
    for number in range(count):
        place = folder / f"{number // _A_FOLDER:03}"
        if number % _A_FOLDER == 0:
            place.mkdir(parents=True)
        # What is seen has to differ: vectors are never computed twice for one picture.
        bits = np.array([255 * (number >> bit & 1) for bit in range(20)], np.uint8)
        pixels = base.copy()
        pixels[:16, :320] = bits.repeat(16)[None, :, None]
        Image.fromarray(pixels).save(place / f"IMG_{number:06}.jpg")


def run(watched: Watched, photos: Path, folders: AppFolders, key: str, files: int) -> bool:
    """Indexes everything; whether every file became a photo of its own in one go."""
    client = WorkerClient(folders, watched.hear)
    client.start()
    watched.start()
    try:
        if key != BASIC.key:
            client.request(UseModel(key=key))
        answer = client.request(AddFolders(paths=(photos,)))
        report = answer.report
    finally:
        watched.close()
        client.close()
    print(f"{report.images_per_s:.1f} images/s in {report.elapsed_s:.0f} s")
    if report.new != files:
        print(f"not all of them are new: {report}")
    return report.new == files


if __name__ == "__main__":
    sys.exit(main())
