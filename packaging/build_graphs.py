"""Writes the graphs that photofind binds official weights to: `python packaging/build_graphs.py`.

Needs the package onnx (extra `export`), no PyTorch and no weights. Two runs give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

from graphs import architectures  # noqa: E402
from graphs.builder import GraphBuilder  # noqa: E402
from graphs.clip_tokenizer import build_clip_tokenizer, find_vocabulary  # noqa: E402
from graphs.probe import build_probe  # noqa: E402

from photofind.inference.manifest import BoundGraph, GraphPair  # noqa: E402

if TYPE_CHECKING:
    from graphs.architectures import Architecture


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes photofind's graphs without weights.")
    parser.add_argument(
        "--output",
        type=Path,
        default=_ROOT / "resources" / "graphs",
        help="folder to write to (default: %(default)s)",
    )
    output: Path = parser.parse_args().output
    for architecture in architectures.ALL:
        build(architecture, output / architecture.name)
        total = sum(path.stat().st_size for path in (output / architecture.name).iterdir())
        print(f"{architecture.name}: {total} bytes")
    (output / "int8_probe.onnx").write_bytes(build_probe())
    vocabulary = find_vocabulary()
    if vocabulary is None:
        print("tokenizers: left as they are, open_clip_torch is not installed")
    else:
        (output / "tokenizers").mkdir(exist_ok=True)
        (output / "tokenizers" / "clip.json").write_bytes(build_clip_tokenizer(vocabulary))
    return 0


def build(architecture: Architecture, folder: Path) -> None:
    """Writes the graphs of one architecture and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = {
        name: GraphPair(
            fp32=_build_part(architecture, name, folder, int8=False),
            int8=_build_part(architecture, name, folder, int8=True),
        )
        for name in architecture.network.parts()
    }
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest) + b"\n")


def _build_part(architecture: Architecture, part: str, folder: Path, *, int8: bool) -> BoundGraph:
    graph = GraphBuilder(architecture.layout, f"{part}.bin", int8=int8)
    interface = architecture.network.parts()[part](graph)
    name = f"{part}.{'int8' if int8 else 'fp32'}.onnx"
    content, bound = graph.finish(name, interface)
    (folder / name).write_bytes(content)
    return bound


if __name__ == "__main__":
    sys.exit(main())
