"""CIDEr-D (Vedantam et al. 2015): likeness to the references, where rare words count more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean
from typing import TYPE_CHECKING, TypeAlias

from photofind.describe.quality.bleu import LONGEST, sequences

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIGMA = 6.0
"""Words by which lengths may differ, section 4 of the paper."""
_SCALE = 10.0
"""So that figures are easier to read, same place."""

_Sequence: TypeAlias = tuple[str, ...]


def cider(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> float:
    """Mean over the pictures, from 0 to 10.

    How rare a word is, is counted in the references: figures depend on which pictures are looked
    at together, and of a single one nothing can be said (it gets 0).

    Args:
        captions: one for each picture, as words.
        references: for each picture, at least one.
    """
    seen_with: Counter[_Sequence] = Counter()
    for wanted in references:
        seen_with.update({run for each in wanted for run in _runs(each)})
    rarity = _Rarity(seen_with, log(max(len(references), 1)))
    return fmean(
        _score(rarity.weigh(caption), [rarity.weigh(each) for each in wanted])
        for caption, wanted in zip(captions, references, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A sentence as TF-IDF vectors, one for each length of sequences, with their norms."""

    vectors: tuple[dict[_Sequence, float], ...]
    norms: tuple[float, ...]
    words: int


@dataclass(frozen=True, slots=True)
class _Rarity:
    """How much sequences weigh.

    Attributes:
        seen_with: for each sequence, how many pictures have it in a reference.
        log_pictures: logarithm of how many pictures there are.
    """

    seen_with: Counter[_Sequence]
    log_pictures: float

    def weigh(self, words: Sequence[str]) -> _Weighed:
        vectors: tuple[dict[_Sequence, float], ...] = tuple({} for _ in range(LONGEST))
        for run, count in Counter(_runs(words)).items():
            weight = self.log_pictures - log(max(1, self.seen_with[run]))
            vectors[len(run) - 1][run] = count * weight
        norms = tuple(sqrt(sum(value**2 for value in vector.values())) for vector in vectors)
        return _Weighed(vectors, norms, len(words))


def _score(caption: _Weighed, wanted: list[_Weighed]) -> float:
    return _SCALE * fmean(fmean(_likeness(caption, each)) for each in wanted)


def _likeness(caption: _Weighed, wanted: _Weighed) -> list[float]:
    """For each length of sequences; what is said too often counts as often as in the reference."""
    length_penalty = exp(-((caption.words - wanted.words) ** 2) / (2 * _SIGMA**2))
    found = []
    for size in range(LONGEST):
        ours, theirs = caption.vectors[size], wanted.vectors[size]
        product = sum(
            min(value, theirs.get(run, 0.0)) * theirs.get(run, 0.0) for run, value in ours.items()
        )
        norm = caption.norms[size] * wanted.norms[size]
        found.append(length_penalty * product / norm if norm else 0.0)
    return found


def _runs(words: Sequence[str]) -> list[_Sequence]:
    return [run for size in range(1, LONGEST + 1) for run in sequences(words, size)]
