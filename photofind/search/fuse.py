"""Puts photos found by their words before those found by meaning alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

STEP = 2.5
"""Between two strengths of word matches. Cosines and bonuses span less, so meaning orders photos
of one strength and never lifts one over a stronger match."""
UNKNOWN_MEANING = -1.0
"""Score of a photo that has no vector of this model (yet)."""


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """Contents in their final order, as parallel arrays [n].

    Attributes:
        content_ids: int64.
        scores: float64, falling.
        meanings: float64, cosines; UNKNOWN_MEANING where there is none.
    """

    content_ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    meanings: NDArray[np.float64]


def fuse(
    content_ids: NDArray[np.int64],
    meanings: NDArray[np.float32],
    matched: NDArray[np.int64],
    strengths: NDArray[np.int8],
    bonuses: Mapping[int, float],
) -> Fused:
    """Orders contents by the strength of their word matches, then by meaning, then by number.

    Args:
        content_ids: int64 [n], ranked by meaning.
        meanings: float32 [n], cosines.
        matched: int64 [m], rising, the contents found by words; those not ranked are added.
        strengths: int8 [m].
        bonuses: what is added to the scores of some contents, far less than STEP.
    """
    unranked = np.setdiff1d(matched, content_ids)
    contents = np.concatenate([content_ids, unranked])
    known = np.concatenate([meanings, np.full(len(unranked), UNKNOWN_MEANING)]).astype(np.float64)
    scores = known.copy()
    if len(matched):
        places = np.searchsorted(matched, contents)
        found = matched.take(places, mode="clip") == contents
        scores[found] += STEP * strengths[places[found]]
    special = np.asarray(sorted(bonuses), np.int64)
    for place in np.flatnonzero(np.isin(contents, special)).tolist():
        scores[place] += bonuses[int(contents[place])]
    order = np.lexsort((contents, -scores))
    return Fused(contents[order], scores[order], known[order])
