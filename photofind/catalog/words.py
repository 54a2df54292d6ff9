"""Finds photos by words: file names, titles, tags and texts, in any script.

Two full-text tables have a row for each visible photo, in the form of `normal_form.fold`:
`photo_words` finds any substring of three characters or more (trigrams), `photo_tokens` whole words
of any length. What was written is read from where it is kept (`read_written`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.encoding import SEPARATOR, clean_text
from photofind.domain import PhotoId, WhyKind
from photofind.normal_form import fold, split_asked, split_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot, Transaction


_TRIGRAM = 3


_MOST_WORDS = 32


_MOST_RANKED = 10_000
"""Ranking costs 0.7 µs a match: with a common word in every text it would take the longest."""


_COLUMNS = (
    ("names", WhyKind.NAME),
    ("title", WhyKind.TEXT),
    ("tags", WhyKind.TAG),
    ("texts", WhyKind.TEXT),
)


ALL_KINDS = frozenset({WhyKind.NAME, WhyKind.TAG, WhyKind.TEXT})


_BETWEEN = "\ue000"
"""A word of nobody's, between two names or texts of a photo: no sequence of words spans it."""


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a photo as they were written.

    Attributes:
        names: of its files, those that are parts of it too.
        tags: that a person or the file gave it.
        texts: description, comments, people and place by name, captions, notes, text in the
            picture.
    """

    names: tuple[str, ...]
    title: str
    tags: tuple[str, ...]
    texts: tuple[str, ...]

    def entries(self) -> tuple[tuple[WhyKind, str], ...]:
        """Everything that says something, what says most first."""
        return (
            *([(WhyKind.TEXT, self.title)] if self.title else []),
            *((WhyKind.TAG, tag) for tag in self.tags),
            *((WhyKind.NAME, name) for name in self.names),
            *((WhyKind.TEXT, text) for text in self.texts),
        )


def read_written(snapshot: Snapshot, photo_ids: Sequence[int]) -> dict[PhotoId, Written]:
    """The words of the visible ones of these photos."""
    # CROSS: SQLite takes json_each for large and might begin with all photos.
    rows = snapshot.execute(
        """SELECT p.id,
               (SELECT group_concat(name, :separator) FROM
                   (SELECT DISTINCT f.name FROM contents part
                       CROSS JOIN live_files f ON f.content_id = part.id
                       WHERE part.photo_id = p.id)),
               coalesce(p.title, c.file_title, ''),
               coalesce((SELECT group_concat(label, :separator) FROM tags t
                   WHERE (photo_id = p.id OR content_id = v.content_id)
                   AND state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM tags r
                       WHERE r.photo_id = p.id AND r.state = 'rejected'
                       AND r.label = t.label COLLATE NOCASE)), ''),
               coalesce(c.file_description || :separator, '') ||
                   coalesce(c.file_people || :separator, '') ||
                   coalesce(c.file_location || :separator, '') ||
                   coalesce(c.file_comments || :separator, '') ||
                   coalesce((SELECT group_concat(replace(text, char(10), ' '), :separator)
                       FROM texts WHERE content_id = v.content_id), '')
           FROM json_each(:ids) AS wanted
           CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id
           CROSS JOIN contents c ON c.id = v.content_id""",
        {"ids": json.dumps([int(each) for each in photo_ids]), "separator": SEPARATOR},
    )
    return {
        PhotoId(photo_id): Written(_split(names), title, _split(tags), _split(texts))
        for photo_id, names, title, tags, texts in rows.fetchall()
    }


def store_words(tx: Transaction, photo_ids: Sequence[int]) -> None:
    """Brings the rows of these photos in both tables up to date."""
    ids = json.dumps([int(each) for each in photo_ids])
    for table in ("photo_words", "photo_tokens"):
        tx.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each(?))",  # noqa: S608
            (ids,),
        )
    written = read_written(tx, photo_ids)
    tx.executemany(
        "INSERT INTO photo_words (rowid, names, title, tags, texts) VALUES (?, ?, ?, ?, ?)",
        [(photo_id, *folded_row(each)) for photo_id, each in written.items()],
    )
    tx.executemany(
        "INSERT INTO photo_tokens (rowid, words) VALUES (?, ?)",
        [(photo_id, token_row(each)) for photo_id, each in written.items()],
    )


def folded_row(written: Written) -> tuple[str, str, str, str]:
    """What photo_words holds of a photo, in the order of its columns."""
    return (
        _folded(written.names),
        fold(written.title),
        _folded(written.tags),
        _folded(written.texts),
    )


def token_row(written: Written) -> str:
    """What photo_tokens holds of a photo."""
    return f" {_BETWEEN} ".join(" ".join(split_words(text)) for _kind, text in written.entries())


def find_standing(snapshot: Snapshot, words: str) -> NDArray[np.int64]:
    """Photos in which every word stands as a word of its own, each wherever it is: one in a tag,
    another in a file's name.

    Args:
        words: separated by white space; at most the first 32 count.

    Returns:
        int64 [n], rising; none when nothing in `words` is a word.
    """
    wanted = clean_text(words).split()[:_MOST_WORDS]
    asked = [sequence for word in wanted for sequence in split_asked(word)]
    if not asked:
        return np.empty(0, np.int64)
    found = _numbers(
        snapshot.execute(
            "SELECT rowid FROM photo_tokens WHERE photo_tokens MATCH ?",
            (" AND ".join(_phrase(" ".join(sequence)) for sequence in asked),),
        )
    )
    for word in wanted:  # what stands between its parts ("no-parking") counts as well
        if len(split_asked(word)) != 1 or not fold(word).isalnum():
            found = np.intersect1d(found, find_phrase(snapshot, word), assume_unique=True)
    return found


def find_phrase(
    snapshot: Snapshot, phrase: str, kinds: Collection[WhyKind] = ALL_KINDS
) -> NDArray[np.int64]:
    """All photos in whose names, title, tags or texts a phrase stands as it is, inside longer words
    too, whatever its case and accents.

    Args:
        kinds: where to look: NAME, TAG, TEXT (title, captions, notes, text in the picture).

    Returns:
        int64 [n], rising; none for a phrase without a visible sign.
    """
    wanted = " ".join(fold(clean_text(phrase)).split())
    columns = [name for name, kind in _COLUMNS if kind in kinds]
    if not wanted or not columns:
        return np.empty(0, np.int64)
    if len(wanted) >= _TRIGRAM:
        where, value = "photo_words MATCH ?", f"{{{' '.join(columns)}}} : {_phrase(wanted)}"
    else:
        where, value = f"instr({' || char(31) || '.join(columns)}, ?)", wanted
    return _numbers(
        snapshot.execute(f"SELECT rowid FROM photo_words WHERE {where}", (value,))  # noqa: S608
    )


def find_named(snapshot: Snapshot, name: str) -> NDArray[np.int64]:
    """Photos with a file of this very name, with or without its suffix, whatever its case and
    accents: int64 [n], rising."""
    wanted = fold(clean_text(name))
    begins = [f"{wanted}.", wanted] if "." in wanted else [f"{wanted}."]
    # A name begins where the column begins (^), or after a separator.
    terms = [f"^{_phrase(begin)} OR {_phrase(SEPARATOR + begin)}" for begin in begins]
    rows = snapshot.execute(
        "SELECT rowid, names FROM photo_words WHERE photo_words MATCH ?",
        (f"names : ({' OR '.join(terms)})",),
    )
    return np.unique(
        np.fromiter(
            (
                photo_id
                for photo_id, names in rows
                if any(
                    wanted in {entry, entry.rpartition(".")[0]} for entry in names.split(SEPARATOR)
                )
            ),
            np.int64,
        )
    )


def find_texts_with_any(
    snapshot: Snapshot, words: Collection[str], limit: int
) -> dict[PhotoId, tuple[str, ...]]:
    """Photos in whose texts (captions, notes, text in the picture) one of some words occurs.

    Words that occur in very many are left out: they tell photos apart the least and take the
    longest to rank.

    Args:
        words: folded; shorter ones than three characters are not found.

    Returns:
        All texts of each photo as they were written, of at most `limit` photos, the best by BM25.
    """
    counts = {
        word: _count_up_to(snapshot, f"texts : {_phrase(word)}", _MOST_RANKED + 1)
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
    rows = snapshot.execute(
        """SELECT rowid FROM photo_words WHERE photo_words MATCH ?
           ORDER BY bm25(photo_words) LIMIT ?""",
        (f"texts : ({' OR '.join(rare)})", limit),
    )
    written = read_written(snapshot, [photo_id for (photo_id,) in rows.fetchall()])
    return {photo_id: each.texts for photo_id, each in written.items()}


def _split(entries: str | None) -> tuple[str, ...]:
    return tuple(entry for entry in (entries or "").split(SEPARATOR) if entry)


def _folded(entries: Iterable[str]) -> str:
    return SEPARATOR.join(map(fold, entries))


def _numbers(rows: Iterable[tuple[int]]) -> NDArray[np.int64]:
    return np.unique(np.fromiter((number for (number,) in rows), np.int64))


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _count_up_to(snapshot: Snapshot, match: str, most: int) -> int:
    row = snapshot.execute(
        """SELECT count(*) FROM
           (SELECT 1 FROM photo_words WHERE photo_words MATCH ? LIMIT ?)""",
        (match, most),
    ).fetchone()
    return int(row[0])
