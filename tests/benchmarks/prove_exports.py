"""Exported models of true size from end to end, by the real program, against open_clip in PyTorch.

    python tests/benchmarks/prove_exports.py [ARCHITECTURE ...] [--photos DIR] [--limit N]

For each architecture: random weights of open_clip in a file, `models export` in float32, `models
import`, photos indexed beside the built-in model's, `models use`, `search`, back, `models remove`.
What is stored of a photo must have a cosine of 0.9999 with what open_clip makes of the same file,
and a hit's score must be the cosine that PyTorch finds. Random weights prove the way, never the
quality; SigLIP 2's vocabulary exists on the hub alone and has a stand-in of the same kind. Takes
minutes and gigabytes for each, so it is no part of the tests. Needs the extra `export`.
"""

from __future__ import annotations

import argparse
import importlib
import itertools
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # tests, as pytest finds them

from PIL import Image

from photofind.inference.portable import read_spec
from photofind.inference.spec_search import Padding, PaddingKind
from photofind.inference.tokenizers import TextTokenizer
from tests.e2e.exported_models import embed_with_torch, live_through
from tests.e2e.program import Program
from tests.unit.inference.open_clip_reference import make_clip
from tests.unit.inference.small_tokenizers import write_gemma

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ARCHITECTURES = (
    "ViT-B-32",
    "ViT-B-32-quickgelu",
    "ViT-B-32-256",
    "ViT-B-32-SigLIP2-256",
    "MobileCLIP2-S0",
)
PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "coco-ccby"

PATIENCE_S = 3600.0
"""For one run of the program with gigabytes of weights, on a machine that has other work too."""

MOST_ALIKE = 0.995
"""Cosine of two photos; a stored vector must be nearer to its own by far."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("architectures", nargs="*", default=ARCHITECTURES, metavar="ARCHITECTURE")
    parser.add_argument("--photos", type=Path, default=PHOTOS, help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, default=12, help="photos to index")
    arguments = parser.parse_args()
    for architecture in arguments.architectures:
        start = time.monotonic()
        with tempfile.TemporaryDirectory() as temporary:
            prove(architecture, Path(temporary), arguments.photos, arguments.limit)
        print(f"{architecture}: equal from file to score, {time.monotonic() - start:.0f} s")
    return 0


def prove(architecture: str, folder: Path, photos: Path, limit: int) -> None:
    model = make_clip(architecture)
    checkpoint, tokenizer = folder / "random.safetensors", None
    state = {name: value.contiguous() for name, value in model.state_dict().items()}
    importlib.import_module("safetensors.torch").save_file(state, checkpoint)
    if "SigLIP" in architecture:
        tokenizer = folder / "tokenizer.json"
        write_gemma(tokenizer)
    export(architecture, checkpoint, tokenizer, photos, folder / "exported")
    checkpoint.unlink()
    chosen = copy_photos(photos, folder / "photos", limit)
    spec = read_spec(folder / "exported")
    pictures, query = embed_with_torch(model, spec, chosen, lambda text: ids(folder, text))
    del model, state
    require_difference(list(pictures.values()))
    program = Program(folder / "data", patience_s=PATIENCE_S)
    live_through(program, folder / "exported", folder / "photos", pictures, query)


def require_difference(vectors: list[NDArray[np.float32]]) -> None:
    """Where all pictures give the same vector, being equal proves nothing."""
    alike = max(float(one @ other) for one, other in itertools.combinations(vectors, 2))
    if alike > MOST_ALIKE:
        raise AssertionError(f"the weights tell pictures hardly apart: cosine {alike:.6f}")
    print(f"cosine of different pictures at most {alike:.4f}")


def export(
    architecture: str, checkpoint: Path, tokenizer: Path | None, photos: Path, target: Path
) -> None:
    command: list[Any] = [sys.executable, "-m", "photofind", "models", "export", architecture]
    command += ["--pretrained", checkpoint, "--out", target, "--pictures", photos]
    command += ["--precision", "fp32"]
    command += [] if tokenizer is None else ["--tokenizer", tokenizer]
    subprocess.run(command, check=True, timeout=PATIENCE_S)


def ids(folder: Path, text: str) -> NDArray[np.int64]:
    """Token ids filled up as PyTorch wants them; the export compared them with open_clip's."""
    spec = read_spec(folder / "exported")
    padding = Padding(PaddingKind.TO_CONTEXT, spec.padding.token_id)
    path = folder / "exported" / spec.tokenizer.path
    return TextTokenizer(path, spec.context_length, padding, spec.cleaning).encode(text)[0]


def copy_photos(source: Path, target: Path, limit: int) -> list[Path]:
    """Photos without a colour profile, which open_clip would overlook."""
    target.mkdir()
    chosen = []
    for path in sorted(source.glob("*.jpg")):
        with Image.open(path) as picture:
            if picture.mode != "RGB" or "icc_profile" in picture.info:
                continue
        (target / path.name).write_bytes(path.read_bytes())
        chosen.append(target / path.name)
        if len(chosen) == limit:
            break
    return chosen


if __name__ == "__main__":
    sys.exit(main())
