"""Directions in a sentence encoder's space that join pictures and words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from basic_model import layout
from basic_model.attributes import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from basic_model.sentences import Embed

PERSON_TEXTS = (
    "a person, people",
    "a man",
    "a woman",
    "a boy, a girl, a child",
    "a group of people, a crowd",
)


class ClassTexts(msgspec.Struct, frozen=True):
    """What was written about one class of ImageNet-1k.

    Attributes:
        i: index of the class.
        name: its usual name.
        names: the name in a phrase, with more general words ("a beagle dog, a dog").
        desc: what a photo of it shows, phrases separated by ",".
        desc2: more such phrases, separated by " | ", about what else is in such photos; or "".
        person: 1 when photos of the class show people.
    """

    i: int
    name: str
    names: str
    desc: str
    desc2: str
    person: int


@dataclass(frozen=True, slots=True)
class Concepts:
    """Directions in one sentence encoder's space, of d dimensions.

    Attributes:
        embed: the sentence encoder.
        temperature: of a query's nearness to the anchors, in cosine.
        mean: float32 [d], what all classes have in common; taken off every text.
        anchors: float32 [1022, d], unit length: the classes, then the attributes, then people.
        objects: float32 [80, d], unit length: what the detector knows.
        principal: float32 [d, 192], orthonormal columns: the directions in which captions differ.
    """

    embed: Embed
    temperature: float
    mean: NDArray[np.float32]
    anchors: NDArray[np.float32]
    objects: NDArray[np.float32]
    principal: NDArray[np.float32]

    @property
    def classes(self) -> NDArray[np.float32]:
        """float32 [1000, d]."""
        return self.anchors[: layout.CLASSES]

    def directions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Texts without what all classes share: float32 [n, d], unit length."""
        return centred(np.stack([self.embed(text) for text in texts]), self.mean)

    def query_parts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The parts of queries that meet a picture's own: float32 [n, 1022 + 80 + 192].

        The formula of `layout` in NumPy: what the text graph has to compute.
        """
        directions = self.directions(texts)
        nearness = np.exp(directions @ self.anchors.T / self.temperature)
        nearness /= nearness.sum(1, keepdims=True)
        return np.concatenate(
            [
                layout.CONCEPT_WEIGHT * nearness,
                layout.OBJECT_WEIGHT * self.object_weights(directions),
                directions @ self.principal,
            ],
            1,
        ).astype(np.float32)

    def object_weights(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """How much queries are about each object: a softmax over the objects and "none of them"."""
        cosines = directions @ self.objects.T - layout.OBJECT_THRESHOLD
        odds = np.exp(cosines / layout.OBJECT_TEMPERATURE)
        return np.asarray(odds / (1 + odds.sum(1, keepdims=True)), np.float32)


def read_class_texts() -> tuple[ClassTexts, ...]:
    path = Path(__file__).with_name("class_texts.json")
    texts = msgspec.json.decode(path.read_bytes(), type=tuple[ClassTexts, ...])
    if [row.i for row in texts] != list(range(layout.CLASSES)):
        raise ValueError(f"{path.name} must hold the {layout.CLASSES} classes in order")
    return texts


def read_object_texts() -> tuple[str, ...]:
    """What photos with each of the detector's objects show, in the detector's order."""
    table = Path(__file__).with_name("objects.tsv").read_text("utf-8").splitlines()
    texts = tuple(line.split("\t")[1] for line in table)
    if len(texts) != layout.OBJECTS:
        raise ValueError(f"objects.tsv must hold {layout.OBJECTS} objects")
    return texts


def build_concepts(
    embed: Embed,
    temperature: float,
    texts: Sequence[ClassTexts],
    objects: Sequence[str],
    captions: Sequence[str],
) -> Concepts:
    """Turns texts into directions.

    Args:
        captions: everyday sentences, whose principal directions are kept.
    """
    bank = np.stack([_class_direction(row, embed) for row in texts])
    mean = bank.mean(0)
    others = np.stack([embed(a.text) for a in ATTRIBUTES] + [embed(t) for t in PERSON_TEXTS])
    return Concepts(
        embed,
        temperature,
        mean.astype(np.float32),
        centred(np.concatenate([bank, others]), mean),
        centred(np.stack([embed(text) for text in objects]), mean),
        _principal_directions(centred(np.stack([embed(text) for text in captions]), mean)),
    )


def shows_people(texts: Sequence[ClassTexts]) -> NDArray[np.float32]:
    """float32 [1000], 1 for classes whose photos show people."""
    return np.array([row.person for row in texts], np.float32)


def centred(vectors: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Takes a mean off rows and scales them to unit length."""
    return _unit(vectors - mean).astype(np.float32)


def _principal_directions(directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """The eigenvectors of the second moment with the largest eigenvalues.

    Returns:
        float32 [d, 192]; each column's sign makes its largest component positive.
    """
    moment = (directions.T @ directions / len(directions)).astype(np.float64)
    _values, vectors = np.linalg.eigh(moment)
    kept = vectors[:, ::-1][:, : layout.DIRECTIONS]
    largest = kept[np.abs(kept).argmax(0), np.arange(layout.DIRECTIONS)]
    return np.asarray(kept * np.sign(largest), np.float32)


def _class_direction(row: ClassTexts, embed: Embed) -> NDArray[np.float32]:
    """Several ways to say the same, so that no wording dominates. The weights were chosen by
    retrieval on COCO photos."""
    phrases = [phrase.strip() for phrase in row.desc.split(",")]
    context = row.desc2.split(" | ") if row.desc2 else [row.desc]
    return _unit(
        0.5 * embed(f"a photo of a {row.name}")
        + embed(row.names)
        + embed(row.desc)
        + embed(f"{row.names}. {row.desc}")
        + 0.5 * _mean_direction(phrases, embed)
        + _mean_direction(context, embed)
    )


def _mean_direction(texts: Sequence[str], embed: Embed) -> NDArray[np.float32]:
    return _unit(np.mean([embed(text) for text in texts], axis=0))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
