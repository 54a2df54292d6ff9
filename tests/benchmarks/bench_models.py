"""What int8 graphs are worth: int8 against float32 against torch, in one run.

    python tests/benchmarks/bench_models.py [KEY | ARCHITECTURE ...]

A KEY's graphs are bound as an installation does it; an ARCHITECTURE is one of open_clip's, such as
MobileCLIP2-S0, whose graphs are made as `photofind models export` does it. Weights are random: they
cost as much as trained ones. Every variant runs in a process of its own, on one thread. Prints for
each model
1. pictures: CPU milliseconds an image, alone and four at a time, images a CPU second, and how many
   times torch's images a second that is;
2. words: CPU milliseconds for a short query, and for one that fills the context;
3. memory of the process after that, less what an empty one has.

Absolute times move from machine to machine; compare the ratios. Needs the extra `export` for the
column of torch.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.exporting import graphs
from photofind.exporting.networks import load_network
from photofind.exporting.request import ExportRequest
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import largest_int8_weight
from photofind.inference.session import create_session
from photofind.inference.spec_search import DualEncoderSpec, PaddingKind
from photofind.paths import resources
from tests.unit.inference.open_clip_reference import import_open_clip, make_clip
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
        subject = find_subject(arguments.keys[0])
        print(json.dumps(measure(subject, arguments.variant, arguments.folder)))
        return
    print(f"{'model':28s} {'':5s} {'ms/image':>9s} {'by four':>8s} {'images/s':>8s}", end="")
    print(f" {'× torch':>8s} {'ms/query':>9s} {'longest':>8s} {'MB':>6s}")
    for key in arguments.keys or (*CASES, "MobileCLIP2-S0"):
        compare(find_subject(key))


@dataclass(frozen=True)
class Subject:
    """A model to measure.

    Attributes:
        any_length: a text is not filled up.
        make: the same network in torch.
        build: makes graphs with random weights: folder/fp32 and folder/int8.
    """

    key: str
    size: int
    context_length: int
    any_length: bool
    make: Callable[[], Any]
    build: Callable[[Path], None]


def find_subject(key: str) -> Subject:
    """A model of the registry that is bound, or one of open_clip's architectures."""
    if key in CASES:
        spec = CASES[key].spec
        return Subject(
            key,
            spec.preprocess.geometry.size,
            spec.context_length,
            spec.padding.kind is PaddingKind.NONE,
            CASES[key].make,
            partial(bind_random, spec),
        )
    config = import_open_clip().get_model_config(key)
    return Subject(
        key,
        config["vision_cfg"]["image_size"],
        config["text_cfg"].get("context_length", 77),
        not config["text_cfg"].get("no_causal_mask"),
        partial(make_clip, key),
        partial(export_random, key),
    )


def compare(subject: Subject) -> None:
    """Prints the rows of one model."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subject.build(folder)
        found = {variant: run_apart(subject.key, variant, folder) for variant in VARIANTS}
    for variant, row in found.items():
        if row is None:
            print(f"{subject.key:28s} {variant:5s} (not installed)")
            continue
        reference = found["torch"]
        faster = "" if reference is None else f"{reference['by_four'] / row['by_four']:.2f}"
        print(
            f"{subject.key:28s} {variant:5s} {row['alone']:9.1f} {row['by_four']:8.1f}"
            f" {1000 / row['by_four']:8.1f} {faster:>8s} {row['short']:9.1f}"
            f" {row['long']:8.1f} {row['megabytes']:6.0f}"
        )


def bind_random(spec: DualEncoderSpec, folder: Path) -> None:
    """Makes graphs with random weights: folder/fp32 and folder/int8."""
    assert spec.checkpoint is not None
    shipped = resources() / spec.checkpoint.graphs
    manifest = read_manifest(shipped / "manifest.json")
    official = write_safetensors(folder / "random.safetensors", random_weights(manifest))
    checkpoint = open_checkpoint(official)
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
        for name in ("visual", "textual"):
            graph = getattr(manifest[name], precision)
            shutil.copyfile(shipped / graph.graph, folder / precision / f"{name}.onnx")
            bind(checkpoint, graph, folder / precision / f"{name}.bin", largest_int8_weight())
    official.unlink()


def export_random(architecture: str, folder: Path) -> None:
    """Makes graphs with random weights as an export does: folder/fp32 and folder/int8."""
    checkpoint = folder / "random.safetensors"
    state = make_clip(architecture).state_dict()
    save_file = importlib.import_module("safetensors.torch").save_file
    save_file({name: value.contiguous() for name, value in state.items()}, checkpoint)
    network = load_network(ExportRequest(architecture, str(checkpoint), folder / "none"), folder)
    checkpoint.unlink()
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
    subject = find_subject(architecture)
    graphs.write_visual(network.fused, subject.size, folder / "fp32" / "visual.onnx")
    graphs.write_textual(
        network.model.text,
        subject.context_length,
        any_length=subject.any_length,
        path=folder / "fp32" / "textual.onnx",
    )
    for name in ("visual.onnx", "textual.onnx"):
        graphs.quantise(folder / "fp32" / name, folder / "int8" / name, reduced=False)


def run_apart(key: str, variant: str, folder: Path) -> dict[str, float] | None:
    """Measures one variant in a process of its own; None when it can't run here."""
    command = [sys.executable, __file__, key, "--variant", variant, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1], file=sys.stderr)
        return None
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(subject: Subject, variant: str, folder: Path) -> dict[str, float]:
    """Measures one variant in this process: CPU milliseconds and megabytes."""
    empty = psutil.Process().memory_info().rss
    if variant == "torch":
        pictures, words = load_torch(subject.make)
        empty = 0  # what torch itself takes is a part of its price
    else:
        visual = create_session(folder / variant / "visual.onnx")
        textual = create_session(folder / variant / "textual.onnx")

        def pictures(pixels: np.ndarray[Any, Any]) -> object:
            return visual.run(None, {"pixel_values": pixels})

        def words(ids: np.ndarray[Any, Any]) -> object:
            return textual.run(None, {"input_ids": ids})

    size = subject.size
    pixels = np.random.default_rng(0).standard_normal((4, 3, size, size)).astype(np.float32)
    ids = np.full((1, subject.context_length), 320, np.int64)
    fixed = variant == "torch" or not subject.any_length
    short = ids if fixed else ids[:, :SHORT_QUERY]
    return {
        "alone": cpu_ms(lambda: pictures(pixels[:1])),
        "by_four": cpu_ms(lambda: pictures(pixels)) / 4,
        "short": cpu_ms(lambda: words(short)),
        "long": cpu_ms(lambda: words(ids)),
        "megabytes": (psutil.Process().memory_info().rss - empty) / 1e6,
    }


def load_torch(make: Callable[[], Any]) -> tuple[Callable[..., object], Callable[..., object]]:
    """The same network in torch, eager, on one thread."""
    model = make()
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
