"""Official file → our graphs = open_clip in torch, for every architecture photofind binds.

No weights can be had here, so open_clip's networks get random ones; they are saved in the layout
of the official file and from there on take the way that a user's download takes.
"""

from __future__ import annotations

import importlib
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from photofind.inference import registry, registry_clip
from photofind.inference.binding import bind
from photofind.inference.checkpoints.opening import open_checkpoint
from photofind.inference.clip import ImageEncoder, TextEncoder
from photofind.inference.installing import shipped_tokenizer
from photofind.inference.manifest import read_manifest
from photofind.inference.preprocess import to_batch
from photofind.inference.processor import REDUCED_RANGE, largest_int8_weight
from photofind.inference.store import InstalledModel
from photofind.inference.tokenizers import TextTokenizer
from photofind.media.decode import decode_photo
from photofind.paths import resources
from tests.unit.inference.open_clip_reference import (
    import_open_clip,
    make_model,
    to_transformers_clip,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.spec import ModelSpec

PICTURES = 12
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
class Case:
    """A registered model and the network of open_clip that it is.

    Attributes:
        layout: renames open_clip's tensors as the official file has them.
    """

    spec: ModelSpec
    architecture: str
    layout: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict


CASES = {
    case.spec.key: case
    for case in (
        Case(registry_clip.OPENAI_B32, "ViT-B-32-quickgelu", to_transformers_clip),
        Case(registry_clip.LAION_B32, "ViT-B-32"),
        Case(registry_clip.DATACOMP_B32_256, "ViT-B-32-256"),
    )
}


@dataclass(frozen=True)
class Bound:
    """A case after binding, with what torch says.

    Attributes:
        pixels: float32 [PICTURES, 3, size, size].
        images, texts: torch's vectors, float32 [n, dim], not normalised.
    """

    case: Case
    folder: Path
    pixels: NDArray[np.float32]
    images: NDArray[np.float32]
    texts: NDArray[np.float32]

    def model(self, precision: str) -> InstalledModel:
        return InstalledModel(self.case.spec, self.folder / precision)


def test_every_bound_model_is_compared() -> None:
    bound = {spec.key for spec in registry.ALL if spec.checkpoint is not None}
    assert bound == CASES.keys()


@pytest.fixture(scope="module")
def photos(repo_root: Path) -> list[Path]:
    folder = repo_root.parent / "shared" / "fixtures" / "coco-ccby"
    if not folder.is_dir():
        pytest.skip("needs the photos of ../shared/fixtures, not on this machine")
    return sorted(folder.glob("*.jpg"))[:PICTURES]


@pytest.fixture(scope="module", params=CASES)
def bound(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, photos: list[Path]
) -> Iterator[Bound]:
    """Binds one model after the other; their files are large and don't outlive the tests."""
    case = CASES[request.param]
    open_clip = import_open_clip()
    import torch

    save_file = importlib.import_module("safetensors.torch").save_file
    assert case.spec.checkpoint is not None
    folder = tmp_path_factory.mktemp("bound")
    try:
        model = make_model(case.architecture)
        state = case.layout(model.state_dict())
        official = folder / case.spec.checkpoint.file.path
        if official.suffix == ".safetensors":
            save_file({name: value.contiguous() for name, value in state.items()}, official)
        else:
            torch.save(state, official)
        _bind_everything(case.spec, official, folder)
        geometry = case.spec.preprocess.geometry
        tensors = [decode_photo(path, [geometry]).tensors[0] for path in photos]
        pixels = to_batch(tensors, case.spec.preprocess)
        ids = open_clip.get_tokenizer(case.architecture)(TEXTS)
        with torch.inference_mode():
            images = model.encode_image(torch.from_numpy(pixels)).numpy()
            texts = model.encode_text(ids).numpy()
        yield Bound(case, folder, pixels, images, texts)
    finally:
        shutil.rmtree(folder)


def _bind_everything(spec: ModelSpec, official: Path, folder: Path) -> None:
    assert spec.checkpoint is not None
    graphs = resources() / "graphs" / spec.checkpoint.graphs
    manifest = read_manifest(graphs / "manifest.json")
    checkpoint = open_checkpoint(official)
    for precision in ("fp32", "int8"):
        (folder / precision).mkdir()
        for name in ("visual", "textual"):
            graph = getattr(getattr(manifest, name), precision)
            shutil.copyfile(graphs / graph.graph, folder / precision / f"{name}.onnx")
            bind(checkpoint, graph, folder / precision / f"{name}.bin", largest_int8_weight())
        shutil.copyfile(shipped_tokenizer("clip.json"), folder / precision / "tokenizer.json")


def cosines(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    products = (first.astype(np.float64) * second).sum(axis=1)
    lengths = np.linalg.norm(first.astype(np.float64), axis=1) * np.linalg.norm(second, axis=1)
    return np.asarray(products / lengths)


def run_pictures(model: InstalledModel, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the graph itself gives, before it is normalised."""
    session = ImageEncoder(model)._session
    return np.asarray(session.run(None, {"pixel_values": pixels})[0])


def test_float32_pictures_equal_torch(bound: Bound) -> None:
    found = run_pictures(bound.model("fp32"), bound.pixels)
    assert np.abs(found - bound.images).max() < 1e-4
    assert cosines(found, bound.images).min() > 0.99999


def test_float32_texts_equal_torch_at_their_own_length(bound: Bound) -> None:
    """Torch's are padded to the context length, ours end with the end token."""
    encoder = TextEncoder(bound.model("fp32"))
    tokenizer = encoder._tokenizer
    for text, expected in zip(TEXTS, bound.texts, strict=True):
        ids, _ = tokenizer.encode(text)
        (found,) = encoder._session.run(None, {"input_ids": ids})[0]
        assert np.abs(found - expected).max() < 1e-4
    assert cosines(encoder.encode(TEXTS), bound.texts).min() > 0.99999


def test_int8_pictures_are_as_good(bound: Bound) -> None:
    found = run_pictures(bound.model("int8"), bound.pixels)
    near = cosines(found, bound.images)
    assert np.median(near) >= 0.999
    assert near.min() >= 0.997


def test_int8_texts_are_as_good(bound: Bound) -> None:
    near = cosines(TextEncoder(bound.model("int8")).encode(TEXTS), bound.texts)
    assert np.median(near) >= 0.999
    assert near.min() >= 0.997


def test_the_batch_hardly_moves_an_int8_vector(bound: Bound) -> None:
    """Activations are scaled over the whole batch."""
    model = bound.model("int8")
    together = run_pictures(model, bound.pixels[:4])
    alone = np.concatenate([run_pictures(model, row[None]) for row in bound.pixels[:4]])
    assert cosines(together, alone).min() >= 0.9995


def test_seven_bits_are_enough_for_processors_that_need_them(bound: Bound) -> None:
    spec = bound.case.spec
    assert spec.checkpoint is not None
    graphs = resources() / "graphs" / spec.checkpoint.graphs
    graph = read_manifest(graphs / "manifest.json").visual.int8
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
    for path, ours in zip(photos, bound.pixels, strict=True):
        with Image.open(path) as picture:
            if "icc_profile" in picture.info:
                continue  # open_clip takes any colours for sRGB; photofind does not
            theirs = transform(picture.convert("RGB")).numpy()
        assert (np.abs(ours - theirs) * std).mean() <= 0.5 / 255
        compared += 1
    assert compared >= PICTURES / 2


def test_installed_files_are_small(bound: Bound) -> None:
    """Nothing but references: no weight is baked into a graph."""
    assert bound.case.spec.checkpoint is not None
    graphs = resources() / "graphs" / bound.case.spec.checkpoint.graphs
    assert sum(path.stat().st_size for path in graphs.iterdir()) < 1_000_000


def test_a_text_is_cut_after_its_end_token(bound: Bound) -> None:
    spec = bound.case.spec
    tokenizer = TextTokenizer(
        shipped_tokenizer("clip.json"), spec.context_length, spec.padding, spec.cleaning
    )
    assert tokenizer.encode("a dog")[0].shape == (1, 4)
