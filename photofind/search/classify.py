"""Ranks a person's own labels over photos (zero-shot classification)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.models import read_active_model
from photofind.catalog.photos import find_contents, read_photos
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import PhotofindError, Space
from photofind.inference.vocabulary import plain_vocabulary
from photofind.search.encoders import find_encoders
from photofind.search.relevance import ordinary_score
from photofind.sentences import Sentence

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
        reason: str | Sentence = Sentence("it isn't UTF-8 text")
        if isinstance(error, OSError):
            reason = error.strerror or str(error)
        raise PhotofindError(
            "labels_unreadable",
            "The labels in {path} can't be read: {reason}. Check its name, and that it "
            "is a text file.",
            path=path,
            reason=reason,
        ) from error
    words = (" ".join(line.split()) for line in lines)
    labels = tuple(dict.fromkeys(word for word in words if word and not word.startswith("#")))
    if not labels:
        raise PhotofindError(
            "labels_empty", "There are no labels in {path}. Write one a line.", path=path
        )
    if len(labels) > MOST_LABELS:
        raise PhotofindError(
            "labels_too_many",
            "{path} has {count} labels; photofind takes at most {most}.",
            path=path,
            count=len(labels),
            most=MOST_LABELS,
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
    with reader.snapshot() as snapshot:
        active = read_active_model(snapshot)
        photos = read_photos(snapshot, list(find_contents(snapshot, folder=folder)))
    if active is None or not photos:
        raise PhotofindError(
            "not_indexed",
            "No photo in {folder} can be found yet. Index it first: photofind index FOLDER",
            folder=folder,
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
    with reader.snapshot() as snapshot:
        pictures = fetch_vectors(snapshot, model_id, Space.SEARCH, ids).astype(np.float32)
    vocabulary = plain_vocabulary(labels)
    directions = np.stack(
        [
            np.mean([encoders.encode_words(each).vector for each in sentences], axis=0)
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
        label_shares(
            encoders.spec,
            cosines,
            [encoders.expected_score(direction) for direction in directions],
        ),
    )


def label_shares(
    spec: DualEncoderSpec, cosines: NDArray[np.float32], expected: Sequence[float | None]
) -> NDArray[np.float32]:
    """How likely each label is for each photo, given that one of them fits.

    Some labels score well with any photo; what an ordinary one has there says nothing and is taken
    off first. On 36 COCO photos with 31 things, the built-in model's first label is right for 69 %
    instead of 39 %, and of 51 captions for 56 % instead of 22 %.

    Args:
        cosines: float32 [n, l].
        expected: what photos of all kinds score with each label, [l].

    Returns:
        float32 [n, l]; each row has the sum 1.
    """
    ordinary = [
        ordinary_score(spec.cuts, each, scores)
        for each, scores in zip(expected, cosines.T, strict=True)
    ]
    logits = spec.label_scale * (cosines - np.array(ordinary, np.float32))
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)
