"""The bank of concepts that joins pictures and words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from basic_model.attributes import ATTRIBUTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Embed = Callable[[str], NDArray[np.float32]]

CLASSES = 1000
TEXT_DIM = 384
PERSON_TEXTS = (
    "a person, people",
    "a man",
    "a woman",
    "a boy, a girl, a child",
    "a group of people, a crowd",
)
CONCEPTS = CLASSES + len(ATTRIBUTES) + len(PERSON_TEXTS)


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
    """Directions in the sentence encoder's space.

    Attributes:
        mean: float32 [384], what all classes have in common; taken off every text.
        anchors: float32 [1022, 384], unit length: the classes, then the attributes, then people.
        shows_people: float32 [1000], 1 for classes whose photos show people.
    """

    mean: NDArray[np.float32]
    anchors: NDArray[np.float32]
    shows_people: NDArray[np.float32]

    @property
    def classes(self) -> NDArray[np.float32]:
        """float32 [1000, 384]."""
        return self.anchors[:CLASSES]


def read_class_texts() -> tuple[ClassTexts, ...]:
    path = Path(__file__).with_name("class_texts.json")
    texts = msgspec.json.decode(path.read_bytes(), type=tuple[ClassTexts, ...])
    if [row.i for row in texts] != list(range(CLASSES)):
        raise ValueError(f"{path.name} must hold the {CLASSES} classes in order")
    return texts


def build_concepts(texts: Sequence[ClassTexts], embed: Embed) -> Concepts:
    """Turns texts into directions.

    Args:
        embed: gives the sentence vector of a text, float32 [384], unit length.
    """
    bank = np.stack([_class_direction(row, embed) for row in texts])
    mean = bank.mean(0)
    others = np.stack([embed(a.text) for a in ATTRIBUTES] + [embed(t) for t in PERSON_TEXTS])
    anchors = np.concatenate([bank, others]) - mean
    return Concepts(
        mean.astype(np.float32),
        _unit(anchors).astype(np.float32),
        np.array([row.person for row in texts], np.float32),
    )


def _class_direction(row: ClassTexts, embed: Embed) -> NDArray[np.float32]:
    """Several ways to say the same, so that no wording dominates. The weights were chosen by
    retrieval on 159 COCO photos."""
    phrases = [phrase.strip() for phrase in row.desc.split(",")]
    surroundings = row.desc2.split(" | ") if row.desc2 else [row.desc]
    return _unit(
        0.5 * embed(f"a photo of a {row.name}")
        + embed(row.names)
        + embed(row.desc)
        + embed(f"{row.names}. {row.desc}")
        + 0.5 * _mean_direction(phrases, embed)
        + _mean_direction(surroundings, embed)
    )


def _mean_direction(texts: Sequence[str], embed: Embed) -> NDArray[np.float32]:
    return _unit(np.mean([embed(text) for text in texts], axis=0))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
