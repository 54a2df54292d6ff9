"""Writes the graphs that photofind binds official weights to: `python packaging/build_graphs.py`.

Needs the package onnx (extra `export`), no PyTorch and no weights. Two runs give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

from shipped_graphs import architectures  # noqa: E402
from shipped_graphs.build import build  # noqa: E402
from shipped_graphs.clip_tokenizer import build_clip_tokenizer, find_vocabulary  # noqa: E402
from shipped_graphs.probe import build_probe  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes photofind's graphs without weights.")
    parser.add_argument(
        "--output",
        type=Path,
        default=_ROOT / "resources",
        help="folder of resources to write to (default: %(default)s)",
    )
    output: Path = parser.parse_args().output
    for architecture in architectures.ALL:
        folder = output / architecture.folder
        build(architecture.network, architecture.layout, folder)
        total = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{architecture.folder}: {total} bytes")
    graphs = output / "graphs"
    (graphs / "int8_probe.onnx").write_bytes(build_probe())
    vocabulary = find_vocabulary()
    if vocabulary is None:
        print("tokenizers: left as they are, open_clip_torch is not installed")
    else:
        (graphs / "tokenizers").mkdir(exist_ok=True)
        (graphs / "tokenizers" / "clip.json").write_bytes(build_clip_tokenizer(vocabulary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
