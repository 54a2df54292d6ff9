"""BLEU (Papineni et al. 2002), over a whole corpus."""

from __future__ import annotations

from collections import Counter
from math import exp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST = 4
"""Words of the longest sequences that are looked for."""
_SMALL, _TINY = 1e-9, 1e-15
"""Against dividing by zero; as in coco-caption (bleu_scorer.py), so that figures are the same."""


def bleu(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> tuple[float, ...]:
    """How many sequences of words are in a reference too, and whether there are enough words.

    Args:
        captions: one for each picture, as words.
        references: for each picture, at least one.

    Returns:
        BLEU-1 to BLEU-4, from 0 to 1.
    """
    right, made = [0] * LONGEST, [0] * LONGEST
    length = wanted_length = 0
    for caption, wanted in zip(captions, references, strict=True):
        length += len(caption)
        wanted_length += min((abs(len(each) - len(caption)), len(each)) for each in wanted)[1]
        for size in range(1, LONGEST + 1):
            most: Counter[tuple[str, ...]] = Counter()
            for each in wanted:
                most |= Counter(sequences(each, size))
            found = Counter(sequences(caption, size))
            right[size - 1] += (found & most).total()
            made[size - 1] += found.total()
    scores, product = [], 1.0
    for size in range(1, LONGEST + 1):
        product *= (right[size - 1] + _TINY) / (made[size - 1] + _SMALL)
        scores.append(product ** (1 / size))
    share = (length + _TINY) / (wanted_length + _SMALL)
    brevity = exp(1 - 1 / share) if share < 1 else 1.0
    return tuple(score * brevity for score in scores)


def sequences(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    """All runs of so many words."""
    return (tuple(words[start : start + size]) for start in range(len(words) + 1 - size))
