"""Official file → our graphs = open_clip in torch, for every architecture photofind binds.

No weights can be had here, so open_clip's networks get random ones; they are saved in the layout
of the official file and from there on take the way that a user's download takes.
"""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.inference import registry
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.manifest import read_manifest
from photofind.inference.preprocess import to_batch
from photofind.inference.processor import FULL_RANGE, REDUCED_RANGE, largest_int8_weight
from photofind.inference.spec_search import DualEncoderSpec, Padding, PaddingKind
from photofind.inference.store import InstalledModel
from photofind.inference.tokenizers import TextTokenizer
from photofind.media.decode import decode_photo
from photofind.paths import resources
from tests.unit.inference.bound_models import run_pictures, run_texts
from tests.unit.inference.light_networks import run_alone, save_safetensors, save_torch
from tests.unit.inference.open_clip_reference import import_open_clip
from tests.unit.inference.parity_cases import CASES, Case, transformers_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder

pytestmark = pytest.mark.pytorch


TEXTS = [
    "",
    "a dog",
    "two dogs playing in the snow",
    "A red car, parked in front of the neighbour's house!",
    "sunset over the sea",
    "birthday cake with 5 candles",
    "หมาเล่นหิมะ",
    "狗在雪地里玩",
    "👍🏽 🏳️‍🌈",
    "a very long sentence that goes on and on " * 12,
    "people",
    "black and white portrait",
]


@dataclass(frozen=True)
class Bound:
    """A case after binding, with what torch says.

    Attributes:
        shapes: of the tensors in the official file, if it is laid out as we think.
        pixels: float32 [n, 3, size, size].
        images, texts: torch's vectors, float32 [n, dim], not normalised; None where the half is
            not compared.
    """

    case: Case
    folder: Path
    shapes: Mapping[str, tuple[int, ...]]
    pixels: NDArray[np.float32]
    images: NDArray[np.float32] | None
    texts: NDArray[np.float32] | None

    def model(self, precision: str) -> DualEncoder:
        return InstalledModel(self.case.spec, self.folder / precision)


def test_every_bound_model_is_compared() -> None:
    dual_encoders = registry.specs_of(DualEncoderSpec)
    bound = {spec.key for spec in dual_encoders if spec.checkpoint is not None}
    assert bound == CASES.keys()


@pytest.mark.parametrize(
    ("half", "compared", "other"),
    [
        ("textual", "siglip2-b32-256.transformers", "siglip2-b16-224.transformers"),
        ("visual", "clip-vit-b32.open-clip", "clip-xlm-roberta-b32.open-clip"),
    ],
)
def test_halves_that_are_not_compared_are_others(half: str, compared: str, other: str) -> None:
    first, second = (resources() / "graphs" / name for name in (compared, other))
    name = f"{half}.int8.onnx"
    assert (first / name).read_bytes() == (second / name).read_bytes()
    manifests = [read_manifest(folder / "manifest.json") for folder in (first, second)]
    assert manifests[0][half] == manifests[1][half]


@pytest.fixture(scope="module")
def photos(repo_root: Path) -> list[Path]:
    folder = repo_root.parent / "shared" / "fixtures" / "coco-ccby"
    if not folder.is_dir():
        pytest.skip("needs the photos of ../shared/fixtures, not on this machine")
    return sorted(folder.glob("*.jpg"))


@pytest.fixture(scope="module", params=CASES)
def bound(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, photos: list[Path]
) -> Iterator[Bound]:
    """Binds one model after the other; their files are large and don't outlive the tests."""
    case = CASES[request.param]
    folder = tmp_path_factory.mktemp("bound")
    try:
        yield Bound(case, folder, *run_alone(_prepare, case.spec.key, folder, photos))
    finally:
        shutil.rmtree(folder)


def _prepare(
    key: str, folder: Path, photos: list[Path]
) -> tuple[
    dict[str, tuple[int, ...]],
    NDArray[np.float32],
    NDArray[np.float32] | None,
    NDArray[np.float32] | None,
]:
    """Writes and binds the official file; see `Bound`. Torch's memory goes with the process."""
    case = CASES[key]
    model = case.make()
    import torch

    assert case.spec.checkpoint is not None
    state = case.layout(model.state_dict())
    shapes = {name: tuple(value.shape) for name, value in state.items()}
    if "textual" not in case.halves:
        state = {name: value for name, value in state.items() if "text" not in name}
    official = folder / case.spec.checkpoint.file.path
    if official.suffix == ".safetensors":
        save_safetensors(state, official)
    else:
        save_torch(state, official)
    del state
    run_alone(_bind_everything, key, official, folder)
    geometry = case.spec.preprocess.geometry
    tensors = [decode_photo(path, [geometry]).tensors[0] for path in photos[: case.pictures]]
    pixels = to_batch(tensors, case.spec.preprocess)
    tokenizer = TextTokenizer(
        folder / "fp32" / "tokenizer.json",
        case.spec.context_length,
        Padding(PaddingKind.TO_CONTEXT, case.pad),
        case.spec.cleaning,
    )
    ids = np.concatenate([tokenizer.encode(text)[0] for text in TEXTS])
    images = texts = None
    with torch.inference_mode():
        if "visual" in case.halves:
            images = model.encode_image(torch.from_numpy(pixels)).numpy()
        if "textual" in case.halves:
            texts = model.encode_text(torch.from_numpy(ids)).numpy()
    return shapes, pixels, images, texts


def _bind_everything(key: str, official: Path, folder: Path) -> None:
    case = CASES[key]
    assert case.spec.checkpoint is not None
    graphs = resources() / case.spec.checkpoint.graphs
    manifest = read_manifest(graphs / "manifest.json")
    checkpoint = open_checkpoint(official)
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
        for name in case.halves:
            graph = getattr(manifest[name], precision)
            shutil.copyfile(graphs / graph.graph, folder / precision / f"{name}.onnx")
            bind(checkpoint, graph, folder / precision / f"{name}.bin", largest_int8_weight())
        case.write_tokenizer(folder / precision / "tokenizer.json")


def cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    products = (first.astype(np.float64) * second).sum(axis=1)
    lengths = np.linalg.norm(first.astype(np.float64), axis=1) * np.linalg.norm(second, axis=1)
    return np.asarray(products / lengths)


def test_float32_pictures_equal_torch(bound: Bound) -> None:
    if bound.images is None:
        pytest.skip("this half is another case's")
    found = run_pictures(bound.model("fp32"), bound.pixels)
    assert np.abs(found - bound.images).max() < 1e-4
    assert cosines(found, bound.images).min() > 0.99999


def test_float32_texts_equal_torch_at_their_own_length(bound: Bound) -> None:
    """Torch's are padded to the context length, ours end with the end token."""
    if bound.texts is None:
        pytest.skip("this half is another case's")
    alone, encoded = run_texts(bound.model("fp32"), TEXTS)
    for found, expected in zip(alone, bound.texts, strict=True):
        assert np.abs(found - expected).max() < 1e-4
    assert cosines(encoded, bound.texts).min() > 0.99999


def test_int8_pictures_are_as_good(bound: Bound) -> None:
    if bound.images is None:
        pytest.skip("this half is another case's")
    found = run_pictures(bound.model("int8"), bound.pixels)
    near = cosines(found, bound.images)
    assert np.median(near) >= 0.999
    assert near.min() >= 0.997


def test_int8_texts_are_as_good(bound: Bound) -> None:
    if bound.texts is None:
        pytest.skip("this half is another case's")
    _alone, encoded = run_texts(bound.model("int8"), TEXTS)
    near = cosines(encoded, bound.texts)
    # Weights of seven bits, where the processor needs them, cost texts a little more.
    assert np.median(near) >= (0.999 if largest_int8_weight() == FULL_RANGE else 0.998)
    assert near.min() >= 0.997


def test_the_batch_hardly_moves_an_int8_vector(bound: Bound) -> None:
    """Activations are scaled over the whole batch."""
    if bound.case.is_large:
        pytest.skip("compared with smaller models of this kind")
    if bound.images is None:
        pytest.skip("this half is another case's")
    model = bound.model("int8")
    together = run_pictures(model, bound.pixels[:4])
    alone = np.concatenate([run_pictures(model, row[None]) for row in bound.pixels[:4]])
    assert cosines(together, alone).min() >= 0.9995


def test_seven_bits_are_enough_for_processors_that_need_them(bound: Bound) -> None:
    spec = bound.case.spec
    if bound.case.is_large:
        pytest.skip("compared with smaller models of this kind")
    if bound.images is None:
        pytest.skip("this half is another case's")
    assert spec.checkpoint is not None
    graphs = resources() / spec.checkpoint.graphs
    graph = read_manifest(graphs / "manifest.json")["visual"].int8
    assert graph is not None
    folder = bound.folder / "reduced"
    folder.mkdir()
    shutil.copyfile(graphs / graph.graph, folder / "visual.onnx")
    checkpoint = open_checkpoint(bound.folder / spec.checkpoint.file.path)
    bind(checkpoint, graph, folder / "visual.bin", REDUCED_RANGE)
    near = cosines(run_pictures(InstalledModel(spec, folder), bound.pixels), bound.images)
    assert np.median(near) >= 0.999
    assert near.min() >= 0.997


def test_pictures_are_prepared_as_open_clip_does(bound: Bound, photos: list[Path]) -> None:
    open_clip = import_open_clip()
    from PIL import Image

    preprocess = bound.case.spec.preprocess
    transform = open_clip.image_transform(
        preprocess.geometry.size,
        is_train=False,
        mean=preprocess.mean,
        std=preprocess.std,
        interpolation=preprocess.geometry.interpolation.value,
        resize_mode=preprocess.geometry.mode.value,
    )
    std = np.asarray(preprocess.std, np.float32)[:, None, None]
    compared = 0
    for path, ours in zip(photos, bound.pixels, strict=False):
        with Image.open(path) as picture:
            if "icc_profile" in picture.info:
                continue  # open_clip takes any colours for sRGB; photofind does not
            theirs = transform(picture.convert("RGB")).numpy()
        assert (np.abs(ours - theirs) * std).mean() <= 0.5 / 255
        compared += 1
    assert compared >= len(bound.pixels) / 2


def test_installed_files_are_small(bound: Bound) -> None:
    """Nothing but references: no weight is baked into a graph."""
    assert bound.case.spec.checkpoint is not None
    graphs = resources() / bound.case.spec.checkpoint.graphs
    assert sum(path.stat().st_size for path in graphs.iterdir()) < 1_000_000


def test_the_layout_is_the_one_of_transformers(bound: Bound) -> None:
    """Names and shapes of the official file, as the library that wrote it has them."""
    if bound.case.layout is dict:
        return  # open_clip's own names
    if importlib.util.find_spec("transformers") is None:
        pytest.skip("needs transformers for a reference")
    import torch

    with torch.device("meta"):
        model = transformers_model(bound.case.spec)
    official = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    scalars = {"logit_scale", "logit_bias"}
    assert bound.shapes.keys() | scalars == official.keys() | scalars
    for name in official.keys() - scalars:
        assert bound.shapes[name] == official[name], name
