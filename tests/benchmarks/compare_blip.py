"""Compares BLIP at its true size with transformers, on many pictures.

    python tests/benchmarks/compare_blip.py [base|large|vqa] [--pictures 50]

Weights are random. Prints how many greedy captions and captions by beam search are the same to
the last token (the others must come to a tie: two tokens or texts whose scores differ by less than
0.001), how far logits in float32 are from torch's, and the smallest cosine of int8 logits. Fails
where the tests would. Takes about ten seconds a picture. Needs the extra `export`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from photofind.inference import registry_blip
from photofind.paths import resources
from tests.unit.inference.blip.reference import (
    BASE,
    LARGE,
    STOP_BIAS,
    BoundBlip,
    bind_network,
    make_network,
    photos,
)
from tests.unit.inference.blip.writing import (
    answer_ours,
    answer_theirs,
    compare_beams,
    compare_greedy,
    compare_logits,
    see_theirs,
    write_ours,
    write_theirs,
)

SPECS = {
    "base": registry_blip.BASE,
    "large": registry_blip.LARGE,
    "vqa": registry_blip.VQA_BASE,
}
TOKENS = 20
PREFIXES = ("", "a photograph of")
QUESTION = "how many dogs are in the picture?"
TOGETHER = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("which", nargs="?", choices=SPECS, default="base")
    parser.add_argument("--pictures", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bound = make(arguments.which, Path(folder))
        compare(bound, arguments.pictures)


def make(which: str, folder: Path) -> BoundBlip:
    spec: Any = SPECS[which]
    sizes = LARGE if which == "large" else BASE
    # The stop token comes now and then, so that texts end at different lengths.
    network = make_network(sizes, answers=which == "vqa", stop_bias=STOP_BIAS)
    graphs = resources() / spec.checkpoint.graphs
    return bind_network(network, spec, graphs, folder)


def _already_seen(image: Any, **_: Any) -> tuple[Any]:
    return (image,)


def compare(bound: BoundBlip, pictures: int) -> None:
    """Prints the figures, and fails where they are not good enough."""
    tensors = photos(384, pictures)
    groups = [tensors[start : start + TOGETHER] for start in range(0, pictures, TOGETHER)]
    look = bound.network.vision_model.forward
    is_captioner = bound.spec.key != registry_blip.VQA_BASE.key
    greedy = beams = done = 0
    most, exact, near, ended = 0.0, 1.0, 1.0, 0
    for place, group in enumerate(groups):
        prefix = PREFIXES[place % len(PREFIXES)]
        vision = bound.network.vision_model
        vision.forward = look  # of torch's own; what it sees of this group is seen once
        image = see_theirs(bound, group)
        vision.forward = partial(_already_seen, image)
        if is_captioner:
            ours = write_ours(bound, group, prefix, 1, TOGETHER, longest=TOKENS)
            theirs = write_theirs(bound, group, prefix, 1, max_new_tokens=TOKENS)
            found = write_ours(bound, group, prefix, 3, TOGETHER, longest=TOKENS)
            expected = write_theirs(bound, group, prefix, 3, max_new_tokens=TOKENS)
            beams += compare_beams(bound, group, found, expected, prefix, 3, 1.0, TOKENS)
            float32 = compare_logits(bound, group, "fp32", image)
            int8 = compare_logits(bound, group, "int8", image)
            assert float32.is_exact, float32
            assert int8.is_near, int8
            most, exact = max(most, float32.most), min(exact, float32.cosine)
            near = min(near, int8.cosine)
        else:
            ours = answer_ours(bound, group, QUESTION, TOGETHER)
            theirs = answer_theirs(bound, group, QUESTION)
        greedy += compare_greedy(ours, theirs)
        ended += sum(text.ids[-1] == 102 for text in ours)
        done += len(group)
        line = f"{done} pictures: {greedy} greedy texts the same ({ended} ended by themselves)"
        if is_captioner:
            line += (
                f", {beams} by beam search; float32 logits off by {most:.1e} at most"
                f" (cosine {exact:.7f}), int8 cosine {near:.5f} at least"
            )
        print(line, flush=True)


if __name__ == "__main__":
    main()
