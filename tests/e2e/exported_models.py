"""A whole life of an exported model by the real program, compared with open_clip in PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.catalog.files import find_photo_at
from photofind.catalog.models import read_active_model
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import iterate_vectors
from photofind.domain import Space
from tests.plugins.catalog import read
from tests.unit.inference.open_clip_reference import import_open_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from photofind.inference.spec_search import DualEncoderSpec
    from tests.e2e.program import Program

QUERY = "two dogs playing in the snow"
LEAST_COSINE = 0.9999


def live_through(
    program: Program,
    exported: Path,
    photos: Path,
    pictures: Mapping[Path, NDArray[np.float32]],
    query: NDArray[np.float32],
) -> None:
    """Imports, indexes, searches, has the built-in model index beside it, switches, removes.

    A model that comes later indexes from the thumbnails that are there; here the photos' files
    are what is compared, so it comes first.

    Args:
        exported: what `models export` made, as a folder or an archive.
        photos: a folder.
        pictures: PyTorch's vectors of the photos that are compared, unit length.
        query: PyTorch's vector of QUERY, unit length.
    """
    before = states_of(program.document("models", "list"))
    imported = program.document("models", "import", exported)
    key = imported["imported"]
    assert model_of(imported, key)["installed"] is True
    assert program.document("models", "verify", key) == {"verified": [key]}
    assert model_of(program.document("models", "use", key), key)["active"] is True
    assert program.run("index", photos).code == 0
    assert program.document("status")["model"] == key
    found = program.document("search", QUERY, "--limit", "1000")
    assert found["model"].startswith(key)
    check_scores(found["hits"], pictures, query)
    check_vectors(program, pictures)
    assert model_of(program.document("models", "use", "basic"), "basic")["active"] is True
    assert program.document("search", QUERY)["model"].startswith("basic")
    program.document("models", "use", key)  # at once: both indexes exist
    assert program.document("search", QUERY, "--limit", "1000")["hits"] == found["hits"]
    program.document("models", "use", "basic")
    assert states_of(program.document("models", "remove", key)) == before
    assert not (program.folders.models / key).exists()


def model_of(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in document["models"] if each["key"] == key)
    return found


def states_of(document: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [(each["key"], each["installed"], each["active"]) for each in document["models"]]


def check_scores(
    hits: Sequence[Mapping[str, Any]],
    pictures: Mapping[Path, NDArray[np.float32]],
    query: NDArray[np.float32],
) -> None:
    """A hit's score is the cosine that PyTorch finds, but for the rounding of stored vectors."""
    scores = {Path(hit["path"]): hit["score"] for hit in hits}
    assert pictures.keys() <= scores.keys()
    for path, vector in pictures.items():
        assert abs(scores[path] - float(vector @ query)) < 2e-3, path


def check_vectors(program: Program, pictures: Mapping[Path, NDArray[np.float32]]) -> None:
    """What is stored of a photo is what PyTorch makes of its file."""
    with CatalogReader(program.folders) as reader:
        active = read(reader, read_active_model)
        assert active is not None
        parts = list(iterate_vectors(reader, active[0], Space.SEARCH))
        ids = np.concatenate([part[0] for part in parts])
        vectors = np.concatenate([part[1] for part in parts]).astype(np.float32)
        order = {int(content): row for content, row in zip(ids, vectors, strict=True)}
        contents = {
            path: content
            for path in pictures
            if (photo := read(reader, find_photo_at, path)) is not None
            for content in [read(reader, read_photos, [photo])[photo].content_id]
        }
    assert contents.keys() == pictures.keys()
    for path, expected in pictures.items():
        stored = order[contents[path]]
        cosine = float(stored @ expected / np.linalg.norm(stored))
        assert cosine >= LEAST_COSINE, path


def embed_with_torch(
    model: Any,
    spec: DualEncoderSpec,
    paths: Sequence[Path],
    tokenize: Callable[[str], NDArray[np.int64]],
) -> tuple[dict[Path, NDArray[np.float32]], NDArray[np.float32]]:
    """PyTorch's unit vectors of picture files, with open_clip's preparation, and of QUERY."""
    open_clip = import_open_clip()
    import torch
    from PIL import Image

    preprocess = spec.preprocess
    transform = open_clip.image_transform(
        preprocess.geometry.size,
        is_train=False,
        mean=preprocess.mean,
        std=preprocess.std,
        interpolation=preprocess.geometry.interpolation.value,
        resize_mode=preprocess.geometry.mode.value,
    )
    pictures = {}
    for path in paths:
        with Image.open(path) as picture, torch.inference_mode():
            pictures[path] = _unit(model.encode_image(transform(picture)[None]).numpy()[0])
    with torch.inference_mode():
        query = _unit(model.encode_text(torch.from_numpy(tokenize(QUERY))).numpy()[0])
    return pictures, query


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / np.linalg.norm(vector))
