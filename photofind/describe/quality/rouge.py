"""ROUGE-L (Lin 2004): how much of a caption stands in a reference, in that order."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BETA = 1.2
"""Weight of recall, as in coco-caption (rouge.py)."""


def rouge_l(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> float:
    """Mean over the pictures, from 0 to 1.

    Args:
        captions: one for each picture, as words.
        references: for each picture, at least one.
    """
    return fmean(
        _score(caption, wanted) for caption, wanted in zip(captions, references, strict=True)
    )


def _score(caption: Sequence[str], wanted: Sequence[Sequence[str]]) -> float:
    """The best precision and the best recall, perhaps of two references."""
    common = [common_length(caption, each) for each in wanted]
    precision = max(common) / max(len(caption), 1)
    recall = max(n / max(len(each), 1) for n, each in zip(common, wanted, strict=True))
    if not precision or not recall:
        return 0.0
    return (1 + _BETA**2) * precision * recall / (recall + _BETA**2 * precision)


def common_length(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    before = [0] * (len(second) + 1)
    for word in first:
        row = [0]
        for place, other in enumerate(second):
            row.append(before[place] + 1 if word == other else max(before[place + 1], row[place]))
        before = row
    return before[-1]
