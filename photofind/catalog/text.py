"""Finds photos by words: file names, titles, tags and texts, as substrings in any script."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from photofind.catalog.encoding import SEPARATOR, clean_text
from photofind.catalog.errors import catalog_errors
from photofind.catalog.rows import TextMatch
from photofind.domain import PhotoId, WhyKind

if TYPE_CHECKING:
    import sqlite3

_TRIGRAM = 3
_MOST_WORDS = 32
_COLUMNS = (
    # Position in the row, what a hit there means; the one that says most first.
    (2, WhyKind.TEXT),  # title
    (3, WhyKind.TAG),
    (1, WhyKind.NAME),
    (4, WhyKind.TEXT),
)


def find_text(connection: sqlite3.Connection, words: str, limit: int) -> list[TextMatch]:
    """Photos in whose names, title, tags or texts every word occurs, best first.

    A word matches anywhere, inside longer words too, in any case. Words of one or two
    characters are found as well (by a slower way). Nothing in `words` has a special meaning.

    Args:
        words: separated by white space; at most the first 32 count.

    Raises:
        CatalogError: the catalog can't be read.
    """
    wanted = clean_text(words).split()[:_MOST_WORDS]
    if not wanted:
        return []
    long = [word for word in wanted if len(word) >= _TRIGRAM]
    short = [word for word in wanted if len(word) < _TRIGRAM]
    conditions, values = [], []
    if long:
        conditions.append("photo_words MATCH ?")
        values.append(" ".join('"' + word.replace('"', '""') + '"' for word in long))
    for word in short:
        patterns = sorted({_like(spelling) for spelling in _spellings(word)})
        column = "names || x'1f' || title || x'1f' || tags || x'1f' || texts"
        likes = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for _ in patterns)
        conditions.append(f"({likes})")
        values += patterns
    rank = "-bm25(photo_words, 2.0, 4.0, 4.0, 1.0)" if long else "0.0"
    with catalog_errors(connection):
        rows = connection.execute(
            # Only fixed fragments are joined; what the person typed travels as values.
            f"SELECT rowid, names, title, tags, texts, {rank} AS rank FROM photo_words"  # noqa: S608
            f" WHERE {' AND '.join(conditions)} ORDER BY rank DESC, rowid DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
    return [_match(row, wanted) for row in rows]


def _spellings(word: str) -> set[str]:
    """LIKE knows the case of ASCII letters only."""
    return {word, word.lower(), word.upper(), word.title()}


def _like(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, "\\" + special)
    return f"%{word}%"


def _match(row: tuple[object, ...], words: list[str]) -> TextMatch:
    best_count, kind, text = -1, WhyKind.NAME, ""
    folded = [_fold(word) for word in words]
    for position, column_kind in _COLUMNS:
        for entry in str(row[position]).split(SEPARATOR):
            found = _fold(entry)
            count = sum(word in found for word in folded)
            if count > best_count and entry:
                best_count, kind, text = count, column_kind, entry
    photo_id, rank = row[0], row[5]
    assert isinstance(photo_id, int)
    assert isinstance(rank, float)
    return TextMatch(PhotoId(photo_id), kind, rank, text)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())
