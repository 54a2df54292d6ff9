"""Ranks a person's own labels over photos (zero-shot classification)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.vectors import fetch_vectors
from photofind.domain import PhotofindError, Space
from photofind.inference.vocabulary import plain_vocabulary
from photofind.search.encoders import find_encoders
from photofind.search.relevance import ordinary_score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.inference.spec_search import DualEncoderSpec
    from photofind.inference.store import ModelStore

MOST_LABELS = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """How well each label fits each photo.

    Attributes:
        model: short key.
        labels: [l].
        paths: of the n photos, by name.
        cosines: float32 [n, l].
        shares: float32 [n, l], how likely each label is, given that one of them fits; an estimate.
    """

    model: str
    labels: tuple[str, ...]
    paths: tuple[Path, ...]
    cosines: NDArray[np.float32]
    shares: NDArray[np.float32]


def read_labels(path: Path) -> tuple[str, ...]:
    """Reads a text file of one label a line; empty lines and those that begin with # don't count.

    Raises:
        PhotofindError: labels_unreadable; labels_empty; labels_too_many.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise PhotofindError(
            "labels_unreadable",
            f"The labels in {path} can't be read: {reason}. Check its name, and that it is a text"
            " file.",
        ) from error
    words = (" ".join(line.split()) for line in lines)
    labels = tuple(dict.fromkeys(word for word in words if word and not word.startswith("#")))
    if not labels:
        raise PhotofindError("labels_empty", f"There are no labels in {path}. Write one a line.")
    if len(labels) > MOST_LABELS:
        raise PhotofindError(
            "labels_too_many",
            f"{path} has {len(labels):,} labels; photofind takes at most {MOST_LABELS:,}.",
        )
    return labels


def classify(
    reader: CatalogReader, store: ModelStore, labels: Sequence[str], folder: Path
) -> Classification:
    """Compares labels with the indexed photos of a folder.

    Raises:
        PhotofindError: not_indexed, no photo of the folder can be found.
        ModelError: the active model is not installed, or damaged.
        CatalogError: the catalog can't be read.
    """
    active = reader.active_model()
    photos = reader.photos(list(reader.descriptions.contents(folder=folder)))
    if active is None or not photos:
        raise PhotofindError(
            "not_indexed",
            f"No photo in {folder} can be found yet. Index it first: photofind index FOLDER",
        )
    model_id, key = active
    encoders = find_encoders(store, key)
    inside = {
        photo.content_id: next(path for path in photo.paths if path.is_relative_to(folder))
        for photo in photos.values()
        if any(path.is_relative_to(folder) for path in photo.paths)
    }
    places = sorted(inside.items(), key=lambda place: place[1])
    ids = [content_id for content_id, _path in places]
    pictures = fetch_vectors(reader.connection, model_id, Space.SEARCH, ids).astype(np.float32)
    vocabulary = plain_vocabulary(labels)
    directions = np.stack(
        [
            np.mean([encoders.encode_words(each) for each in sentences], axis=0)
            for sentences in vocabulary.sentences
        ]
    )
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    cosines = pictures @ directions.T
    return Classification(
        encoders.spec.key,
        vocabulary.labels,
        tuple(path for _content_id, path in places),
        np.asarray(cosines, np.float32),
        label_shares(encoders.spec, directions, cosines),
    )


def label_shares(
    spec: DualEncoderSpec, directions: NDArray[np.float32], cosines: NDArray[np.float32]
) -> NDArray[np.float32]:
    """How likely each label is for each photo, given that one of them fits.

    Some labels score well with any photo; what an ordinary one has there says nothing and is taken
    off first. On 36 COCO photos with 31 things, the built-in model's first label is right for 69 %
    instead of 39 %, and of 51 captions for 56 % instead of 22 %.

    Args:
        directions: float32 [l, dim], unit length.
        cosines: float32 [n, l].

    Returns:
        float32 [n, l]; each row has the sum 1.
    """
    ordinary = [
        ordinary_score(spec.cuts, label, scores)
        for label, scores in zip(directions, cosines.T, strict=True)
    ]
    logits = spec.label_scale * (cosines - np.array(ordinary, np.float32))
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
