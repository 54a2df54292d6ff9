"""Words of a caption as the Penn Treebank has them, lower case and without punctuation.

The field's figures are computed from the output of Stanford's PTBTokenizer (as coco-caption calls
it). This follows its rules for what captions consist of; tests/benchmarks/compare_metrics.py
compares both.
"""

from __future__ import annotations

import re
from typing import Final

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
