"""How near captions are to those of people: BLEU, ROUGE-L and CIDEr-D, as coco-caption has them.

Captions are cut into words as the Penn Treebank has them, lower case and without punctuation: the
field's figures are computed from the output of Stanford's PTBTokenizer (as coco-caption calls it),
and `tokenize` follows its rules for what captions consist of. compare_metrics.py compares both.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import fmean
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PUNCTUATION: Final = frozenset(
    ("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";", '"')
)
"""What coco-caption leaves out (`PUNCTUATIONS` in its ptbtokenizer.py)."""
_CONTRACTION: Final = re.compile(r"(?<=\w)(n't|n’t|['’](?:s|m|d|re|ve|ll))(?!\w)")
"""Endings that are words of their own."""
_RUN_TOGETHER: Final = {
    "cannot": ("can", "not"),
    "gonna": ("gon", "na"),
    "gotta": ("got", "ta"),
    "wanna": ("wan", "na"),
    "gimme": ("gim", "me"),
    "lemme": ("lem", "me"),
}
_BRACKETS: Final = {"(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-"}
"""Written so there, and in lower case no longer left out."""
_TOKEN: Final = re.compile(
    r"""
      n't | n’t | ['’](?:s|m|d|re|ve|ll)\b      # endings, cut off before
    | (?:[a-z]\.){2,}                           # abbreviations: u.s.
    | (?:mr|mrs|ms|dr|st|vs|jr|sr|etc)\.(?=\s)  # others, where a sentence goes on
    | \d+(?:[.,:]\d+)*                          # 3.5 1,000 10:30
      (?:-\w+)*(?:st|nd|rd|th|s)?\b
    | no\.(?=\s?\d)                             # numbers: no. 5
    | \w+(?:[-/]\w+|'\w+)*                      # words, t-shirt, his/her, o'clock
    | \.\.\. | -- | \S
    """,
    re.VERBOSE,
)


def tokenize(caption: str) -> list[str]:
    """Cuts a caption into words.

    "A man's T-shirt isn't red." → a man 's t-shirt is n't red
    """
    spaced = _CONTRACTION.sub(r" \1", caption.lower())
    words: list[str] = []
    for word in _TOKEN.findall(spaced):
        words += _RUN_TOGETHER.get(word, (_BRACKETS.get(word, word),))
    return [word for word in words if word not in _PUNCTUATION]


LONGEST = 4
"""Words of the longest sequences that are looked for."""
_SMALL, _TINY = 1e-9, 1e-15
"""Against dividing by zero; as in coco-caption (bleu_scorer.py), so that figures are the same."""


def bleu(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> tuple[float, ...]:
    """BLEU (Papineni et al. 2002) of a corpus: how many sequences of words are in a reference too,
    and whether there are enough words.

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


_BETA = 1.2
"""Weight of recall, as in coco-caption (rouge.py)."""


def rouge_l(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> float:
    """ROUGE-L (Lin 2004): how much of a caption stands in a reference, in that order.

    Mean over the pictures, from 0 to 1.

    Args:
        captions: one for each picture, as words.
        references: for each picture, at least one.
    """
    return fmean(
        _rouge_of(caption, wanted) for caption, wanted in zip(captions, references, strict=True)
    )


def _rouge_of(caption: Sequence[str], wanted: Sequence[Sequence[str]]) -> float:
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


_SIGMA = 6.0
"""Words by which lengths may differ, section 4 of the paper."""
_SCALE = 10.0
"""So that figures are easier to read, same place."""

_Sequence: TypeAlias = tuple[str, ...]


def cider(
    captions: Sequence[Sequence[str]], references: Sequence[Sequence[Sequence[str]]]
) -> float:
    """CIDEr-D (Vedantam et al. 2015): likeness to the references, where rare words count more.

    Mean over the pictures, from 0 to 10.

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
        _cider_of(rarity.weigh(caption), [rarity.weigh(each) for each in wanted])
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


def _cider_of(caption: _Weighed, wanted: list[_Weighed]) -> float:
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
