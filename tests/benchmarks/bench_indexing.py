"""How close indexing comes to what this machine can do at all.

    python tests/benchmarks/bench_indexing.py [--photos 200] [--model vit-b-32-256 --rclip]

Makes JPEGs of 12 megapixels from freely licensed sample photos, measures in one run
1. the floor: hashing, decoding (with the thumbnail) and embedding, each alone, all cores busy;
2. the real worker process on the same files, into a fresh catalog;
3. with --rclip: the program of that name, installed by pip into an environment of its own, with the
   same random weights in float32 (as its authors ship theirs) and in our int8;
and prints the ratios, with the worker's peak memory: of images a second, and of CPU time, which
other programs that are busy disturb less. The models but `basic` have random weights and
are int8: they cost as much as trained ones and find nothing. Not a test: it fails nobody.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.inference.clip import ImageEncoder
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.media.decode import decode_photo
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Event,
    Hello,
    UseModel,
)
from tests.benchmarks.random_models import RCLIPS_SHAPE, SHAPES, install_random

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BATCH = 4


def make_pictures(count: int, megapixels: float) -> Iterator[Image.Image]:
    """Pictures of camera size, each with contents of its own, from real photos."""
    from skimage import data

    sources = [
        Image.fromarray(getattr(data, name)())
        for name in ("astronaut", "chelsea", "coffee", "rocket")
    ]
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = height * 4 // 3
    grain = np.random.default_rng(0).normal(0, 4, (height, width, 1))
    large = [
        np.clip(
            np.asarray(source.resize((width, height), Image.Resampling.LANCZOS)) + grain, 0, 255
        )
        for source in sources
    ]
    for number in range(count):
        pixels = np.roll(large[number % len(large)], 37 * number, axis=1).astype(np.uint8)
        yield Image.fromarray(pixels)


def make_photos(folder: Path, count: int, megapixels: float) -> list[Path]:
    """Writes such pictures as JPEGs."""
    paths = []
    for number, picture in enumerate(make_pictures(count, megapixels)):
        path = folder / f"photo-{number:04}.jpg"
        picture.save(path, quality=88)
        paths.append(path)
    return paths


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of something with every core busy, by the clock and of CPU time."""

    wall_s: float
    cpu_s: float


def cost_of(work: Callable[[Any], object], items: Sequence[Any], threads: int) -> Cost:
    with ThreadPoolExecutor(threads) as pool:
        began, cpu_began = time.perf_counter(), time.process_time()
        list(pool.map(work, items))
        return Cost(time.perf_counter() - began, time.process_time() - cpu_began)


def measure_floor(
    paths: Sequence[Path], threads: int, folders: AppFolders, key: str
) -> dict[str, Cost]:
    """What each step costs by itself for all photos."""
    model = ModelStore(folders).find(key, DualEncoderSpec)
    geometry = model.spec.preprocess.geometry
    encoder = ImageEncoder(model)
    tensors = [decode_photo(path, (geometry,)).tensors[0] for path in paths[: 4 * BATCH]]
    batches = [
        [tensors[(start + each) % len(tensors)] for each in range(BATCH)]
        for start in range(0, len(paths), BATCH)
    ]
    encoder.encode(batches[0])
    return {
        "hash": cost_of(lambda path: hashlib.sha256(path.read_bytes()).digest(), paths, threads),
        "decode + thumbnail": cost_of(lambda path: decode_photo(path, (geometry,)), paths, threads),
        "embed": cost_of(encoder.encode, batches, threads),
    }


def run_worker(folder: Path, folders: AppFolders, key: str) -> tuple[float, Cost, float]:
    """Images a second of the real worker, what it cost, and its peak memory in MB."""
    pids: list[int] = []
    greeted = threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Hello):
            pids.append(event.pid)
            greeted.set()

    client = WorkerClient(folders, hear)
    client.start()
    greeted.wait(30)
    try:
        if key != BASIC.key:
            client.request(UseModel(key=key))
        worker = psutil.Process(pids[0])
        before_s = sum(worker.cpu_times()[:2])
        answer = client.request(AddFolders(paths=(folder,)))
        report = answer.report
        cost = Cost(report.elapsed_s, sum(worker.cpu_times()[:2]) - before_s)
        peak = peak_memory_mb(pids[0])
    finally:
        client.close()
    return report.images_per_s, cost, peak


def peak_memory_mb(pid: int) -> float:
    """The most memory a process has had at once; where the system doesn't keep it, what it has."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1000
    except OSError:
        pass
    return float(psutil.Process(pid).memory_info().rss) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--megapixels", type=float, default=12)
    parser.add_argument("--model", choices=[BASIC.key, *SHAPES], default=BASIC.key)
    parser.add_argument("--rclip", action="store_true", help=f"only with --model {RCLIPS_SHAPE}")
    chosen = parser.parse_args()
    if chosen.rclip and chosen.model != RCLIPS_SHAPE:
        parser.error(f"rclip uses {RCLIPS_SHAPE}: choose the same")
    threads = psutil.cpu_count(logical=False) or 1
    with tempfile.TemporaryDirectory(prefix="photofind-bench-") as scratch:
        photos = Path(scratch, "photos")
        photos.mkdir()
        paths = make_photos(photos, chosen.photos, chosen.megapixels)
        folders = app_folders(Path(scratch, "data"))
        key = BASIC.key
        if chosen.model != BASIC.key:
            key = install_random(folders, chosen.model).spec.key
        before = measure_floor(paths, threads, folders, key)
        rate, cost, peak = run_worker(photos, folders, key)
        after = measure_floor(paths, threads, folders, key)
        rclip_rates: dict[str, float] = {}
        if chosen.rclip:
            from tests.benchmarks.rclip_pipeline import measure_rclip  # needs the extra `export`

            rclip_rates = measure_rclip(photos, len(paths), Path(scratch))
    # The machine's speed drifts: the floor is measured before and after, and averaged.
    wall_s = sum(before[step].wall_s + after[step].wall_s for step in before) / 2
    cpu_s = sum(before[step].cpu_s + after[step].cpu_s for step in before) / 2
    for step in before:
        step_s = (before[step].cpu_s + after[step].cpu_s) / 2
        print(f"{step:20} {1000 * step_s / len(paths):7.1f} CPU-ms an image")
    ideal = len(paths) / wall_s
    print(f"floor                {ideal:7.2f} images/s on {threads} cores")
    print(f"worker               {rate:7.2f} images/s ({cost.wall_s:.1f} s, start to last commit)")
    print(f"ratio                {rate / ideal:7.1%}, of CPU time {cpu_s / cost.cpu_s:.1%}")
    for precision, theirs in rclip_rates.items():
        print(f"rclip, {precision}          {theirs:7.2f} images/s: {theirs / rate:.2f} of ours")
    print(f"worker's peak memory {peak:7.0f} MB")


if __name__ == "__main__":
    main()
