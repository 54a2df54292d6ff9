"""First tags: what a model's own classes and objects say about a photo, where it is sure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from photofind.domain import ModelError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.inference.clip import DualEncoder


class Label(msgspec.Struct, frozen=True, omit_defaults=True):
    """One class.

    Attributes:
        name: what a person calls it ("golden retriever"); "" when the model errs about it more
            often than people photograph it.
        groups: more general words, the narrowest first ("parrot", "bird").
        queries: further words for it, in any language and lower case ("persons", "คน").
    """

    name: str
    groups: tuple[str, ...]
    queries: tuple[str, ...] = ()


def first_tags(
    model: DualEncoder,
    posterior: NDArray[np.float32],
    presence: NDArray[np.float32] | None = None,
) -> tuple[tuple[str, float], ...]:
    """Says what is in a photo, as far as the model is sure. Mostly one or two tags, often none.

    Args:
        posterior: float32 [classes], probabilities in the order of the model's labels.
        presence: float32 [objects], between 0 and 1, in the order of the model's objects.

    Returns:
        Tags and how sure the model is of each (0..1: the share of the sharpened posterior, or the
        presence), the surest first.

    Raises:
        ModelError: model_incompatible, the labels can't be read.
    """
    spec = model.spec
    if spec.labels is None or spec.tag_cuts is None:
        return ()
    cuts = spec.tag_cuts
    sharpened = posterior.astype(np.float64) ** cuts.sharpness
    sharpened /= sharpened.sum()
    words = _read_words(model.file(spec.labels))
    shares = np.add.reduceat(sharpened[words.classes], words.starts)
    cut = np.where(words.is_general, cuts.group, cuts.label)
    sure = {words.texts[index]: float(shares[index]) for index in np.flatnonzero(shares >= cut)}
    if presence is not None and spec.objects is not None:
        objects = read_labels(model.file(spec.objects))
        for index in np.flatnonzero(presence >= cuts.presence):
            for word in (objects[index].name, *objects[index].groups):
                sure[word] = max(sure.get(word, 0.0), float(presence[index]))
    ordered = sorted(sure.items(), key=lambda tag: (-tag[1], tag[0]))
    return tuple(ordered[: cuts.at_most])


@dataclass(frozen=True, slots=True)
class _TagVocabulary:
    """What can be tagged with: n words, each covering one or more classes.

    Attributes:
        texts: the words, [n].
        classes: the classes of all words, one word after the other.
        starts: where each word's classes begin in `classes`, [n].
        is_general: whether a word stands for different classes, bool [n].
    """

    texts: tuple[str, ...]
    classes: NDArray[np.intp]
    starts: NDArray[np.intp]
    is_general: NDArray[np.bool_]


@lru_cache(maxsize=4)
def read_labels(path: Path) -> tuple[Label, ...]:
    """Reads the names of a model's classes or objects, in its order.

    Raises:
        ModelError: model_incompatible, they can't be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Label, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise ModelError(
            "model_incompatible",
            "The model file {file} can't be used. Please install the model again.",
            file=path.name,
        ) from error


@lru_cache(maxsize=4)
def _read_words(path: Path) -> _TagVocabulary:
    labels = read_labels(path)
    classes: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        for word in filter(None, dict.fromkeys((label.name, *label.groups))):
            classes.setdefault(word, []).append(index)
    general = {group for label in labels for group in label.groups}
    sizes = [len(indices) for indices in classes.values()]
    return _TagVocabulary(
        tuple(classes),
        np.concatenate([np.asarray(indices) for indices in classes.values()]),
        np.cumsum([0, *sizes[:-1]]),
        np.array([word in general for word in classes]),
    )
