"""Where "probably what was meant" ends in a ranking."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.inference.spec_search import CutKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from photofind.inference.labels import Label
    from photofind.inference.spec_search import ObjectCuts, OrdinaryScores, RelevanceCuts

BACKGROUND_WEIGHT = 20
"""How many photos the model's background counts as. Up to about so many, the median of a library
says more about the photos it happens to hold than about the query."""


def text_cut(cuts: RelevanceCuts, expected: float | None, scores: NDArray[np.float32]) -> float:
    """The least score of a photo that a description fits.

    With GAP_TO_MEDIAN a photo has to stand out from what ordinary photos score. That is the
    library's median, drawn towards the score of the model's background: entirely in an empty
    library, hardly in one of hundreds. Where the median lies above the background's score, most
    photos show what was asked for, and the background decides: else no photo would stand out for
    "dog" where most photos show dogs. The same goes for the spread.

    tests/benchmarks/bench_relevance.py, built-in model, 51 COCO photos, names of objects, with what
    the detector finds (`sought_object`), precision / recall: .87/.29 for objects in few photos,
    1.00/.28 where 70 % show it, .98/.74 for "person" there. With all photos of an object
    removed, 88 % of the answers are empty. 500 photos, most of them crops of those: .86/.25,
    1.00/.23, .99/.57, and 68 % empty with 1.4 false photos a query.

    Args:
        expected: mean score of the model's background; None: not known.
        scores: float32 [n], of every photo in the library; estimates will do.

    Returns:
        May be infinite: nothing can be said about so few photos.
    """
    if cuts.kind is CutKind.COSINE:
        return cuts.text_gap
    count = len(scores)
    if cuts.ordinary is None or expected is None:
        if count < BACKGROUND_WEIGHT:
            return math.inf
        spread = float(scores.std(dtype=np.float64))
        mean = float(scores.mean(dtype=np.float64))
        return max(float(np.median(scores)) + cuts.text_gap, mean + cuts.text_z * spread)
    level, spread = _ordinary(cuts.ordinary, expected, scores)
    return level + max(cuts.text_gap, cuts.text_z * spread)


def ordinary_score(
    cuts: RelevanceCuts, expected: float | None, scores: NDArray[np.float32]
) -> float:
    """What a description scores with a photo that has nothing to do with it.

    Args:
        expected: mean score of the model's background; None: not known.
        scores: float32 [n], of photos of all kinds.

    Returns:
        0 for models without a known background.
    """
    if cuts.ordinary is None or expected is None:
        return 0.0
    return _ordinary(cuts.ordinary, expected, scores)[0]


@dataclass(frozen=True, slots=True)
class SoughtObject:
    """An object that a query is about.

    Attributes:
        component: where its presence stands in search vectors.
        least: the least value there of a photo that shows it.
    """

    component: int
    least: float


def sought_object(
    cuts: ObjectCuts, labels: Sequence[Label], words: str, weights: NDArray[np.float32]
) -> SoughtObject | None:
    """Finds the object that a query is about, if it is about one.

    People are taken for sought only where the whole query means just people: of most queries they
    are a part ("a woman in a red coat"), and a photo of any person doesn't fit those.

    Args:
        labels: of the model's objects.
        words: the query.
        weights: float32 [objects], how much the query is about each.
    """
    query = " ".join(words.lower().split())
    for index, label in enumerate(labels):
        if query in label.queries:
            return _sought(cuts, index, cuts.presence_named)
    index = int(weights.argmax())
    if weights[index] < cuts.weight or labels[index].queries:
        return None
    return _sought(cuts, index, cuts.presence)


def similar_cut(cuts: RelevanceCuts) -> float:
    """The least score of a photo that looks like another."""
    return cuts.similar


def _sought(cuts: ObjectCuts, index: int, presence: float) -> SoughtObject:
    return SoughtObject(cuts.start + index, math.sqrt(presence / cuts.scale))


def _ordinary(
    ordinary: OrdinaryScores, expected: float, scores: NDArray[np.float32]
) -> tuple[float, float]:
    """What an ordinary photo scores, and the spread around it."""
    count = len(scores)
    if not count:
        return expected, ordinary.spread
    share = count / (count + BACKGROUND_WEIGHT)
    shift = min(float(np.median(scores)) - expected, ordinary.most_shift)
    variance = share * float(scores.var(dtype=np.float64)) + (1 - share) * ordinary.spread**2
    return expected + share * shift, min(math.sqrt(variance), ordinary.most_spread)
