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
    from collections.abc import Collection, Sequence

_TRIGRAM = 3
_MOST_WORDS = 32
_MOST_RANKED = 10_000
"""Ranking costs 0.7 µs a match: with a common word in every name it would take the longest."""
_COLUMNS = (
    # Name, position in the row, what a hit there means; the one that says most first.
    ("title", 2, WhyKind.TEXT),
    ("tags", 3, WhyKind.TAG),
    ("names", 1, WhyKind.NAME),
    ("texts", 4, WhyKind.TEXT),
)
ALL_KINDS = frozenset({WhyKind.NAME, WhyKind.TAG, WhyKind.TEXT})


def find_text(
    connection: sqlite3.Connection,
    words: str,
    limit: int,
    kinds: Collection[WhyKind] = ALL_KINDS,
) -> list[TextMatch]:
    """Photos in whose names, title, tags or texts every word occurs.

    A word matches anywhere, inside longer words too, in any case. Words of one or two
    characters are found as well (by a slower way). Nothing in `words` has a special meaning.

    Args:
        words: separated by white space; at most the first 32 count.
        kinds: where to look: NAME, TAG, TEXT (title, captions, notes, text in the picture).

    Returns:
        The best first (BM25); the newest first when more than 10,000 match, for then the words
        say little.

    Raises:
        CatalogError: the catalog can't be read.
    """
    wanted = clean_text(words).split()[:_MOST_WORDS]
    columns = [column for column in _COLUMNS if column[2] in kinds]
    if not wanted or not columns:
        return []
    names = [name for name, _position, _kind in columns]
    long = [word for word in wanted if len(word) >= _TRIGRAM]
    conditions, values = [], []
    if long:
        quoted = " ".join(map(_phrase, long))
        conditions.append("photo_words MATCH ?")
        values.append(f"{{{' '.join(names)}}} : ({quoted})")
    like = f"{' || char(31) || '.join(names)} LIKE ? ESCAPE '\\'"
    for word in wanted:
        if len(word) < _TRIGRAM:
            patterns = sorted({_like(spelling) for spelling in _spellings(word)})
            conditions.append("(" + " OR ".join([like] * len(patterns)) + ")")
            values += patterns
    where = " AND ".join(conditions)
    with catalog_errors(connection):
        rank = "0.0"
        if long and _count_up_to(connection, where, values, _MOST_RANKED + 1) <= _MOST_RANKED:
            rank = "-bm25(photo_words, 2.0, 4.0, 4.0, 1.0)"
        rows = connection.execute(
            f"SELECT rowid, names, title, tags, texts, {rank} AS score FROM photo_words"  # noqa: S608
            f" WHERE {where} ORDER BY {'rowid' if rank == '0.0' else 'score'} DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
    return [_match(row, wanted, columns) for row in rows]


def find_phrase(connection: sqlite3.Connection, phrase: str) -> list[TextMatch]:
    """All photos in whose names, title, tags or texts a phrase stands as it is, in any case.

    Raises:
        CatalogError: the catalog can't be read.
    """
    wanted = clean_text(phrase)
    if len(wanted) >= _TRIGRAM:
        where, values = "photo_words MATCH ?", [_phrase(wanted)]
    else:
        everything = " || char(31) || ".join(name for name, _position, _kind in _COLUMNS)
        values = sorted(_like(spelling) for spelling in _spellings(wanted))
        where = " OR ".join([f"{everything} LIKE ? ESCAPE '\\'"] * len(values))
    with catalog_errors(connection):
        rows = connection.execute(
            f"SELECT rowid, names, title, tags, texts, 0.0 FROM photo_words WHERE {where}",  # noqa: S608
            values,
        ).fetchall()
    return [_match(row, [wanted], _COLUMNS) for row in rows]


def find_named(connection: sqlite3.Connection, name: str, limit: int) -> list[TextMatch]:
    """Photos with a file of this very name, with or without its suffix, in any case; newest first.

    Raises:
        CatalogError: the catalog can't be read.
    """
    wanted = clean_text(name)
    begins = [f"{wanted}.", wanted] if "." in wanted else [f"{wanted}."]
    # A name begins where the column begins (^), or after a separator.
    terms = [f"^{_phrase(begin)} OR {_phrase(SEPARATOR + begin)}" for begin in begins]
    with catalog_errors(connection):
        rows = connection.execute(
            "SELECT rowid, names FROM photo_words WHERE photo_words MATCH ?"
            " ORDER BY rowid DESC LIMIT ?",
            (f"names : ({' OR '.join(terms)})", limit),
        ).fetchall()
    matches = []
    for photo_id, names in rows:
        for entry in names.split(SEPARATOR):
            folded = _fold(entry)
            if _fold(wanted) in {folded, folded.rpartition(".")[0]}:
                matches.append(TextMatch(PhotoId(photo_id), WhyKind.NAME, 0.0, entry))
                break
    return matches


def find_texts_with_any(
    connection: sqlite3.Connection, words: Collection[str], limit: int
) -> dict[PhotoId, tuple[str, ...]]:
    """Photos in whose texts (captions, notes, text in the picture) one of some words occurs.

    Words that occur in very many are left out: they tell photos apart the least and take the
    longest to rank.

    Args:
        words: shorter ones than three characters are not found.

    Returns:
        All texts of each photo, of at most `limit` photos, the best by BM25.

    Raises:
        CatalogError: the catalog can't be read.
    """
    with catalog_errors(connection):
        counts = {
            word: _count_up_to(
                connection, "photo_words MATCH ?", [f"texts : {_phrase(word)}"], _MOST_RANKED + 1
            )
            for word in sorted(words)[:_MOST_WORDS]
            if len(word) >= _TRIGRAM
        }
        rare, total = [], 0
        for word, count in sorted(counts.items(), key=lambda each: each[1]):
            total += count
            if count and total <= _MOST_RANKED:
                rare.append(_phrase(word))
        if not rare:
            return {}
        rows = connection.execute(
            """SELECT rowid, texts FROM photo_words WHERE photo_words MATCH ?
               ORDER BY bm25(photo_words) LIMIT ?""",
            (f"texts : ({' OR '.join(rare)})", limit),
        ).fetchall()
    return {PhotoId(photo_id): tuple(texts.split(SEPARATOR)) for photo_id, texts in rows}


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _count_up_to(connection: sqlite3.Connection, where: str, values: list[str], most: int) -> int:
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM photo_words WHERE {where} LIMIT ?)",  # noqa: S608
        (*values, most),
    ).fetchone()
    return int(row[0])


def _spellings(word: str) -> set[str]:
    """LIKE knows the case of ASCII letters only."""
    return {word, word.lower(), word.upper(), word.title()}


def _like(word: str) -> str:
    for special in ("\\", "%", "_"):
        word = word.replace(special, "\\" + special)
    return f"%{word}%"


def _match(
    row: tuple[object, ...], words: list[str], columns: Sequence[tuple[str, int, WhyKind]]
) -> TextMatch:
    best_count, kind, text = -1, WhyKind.NAME, ""
    folded = [_fold(word) for word in words]
    for _name, position, column_kind in columns:
        entries = str(row[position]).split(SEPARATOR)
        if column_kind is WhyKind.TAG:
            # Labels are short: together they say what one title or name says.
            entries = [", ".join(e for e in entries if any(word in _fold(e) for word in folded))]
        for entry in entries:
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
