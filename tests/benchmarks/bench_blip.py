"""What BLIP costs in photofind: int8 against float32 against torch, in one run.

    python tests/benchmarks/bench_blip.py [base|large|vqa]

Weights are random: they cost as much as trained ones. Every variant runs in a process of its own,
on one thread. Prints for each
1. seconds of CPU for what is seen of a picture, and for a greedy caption of 20 tokens from the
   pixels on (an answer of 5 tokens for vqa), and the share of torch's time that this is;
2. the same for a caption with three beams;
3. the most memory that the process ever held; that of torch's includes making the weights.

Absolute times move from machine to machine; compare the shares. Needs the extra `export`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.inference import registry_blip
from photofind.inference.blip.models import BlipAnswerer, BlipCaptioner
from photofind.inference.decoding.beam import beam_search
from photofind.inference.decoding.greedy import greedy_search
from photofind.inference.decoding.rules import Rules
from photofind.inference.preprocess import to_batch
from photofind.inference.store import InstalledModel
from photofind.paths import resources
from tests.unit.inference.blip.reference import BASE, LARGE, bind_network, make_network, photos

if TYPE_CHECKING:
    from collections.abc import Callable

VARIANTS = ("torch", "fp32", "int8")
RUNS = 3
TOKENS = {"base": 20, "large": 20, "vqa": 5}
BEAMS = 3
QUESTION = "how many dogs are in the picture?"
SPECS = {
    "base": registry_blip.BASE,
    "large": registry_blip.LARGE,
    "vqa": registry_blip.VQA_BASE,
}
LARGEST_SHARE = 0.5
LARGEST_MEGABYTES = 700


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("which", nargs="?", choices=SPECS, default="base")
    parser.add_argument("--variant", choices=VARIANTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.variant is not None:
        print(json.dumps(measure(arguments.which, arguments.variant, arguments.folder)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        network = make(arguments.which)
        spec: Any = SPECS[arguments.which]
        assert spec.checkpoint is not None
        bind_network(network, spec, resources() / spec.checkpoint.graphs, folder)
        del network
        found = {name: run_apart(arguments.which, name, folder) for name in VARIANTS}
    report(arguments.which, found)


def make(which: str) -> Any:
    return make_network(LARGE if which == "large" else BASE, answers=which == "vqa")


def report(which: str, found: dict[str, dict[str, float]]) -> None:
    """Prints what was measured, and whether it is good enough."""
    tokens = TOKENS[which]
    print(f"{which}, {tokens} tokens; seconds of CPU on one thread, share of torch's")
    print(f"{'':6s} {'seen':>7s} {'greedy':>14s} {f'{BEAMS} beams':>14s} {'MB':>6s}")
    torch = found["torch"]
    for name, row in found.items():
        shares = [f"{row[kind]:7.2f} {row[kind] / torch[kind]:6.2f}" for kind in ("greedy", "beam")]
        print(f"{name:6s} {row['seen']:7.2f} {shares[0]} {shares[1]} {row['megabytes']:6.0f}")
    small = found["int8"]
    share = small["greedy"] / torch["greedy"]
    print(f"int8 takes {share:.2f} of torch's time (wanted: at most {LARGEST_SHARE})")
    print(f"int8 holds {small['megabytes']:.0f} MB at most (wanted: {LARGEST_MEGABYTES})")


def run_apart(which: str, variant: str, folder: Path) -> dict[str, float]:
    """Measures one variant in a process of its own."""
    command = [sys.executable, __file__, which, "--variant", variant, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(which: str, variant: str, folder: Path) -> dict[str, float]:
    """Measures one variant in this process."""
    picture = photos(384, 1)
    if variant == "torch":
        works = load_torch(which, picture)
    else:
        works = load_ours(which, folder / variant, picture)
    times = {name: cpu_s(work) for name, work in works.items()}
    return {**times, "megabytes": peak_megabytes()}


def load_ours(which: str, folder: Path, picture: list[Any]) -> dict[str, Callable[[], object]]:
    # No stop token: every text is as long as the others.
    rules = Rules(stop=-1, pad=0, longest=TOKENS[which])
    if which == "vqa":
        answerer = BlipAnswerer(InstalledModel(registry_blip.VQA_BASE, folder))
        words, decoder, vision = answerer._words, answerer._decoder, answerer._vision
        question = words.question(QUESTION)

        def look() -> Any:
            return answerer._reader.read(question, vision.see(picture))
    else:
        spec: Any = SPECS[which]
        captioner = BlipCaptioner(InstalledModel(spec, folder))
        words, decoder, vision = captioner._words, captioner._decoder, captioner._vision

        def look() -> Any:
            return vision.see(picture)

    prompt = words.prompt()
    return {
        "seen": look,
        "greedy": lambda: greedy_search(decoder.about(look()), prompt, rules),
        "beam": lambda: beam_search(decoder.about(look()), prompt, rules, width=BEAMS),
    }


def load_torch(which: str, picture: list[Any]) -> dict[str, Callable[[], object]]:
    """The same network in torch, eager."""
    network = make(which)
    import torch

    torch.set_num_threads(1)
    pixels = torch.from_numpy(to_batch(picture, registry_blip.BASE.preprocess))
    more = {}
    if which == "vqa":
        more["input_ids"] = torch.tensor([[101, 2129, 2116, 6077, 2024, 1999, 1996, 3861, 102]])
    length = {"min_new_tokens": TOKENS[which], "max_new_tokens": TOKENS[which]}

    def see() -> object:
        with torch.inference_mode():
            return network.vision_model(pixels)

    def write(beams: int) -> object:
        return network.generate(
            pixel_values=pixels, do_sample=False, num_beams=beams, **more, **length
        )

    return {"seen": see, "greedy": lambda: write(1), "beam": lambda: write(BEAMS)}


def cpu_s(work: Callable[[], object]) -> float:
    """Median CPU time of one call, after a first one that isn't counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return float(np.median(times))


def peak_megabytes() -> float:
    """The most memory this process ever held; where the system doesn't tell, what it holds."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float(psutil.Process().memory_info().rss) / 1e6
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
    return float(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
