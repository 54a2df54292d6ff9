"""CPU time a picture and a query of the built-in model, beside its first edition's.

    python tests/benchmarks/bench_editions.py [--first COMMIT] [--rounds 60]

The first edition's graphs are read from the repository's history. Both run in this process on one
thread, in turn, so that whatever else the computer does slows both. Prints medians of CPU
milliseconds, and their ratio.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.clip import TextEncoder
from photofind.inference.session import create_session
from photofind.inference.spec_search import DualEncoderSpec, Padding, PaddingKind
from photofind.inference.store import ModelStore
from photofind.inference.tokenizers import TextTokenizer
from photofind.paths import app_folders

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_EDITION = "686d464"
"""A commit that still has it."""
QUERY = "a man riding a red bicycle on the beach at sunset"
FOREIGN = "ein Mann auf einem roten Fahrrad am Strand bei Sonnenuntergang"
_ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--first", default=FIRST_EDITION, metavar="COMMIT")
    parser.add_argument("--rounds", type=int, default=60)
    arguments = parser.parse_args()
    model = ModelStore(app_folders()).find("basic", DualEncoderSpec)
    pixels = np.random.default_rng(0).uniform(-1, 1, (1, 3, 288, 288)).astype(np.float32)
    with tempfile.TemporaryDirectory() as temporary:
        first = Path(temporary)
        for name in ("visual.onnx", "textual.onnx", "tokenizer.json"):
            (first / name).write_bytes(_read(arguments.first, name))
        image, text = create_session(first / "visual.onnx"), create_session(first / "textual.onnx")
        tokenizer = TextTokenizer(first / "tokenizer.json", 64, Padding(PaddingKind.NONE))
    now = create_session(model.file(model.spec.image))

    def embed_first() -> None:
        ids, mask = tokenizer.encode(QUERY)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
        text.run(["text_embeds"], feed)

    words = TextEncoder(model)
    outputs = ["image_embeds", "similar_embeds", "class_posterior"]
    pictures = _measure(
        arguments.rounds,
        lambda: image.run(outputs, {"pixel_values": pixels}),
        lambda: now.run([*outputs, "object_presence"], {"pixel_values": pixels}),
    )
    queries = _measure(
        arguments.rounds,
        embed_first,
        lambda: words.encode_text(QUERY),
        lambda: words.encode_text(FOREIGN),
    )
    print(f"a picture: first {pictures[0]:.1f}, now {pictures[1]:.1f} CPU-ms", end="")
    print(f", ratio {pictures[1] / pictures[0]:.2f}")
    print(
        f"a query: first {queries[0]:.1f}, now {queries[1]:.1f} (both encoders),"
        f" {queries[2]:.1f} (German) CPU-ms"
    )


def _read(commit: str, name: str) -> bytes:
    path = f"{commit}:resources/models/basic/{name}"
    return subprocess.run(["git", "show", path], cwd=_ROOT, check=True, capture_output=True).stdout


def _measure(rounds: int, *tasks: Callable[[], object]) -> list[float]:
    """Median CPU milliseconds of each task; the first round only warms up."""
    taken = np.empty((rounds + 1, len(tasks)))
    for row in taken:
        for column, task in enumerate(tasks):
            began = time.process_time()
            task()
            row[column] = (time.process_time() - began) * 1e3
    return [float(value) for value in np.median(taken[1:], axis=0)]


if __name__ == "__main__":
    main()
