"""How much of a query a photo's captions say: more than nothing, less than every word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.words import find_texts_with_any
from photofind.normal_form import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import PhotoId

MOST_OVERLAPS = 300
"""Photos that are looked at for one query."""
_MUCH = 0.6
_MUCH_WORDS = 2
_WORD = re.compile(r"\w+")
_EMPTY_WORDS = frozenset(
    (  # noqa: SIM905 (as a list it would be a page)
        "a an and are as at by for from her his in into is it its near of on one or out over"
        " some that the their there this to two up with"
    ).split()
)
"""English words that say nothing about a picture, or that captions and queries use alike."""
_ENDINGS = (("ing", 6), ("ed", 5), ("es", 5), ("s", 4))
"""What is cut off words of at least so many characters; less than Porter does, and enough to find
"dog" in "dogs" and "playing" in "plays"."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a text of a photo has in common with a query.

    Attributes:
        share: of the query's words that say something, 0 … 1.
        words: how many those are.
        text: the text.
    """

    share: float
    words: int
    text: str

    @property
    def says_much(self) -> bool:
        """Whether the photo may be shown for that alone."""
        return self.share >= _MUCH and self.words >= _MUCH_WORDS


def find_overlaps(reader: CatalogReader, words: str) -> dict[PhotoId, Overlap]:
    """Photos with a text that says some of the words.

    Raises:
        CatalogError: the catalog can't be read.
    """
    wanted = telling_words(words)
    if not wanted:
        return {}
    with reader.snapshot() as snapshot:
        texts = find_texts_with_any(snapshot, wanted, MOST_OVERLAPS)
    found = {photo_id: _best(wanted, entries) for photo_id, entries in texts.items()}
    return {photo_id: overlap for photo_id, overlap in found.items() if overlap.words}


def telling_words(text: str) -> frozenset[str]:
    """The words of a text that say something about a picture, without their endings."""
    words = _WORD.findall(fold(text))
    return frozenset(_stem(word) for word in words if word not in _EMPTY_WORDS)


def _best(wanted: frozenset[str], texts: Iterable[str]) -> Overlap:
    best = Overlap(0.0, 0, "")
    for text in texts:
        shared = len(wanted & telling_words(text))
        if shared > best.words:
            best = Overlap(shared / len(wanted), shared, text)
    return best


def _stem(word: str) -> str:
    for ending, least in _ENDINGS:
        if len(word) >= least and word.endswith(ending) and not word.endswith("ss"):
            return word.removesuffix(ending)
    return word
