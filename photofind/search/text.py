"""Photos in whose names and texts the words of a query stand, and how much that says."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from photofind.catalog.text import find_named, find_text
from photofind.domain import PhotoId, Why, WhyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.rows import TagRow, TextMatch

MATCH_LIMIT = 300
"""Most matches that are read for one query."""
_SHORTEST_WORD = 3
"""The full-text index finds no shorter words; looking through every name takes 0.2 s at 100,000
photos, which only words of scripts that write whole words in two signs are worth."""
_UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN")
"""Scripts that put no space between words, as Unicode names of characters begin."""


class Strength(IntEnum):
    """How sure a match is to be what was meant; photos found by a stronger one come first."""

    NONE = 0
    """Says little: letters inside another word ("cat" in "vacation")."""
    PART = 1
    """A piece of a name that can only mean the name ("2682" of "IMG_2682.jpg")."""
    WORDS = 2
    """Every word stands as a word of its own in the name or text."""
    EXACT = 3
    """This is its file name, with or without the suffix."""


@dataclass(frozen=True, slots=True)
class TextHit:
    """A photo found by its words.

    Attributes:
        strength: of the strongest match, never NONE.
        why: where they stand.
    """

    photo_id: PhotoId
    strength: Strength
    why: Why


def find_text_hits(reader: CatalogReader, words: str) -> dict[PhotoId, TextHit]:
    """Finds photos by their file names, titles, captions, notes, and the labels that a person or
    the file gave them.

    Raises:
        CatalogError: the catalog can't be read.
    """
    matches: list[TextMatch] = list(find_named(reader.connection, words, MATCH_LIMIT))
    if sought := " ".join(_worth_looking_up(words.split())):
        matches += find_text(reader.connection, sought, MATCH_LIMIT)
    hits: dict[PhotoId, TextHit] = {}
    for match in matches:
        strength = judge(words, match.kind, match.text)
        known = hits.get(match.photo_id)
        if strength > (known.strength if known else Strength.NONE):
            why = Why(match.kind, strength / Strength.EXACT, match.text)
            hits[match.photo_id] = TextHit(match.photo_id, strength, why)
    return hits


def judge(words: str, kind: WhyKind, text: str) -> Strength:
    """Says how much it means that (some of) the words stand in a name or text."""
    wanted, there = _folded(words), _folded(text)
    if kind is WhyKind.NAME and wanted in {there, _folded(PurePath(text).stem)}:
        return Strength.EXACT
    if all(_stands_in(_folded(word), text) for word in words.split()):
        return Strength.WORDS
    if kind is WhyKind.NAME and wanted in there and any(map(str.isdigit, wanted)):
        return Strength.PART
    return Strength.NONE


def matching_tags(words: str, tags: Iterable[TagRow]) -> tuple[Why, ...]:
    """Reasons for those tags that stand in the query, the surest first."""
    reasons = [
        Why(WhyKind.TAG, 1.0 if tag.score is None else tag.score, tag.label)
        for tag in tags
        if _stands_in(_folded(tag.label), words)
    ]
    return tuple(sorted(reasons, key=lambda why: (-why.score, why.text)))


def _worth_looking_up(words: Sequence[str]) -> list[str]:
    long = [word for word in words if len(word) >= _SHORTEST_WORD]
    return long or [word for word in words if any(map(_is_unspaced, word))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _stands_in(wanted: str, text: str) -> bool:
    """Whether `wanted` (folded) stands in a text as words of its own."""
    original = unicodedata.normalize("NFC", text)
    folded = original.casefold()
    if len(folded) != len(original):
        original = folded  # capitals can't tell words apart then
    start = folded.find(wanted)
    while start >= 0:
        if _is_boundary(original, start) and _is_boundary(original, start + len(wanted)):
            return True
        start = folded.find(wanted, start + 1)
    return False


def _is_boundary(text: str, position: int) -> bool:
    """Whether a word may begin or end between two characters ("my|Dog|2|_|b")."""
    if position in {0, len(text)}:
        return True
    before, after = text[position - 1], text[position]
    if not (before.isalnum() and after.isalnum()):
        # A combining mark belongs to the letter before it.
        return not unicodedata.category(after).startswith("M")
    return (
        before.isdigit() != after.isdigit()
        or (before.islower() and after.isupper())
        or _is_unspaced(before)
        or _is_unspaced(after)
    )


def _is_unspaced(character: str) -> bool:
    return unicodedata.name(character, "").startswith(_UNSPACED_SCRIPTS)
