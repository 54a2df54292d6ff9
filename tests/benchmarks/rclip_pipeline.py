"""rclip's own way of indexing, on the same photos.

It finds its model's files in the folder RCLIP_DATADIR; there we put a graph with random weights
under the names that it looks for. Everything else is its own, from its own environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import onnx

from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.processor import largest_int8_weight
from photofind.inference.registry_clip import DATACOMP_B32_256
from photofind.paths import resources
from tests.unit.inference.tiny_clip import random_weights, write_safetensors

if TYPE_CHECKING:
    from photofind.inference.manifest import BoundGraph

_SUBFOLDER = "ViT-B-32-256-datacomp_s34b_b86k"
_TOKENIZER = "tokenizer/bpe_simple_vocab_16e6.txt.gz"
_RUN = """
import sys, time
from rclip.main import init_rclip
from rclip.utils.helpers import init_arg_parser
batch = init_arg_parser().parse_args(["x"]).indexing_batch_size
began = time.perf_counter()
init_rclip(sys.argv[1], batch)
print(time.perf_counter() - began)
"""


def measure_rclip(photos: Path, count: int, scratch: Path) -> dict[str, float]:
    """Images a second by precision, from opening the model to the last commit."""
    python = make_environment(scratch / "rclip")
    rates = {}
    assert DATACOMP_B32_256.checkpoint is not None
    graphs = resources() / DATACOMP_B32_256.checkpoint.graphs
    pair = read_manifest(graphs / "manifest.json")["visual"]
    assert pair.int8 is not None
    for precision, graph in (("fp32", pair.fp32), ("int8", pair.int8)):
        data = scratch / f"rclip-{precision}"
        write_model(graphs, graph, data)
        rates[precision] = count / run(python, photos, data)
    return rates


def make_environment(folder: Path) -> Path:
    """An environment that holds rclip and what it needs; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "rclip"]
    subprocess.run(install, check=True)
    return python


def write_model(graphs: Path, graph: BoundGraph, data: Path) -> None:
    """The visual graph under rclip's names for files, input and output; the others are never read
    while it indexes."""
    folder = data / _SUBFOLDER
    folder.mkdir(parents=True)
    manifest = read_manifest(graphs / "manifest.json")
    with tempfile.TemporaryDirectory() as scratch:
        weights = write_safetensors(Path(scratch, "random.safetensors"), random_weights(manifest))
        bind(open_checkpoint(weights), graph, Path(scratch, "visual.bin"), largest_int8_weight())
        Path(scratch, "visual.onnx").write_bytes((graphs / graph.graph).read_bytes())
        model = onnx.load(Path(scratch, "visual.onnx"))
    for old, new in ((model.graph.input[0], "input"), (model.graph.output[0], "output")):
        for node in model.graph.node:
            for names in (node.input, node.output):
                names[:] = [new if name == old.name else name for name in names]
        old.name = new
    onnx.save(model, folder / "visual.onnx")
    (folder / "textual.onnx").touch()
    (data / _TOKENIZER).parent.mkdir()
    (data / _TOKENIZER).touch()


def run(python: Path, photos: Path, data: Path) -> float:
    """Seconds rclip needs to index a folder into a fresh database."""
    places = {"RCLIP_DATADIR": str(data), "HF_HUB_OFFLINE": "1"}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", _RUN, photos],
        env=environment | places,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout.split()[-1])
