"""What binding to int8 graphs is worth: int8 against float32 against torch, in one run.

    python tests/benchmarks/bench_models.py [KEY ...]

Weights are random: they cost as much as trained ones. Every variant runs in a process of its own,
on one thread. Prints for each model
1. pictures: CPU milliseconds an image, alone and four at a time, and how many times torch's images
   a second that is;
2. words: CPU milliseconds for a short query, and for one that fills the context;
3. memory of the process after that, less what an empty one has.

Absolute times move from machine to machine; compare the ratios. Needs the extra `export` for the
column of torch.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.inference import registry_clip
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import largest_int8_weight
from photofind.inference.session import create_session
from photofind.inference.spec_search import DualEncoderSpec, PaddingKind
from photofind.paths import resources
from tests.unit.inference.parity_cases import CASES
from tests.unit.inference.tiny_clip import random_weights, write_safetensors

if TYPE_CHECKING:
    from collections.abc import Callable


VARIANTS = ("torch", "fp32", "int8")
RUNS = 9
SHORT_QUERY = 8
"""Tokens of "two dogs playing in the snow"."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("keys", nargs="*", metavar="KEY", help="models (default: all)")
    parser.add_argument("--variant", choices=VARIANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.variant is not None:
        spec = CASES[arguments.keys[0]].spec
        print(json.dumps(measure(spec, arguments.variant, arguments.folder)))
        return
    print(f"{'model':28s} {'':5s} {'ms/image':>9s} {'by four':>8s} {'× torch':>8s}", end="")
    print(f" {'ms/query':>9s} {'longest':>8s} {'MB':>6s}")
    for spec in registry_clip.ALL:
        if not arguments.keys or spec.key in arguments.keys:
            compare(spec)


def compare(spec: DualEncoderSpec) -> None:
    """Prints the rows of one model."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        bind_random(spec, folder)
        found = {variant: run_apart(spec, variant, folder) for variant in VARIANTS}
    for variant, row in found.items():
        if row is None:
            print(f"{spec.key:28s} {variant:5s} (not installed)")
            continue
        reference = found["torch"]
        faster = "" if reference is None else f"{reference['by_four'] / row['by_four']:.2f}"
        print(
            f"{spec.key:28s} {variant:5s} {row['alone']:9.1f} {row['by_four']:8.1f} {faster:>8s}"
            f" {row['short']:9.1f} {row['long']:8.1f} {row['megabytes']:6.0f}"
        )


def bind_random(spec: DualEncoderSpec, folder: Path) -> None:
    """Makes graphs with random weights: folder/fp32 and folder/int8."""
    assert spec.checkpoint is not None
    graphs = resources() / "graphs" / spec.checkpoint.graphs
    manifest = read_manifest(graphs / "manifest.json")
    official = write_safetensors(folder / "random.safetensors", random_weights(manifest))
    checkpoint = open_checkpoint(official)
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
        for name in ("visual", "textual"):
            graph = getattr(manifest[name], precision)
            shutil.copyfile(graphs / graph.graph, folder / precision / f"{name}.onnx")
            bind(checkpoint, graph, folder / precision / f"{name}.bin", largest_int8_weight())
    official.unlink()


def run_apart(spec: DualEncoderSpec, variant: str, folder: Path) -> dict[str, float] | None:
    """Measures one variant in a process of its own; None when it can't run here."""
    command = [sys.executable, __file__, spec.key, "--variant", variant, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)
        return None
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(spec: DualEncoderSpec, variant: str, folder: Path) -> dict[str, float]:
    """Measures one variant in this process: CPU milliseconds and megabytes."""
    empty = psutil.Process().memory_info().rss
    if variant == "torch":
        pictures, words = load_torch(spec)
        empty = 0  # what torch itself takes is a part of its price
    else:
        visual = create_session(folder / variant / "visual.onnx")
        textual = create_session(folder / variant / "textual.onnx")

        def pictures(pixels: np.ndarray[Any, Any]) -> object:
            return visual.run(None, {"pixel_values": pixels})

        def words(ids: np.ndarray[Any, Any]) -> object:
            return textual.run(None, {"input_ids": ids})

    size = spec.preprocess.geometry.size
    pixels = np.random.default_rng(0).standard_normal((4, 3, size, size)).astype(np.float32)
    ids = np.full((1, spec.context_length), 320, np.int64)
    fixed = variant == "torch" or spec.padding.kind is PaddingKind.TO_CONTEXT
    short = ids if fixed else ids[:, :SHORT_QUERY]
    return {
        "alone": cpu_ms(lambda: pictures(pixels[:1])),
        "by_four": cpu_ms(lambda: pictures(pixels)) / 4,
        "short": cpu_ms(lambda: words(short)),
        "long": cpu_ms(lambda: words(ids)),
        "megabytes": (psutil.Process().memory_info().rss - empty) / 1e6,
    }


def load_torch(spec: DualEncoderSpec) -> tuple[Callable[..., object], Callable[..., object]]:
    """The same network in torch, eager, on one thread."""
    model = CASES[spec.key].make()
    import torch

    torch.set_num_threads(1)

    def pictures(pixels: np.ndarray[Any, Any]) -> object:
        with torch.inference_mode():
            return model.encode_image(torch.from_numpy(pixels))

    def words(ids: np.ndarray[Any, Any]) -> object:
        with torch.inference_mode():
            return model.encode_text(torch.from_numpy(ids))

    return pictures, words


def cpu_ms(work: Callable[[], object]) -> float:
    """Median CPU time of one call, after a first one that isn't counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return float(np.median(times)) * 1000


if __name__ == "__main__":
    main()
