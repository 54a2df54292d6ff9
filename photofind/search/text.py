"""Photos in whose names and texts the words of a query stand, and how much that says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.words import find_named, find_phrase, find_standing
from photofind.domain import Why, WhyKind
from photofind.normal_form import fold, split_asked, split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.tags import TagRow
    from photofind.catalog.words import Written

_SHORTEST_PIECE = 3
"""Fewer characters of a name stand in too many names to mean one."""


class Strength(IntEnum):
    """How sure a match is to be what was meant; photos found by a stronger one come first."""

    NONE = 0
    """Says little: letters inside another word ("cat" in "vacation")."""
    PART = 1
    """A piece of a name that can only mean the name ("2682" of "IMG_2682.jpg")."""
    WORDS = 2
    """Every word stands as a word of its own in the names and texts of the photo."""
    EXACT = 3
    """This is its file name, with or without the suffix."""


@dataclass(frozen=True, slots=True, eq=False)
class WordHits:
    """All photos found by their words.

    Attributes:
        photo_ids: int64 [n], rising.
        strengths: int8 [n], of the strongest match of each; never NONE.
    """

    photo_ids: NDArray[np.int64]
    strengths: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.photo_ids)

    def among(self, photo_ids: NDArray[np.int64]) -> WordHits:
        """Those of some photos."""
        kept = np.isin(self.photo_ids, photo_ids)
        return WordHits(self.photo_ids[kept], self.strengths[kept])


def find_word_hits(reader: CatalogReader, words: str) -> WordHits:
    """Finds photos by their file names, titles, captions, notes, and the labels that a person or
    the file gave them.

    Raises:
        CatalogError: the catalog can't be read.
    """
    piece = fold(words)
    with reader.snapshot() as snapshot:
        found = {
            Strength.EXACT: find_named(snapshot, words),
            Strength.WORDS: find_standing(snapshot, words),
        }
        if len(piece) >= _SHORTEST_PIECE and any(map(str.isdigit, piece)):
            found[Strength.PART] = find_phrase(snapshot, words, {WhyKind.NAME})
    photo_ids = np.unique(np.concatenate(list(found.values())))
    strengths = np.zeros(len(photo_ids), np.int8)
    for strength in sorted(found):
        strengths[np.searchsorted(photo_ids, found[strength])] = strength
    return WordHits(photo_ids, strengths)


def explain(words: str, strength: Strength, written: Written) -> tuple[Why, ...]:
    """Where the words of a query stand in what is written about a photo: as few places as hold
    all of them, the one that says most first."""
    if strength in {Strength.EXACT, Strength.PART}:
        piece = fold(words)
        for name in written.names:
            folded = fold(name)
            names = {folded, PurePath(folded).stem}
            if piece in names if strength is Strength.EXACT else piece in folded:
                return (Why(WhyKind.NAME, strength / Strength.EXACT, name),)
    missing = {word: split_asked(word) for word in words.split()}
    places: list[tuple[WhyKind, str, set[str]]] = []
    tags: dict[str, set[str]] = {}
    for kind, text in written.entries():
        there = split_words(text)
        held = {word for word, asked in missing.items() if asked and _all_stand_in(asked, there)}
        if kind is WhyKind.TAG and held:
            tags[text] = held
        elif held:
            places.append((kind, text, held))
    if tags:
        # Labels are short: together they say what one title or name says.
        places.append((WhyKind.TAG, ", ".join(tags), set().union(*tags.values())))
    why: list[Why] = []
    open_words = {word for word, asked in missing.items() if asked}
    while open_words and places:
        best = max(places, key=lambda place: len(place[2] & open_words))
        if not best[2] & open_words:
            break
        why.append(Why(best[0], strength / Strength.EXACT, best[1]))
        open_words -= best[2]
        places.remove(best)
    return tuple(why)


def explain_phrase(phrase: str, written: Written) -> Why | None:
    """Where a phrase stands in what is written about a photo."""
    wanted = " ".join(fold(phrase).split())
    for kind, text in written.entries():
        if wanted in fold(text):
            return Why(kind, 1.0, text)
    return None


def matching_tags(words: str, tags: Iterable[TagRow]) -> tuple[Why, ...]:
    """Reasons for those tags that stand in the query, the surest first."""
    there = split_words(words)
    reasons = [
        Why(WhyKind.TAG, 1.0 if tag.score is None else tag.score, tag.label)
        for tag in tags
        if _stands_in(split_words(tag.label), there)
    ]
    return tuple(sorted(reasons, key=lambda why: (-why.score, why.text)))


def _all_stand_in(asked: Sequence[Sequence[str]], there: Sequence[str]) -> bool:
    return all(_stands_in(sequence, there) for sequence in asked)


def _stands_in(sequence: Sequence[str], there: Sequence[str]) -> bool:
    count = len(sequence)
    return count > 0 and any(
        there[start : start + count] == sequence
        for start, word in enumerate(there)
        if word == sequence[0]
    )
