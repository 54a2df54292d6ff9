"""What is forgotten: hidden at once, then deleted without a trace, and kept out from then on.

A photo to be forgotten is *doomed* first, in one transaction with its disappearance; deleting what
is known of it goes on after whatever may interrupt it. Of a photo that is to stay out although its
file still lies in a folder, nothing is kept but fingerprints of its bytes, its picture and its
places.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_to_blob, place_mark
from photofind.catalog.folders import remove_folder
from photofind.catalog.photos import make_primary, new_photo, refresh_visible
from photofind.catalog.tags import TagSource
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from photofind.catalog.transactions import Snapshot, Transaction

_AT_ONCE = 200
"""Photos a transaction: others who write wait no longer than a moment."""
_CONTENTS = "SELECT id FROM contents WHERE photo_id IN (SELECT value FROM json_each(:ids))"


def mark_photos_for_deletion(
    tx: Transaction, photo_ids: Collection[PhotoId], *, keep_out: bool = True
) -> int:
    """Hides photos and keeps their files out of the catalog from now on.

    A file stays out as long as it shows the same, wherever it lies and whatever is written
    into its metadata, until `recall_forgotten`.

    Returns:
        How many of them there were.
    """
    values = {"ids": json.dumps(sorted(photo_ids))}
    if keep_out:
        tx.execute(
            """INSERT OR IGNORE INTO forgotten (sha256, picture_hash)
               SELECT sha256, picture_hash FROM contents
               WHERE photo_id IN (SELECT value FROM json_each(:ids))""",
            values,
        )
        places = tx.execute(
            f"""SELECT r.path, f.rel_path, f.byte_size, f.mtime_ns, f.ctime_ns, c.sha256
                FROM files f
                JOIN folders r ON r.id = f.folder_id JOIN contents c ON c.id = f.content_id
                WHERE f.content_id IN ({_CONTENTS})""",  # noqa: S608
            values,
        ).fetchall()
        for *place, sha256 in places:
            remember_place(tx, sha256, place_mark(*place))
    tx.execute(f"DELETE FROM files WHERE content_id IN ({_CONTENTS})", values)  # noqa: S608
    doomed = tx.execute(
        """INSERT OR IGNORE INTO doomed (photo_id)
           SELECT id FROM photos WHERE id IN (SELECT value FROM json_each(:ids))""",
        values,
    ).rowcount
    refresh_visible(tx, photo_ids)
    return doomed


def mark_folder_for_deletion(tx: Transaction, path: Path) -> int:
    """Removes a root and hides its photos, but for those that lie in another one too.

    Returns:
        How many photos are to be purged.

    Raises:
        FolderError: folder_unknown, it isn't a root.
    """
    photo_ids = tx.execute(
        """SELECT DISTINCT c.photo_id FROM folders r
           JOIN files f ON f.folder_id = r.id JOIN contents c ON c.id = f.content_id
           WHERE r.path = ?1 AND NOT EXISTS (
               SELECT 1 FROM contents other JOIN files f2 ON f2.content_id = other.id
               WHERE other.photo_id = c.photo_id AND f2.folder_id <> r.id
               AND f2.missing_since IS NULL)""",
        (path_to_blob(path),),
    ).fetchall()
    remove_folder(tx, path)
    return mark_photos_for_deletion(tx, [PhotoId(row[0]) for row in photo_ids], keep_out=False)


def mark_missing_for_deletion(tx: Transaction) -> int:
    """Begins to forget photos that have no file any more; returns how many."""
    photo_ids = tx.execute(
        """SELECT id FROM photos p WHERE NOT EXISTS (
               SELECT 1 FROM contents c JOIN files f ON f.content_id = c.id
               WHERE c.photo_id = p.id AND (f.missing_since IS NULL OR f.excluded = 1))"""
    ).fetchall()
    return mark_photos_for_deletion(tx, [PhotoId(row[0]) for row in photo_ids], keep_out=False)


def count_marked_for_deletion(snapshot: Snapshot) -> int:
    """How many photos are still to be purged."""
    return int(snapshot.execute("SELECT count(*) FROM doomed").fetchone()[0])


def purge_photos(tx: Transaction, remove_thumbnails: Callable[[Sequence[bytes]], None]) -> int:
    """Deletes everything about some of the photos that are to be forgotten.

    Args:
        remove_thumbnails: called with the sha256 of their contents, before they go.

    Returns:
        How many; 0 when all are gone, or the rest is being worked on.
    """
    photo_ids, hashes = _read_marked_for_deletion(tx)
    if photo_ids:
        remove_thumbnails(hashes)
        _purge(tx, photo_ids)
    return len(photo_ids)


def _read_marked_for_deletion(tx: Transaction) -> tuple[list[PhotoId], list[bytes]]:
    """Some photos to be purged, and the sha256 of all their contents.

    Those that somebody works on just now are left for later: what is found out about them must
    still find its place.
    """
    rows = tx.execute(
        """SELECT photo_id FROM doomed WHERE NOT EXISTS (
               SELECT 1 FROM contents c WHERE c.photo_id = doomed.photo_id AND (
                   c.id IN (SELECT value FROM json_each(?))
                   OR EXISTS (SELECT 1 FROM background_attempts
                       WHERE content_id = c.id AND state = 'in_flight')
                   OR EXISTS (SELECT 1 FROM jobs
                       WHERE content_id = c.id AND state = 'running')))
           LIMIT ?""",
        (json.dumps(list(tx.in_flight)), _AT_ONCE),
    ).fetchall()
    photo_ids = [PhotoId(row[0]) for row in rows]
    contents = tx.execute(
        "SELECT sha256 FROM contents WHERE photo_id IN (SELECT value FROM json_each(?))",
        (json.dumps(photo_ids),),
    )
    return photo_ids, [bytes(row[0]) for row in contents]


def _purge(tx: Transaction, photo_ids: Sequence[PhotoId]) -> None:
    """Deletes photos, their contents, and every row of any table that refers to one of them."""
    values = {"ids": json.dumps(photo_ids)}
    tx.execute(
        """UPDATE photos SET primary_content_id = NULL
           WHERE id IN (SELECT value FROM json_each(:ids))""",
        values,
    )
    for table, column, target in _references(tx):
        wanted = _CONTENTS if target == "contents" else "SELECT value FROM json_each(:ids)"
        tx.execute(
            f"DELETE FROM {table} WHERE {column} IN ({wanted})",  # noqa: S608 (names of our own)
            values,
        )
    refresh_visible(tx, photo_ids)  # no row is left there: goes out of photo_words
    tx.execute(f"DELETE FROM contents WHERE id IN ({_CONTENTS})", values)  # noqa: S608
    tx.execute("DELETE FROM photos WHERE id IN (SELECT value FROM json_each(:ids))", values)


def _references(tx: Transaction) -> list[tuple[str, str, str]]:
    """Table, column and target of whatever refers to photos and contents. Asked of the schema, so
    that a table that comes later is not left out."""
    return tx.execute(
        """SELECT m.name, f."from", f."table" FROM sqlite_master m
           JOIN pragma_foreign_key_list(m.name) f
           WHERE m.type = 'table' AND f."table" IN ('photos', 'contents')
           AND m.name NOT IN ('photos', 'contents')"""
    ).fetchall()


def remember_place(tx: Transaction, sha256: bytes, mark: bytes) -> None:
    """Remembers that a forgotten content is at this path, so that it isn't hashed again while
    unchanged."""
    tx.execute(
        "INSERT OR REPLACE INTO forgotten_places (mark, sha256) VALUES (?, ?)", (mark, sha256)
    )


def is_forgotten(tx: Transaction, sha256: bytes) -> bool:
    row = tx.execute("SELECT 1 FROM forgotten WHERE sha256 = ?", (sha256,)).fetchone()
    return row is not None


def mark_for_deletion_if_forgotten(
    tx: Transaction, content_id: ContentId, picture_hash: bytes
) -> bool:
    """Whether a content that was claimed shows a picture that is to stay out."""
    known = tx.execute(
        "SELECT 1 FROM forgotten WHERE picture_hash = ? LIMIT 1", (picture_hash,)
    ).fetchone()
    if known is None:
        return False
    (photo_id,) = tx.execute(
        "UPDATE contents SET picture_hash = ? WHERE id = ? RETURNING photo_id",
        (picture_hash, content_id),
    ).fetchone()
    before = tx.execute(
        "SELECT max(id) FROM contents WHERE photo_id = ? AND id <> ?", (photo_id, content_id)
    ).fetchone()[0]
    if before is not None:
        # The file showed something else before, and what a person made of that must stay.
        make_primary(tx, photo_id, before)
        refresh_visible(tx, [photo_id])
        photo_id = new_photo(tx)
        tx.execute("UPDATE contents SET photo_id = ? WHERE id = ?", (photo_id, content_id))
        make_primary(tx, photo_id, content_id)
    mark_photos_for_deletion(tx, [photo_id], keep_out=True)
    return True


def recall_forgotten(
    tx: Transaction, sha256: bytes | None = None, picture_hash: bytes | None = None
) -> int:
    """Lets a forgotten photo in again at the next scan, or all of them when none is named.

    Returns:
        How many contents that were.
    """
    where = "" if sha256 is None else "WHERE sha256 = :sha256 OR picture_hash = :picture_hash"
    return tx.execute(
        f"DELETE FROM forgotten {where}",  # noqa: S608
        {"sha256": sha256, "picture_hash": picture_hash},
    ).rowcount


def scrub_words(tx: Transaction) -> None:
    """Rewrites the indexes of words: until then they hold deleted ones, only marked as such."""
    tx.execute("INSERT INTO photo_words(photo_words) VALUES ('optimize')")
    tx.execute("INSERT INTO photo_tokens(photo_tokens) VALUES ('optimize')")


def read_forgotten_places(snapshot: Snapshot) -> frozenset[bytes]:
    """The marks (`encoding.place_mark`) of files that are to stay out."""
    return frozenset(row[0] for row in snapshot.execute("SELECT mark FROM forgotten_places"))


_IS_THERE = """EXISTS (SELECT 1 FROM files
    WHERE content_id = contents.id AND (missing_since IS NULL OR excluded = 1))"""


def note_missing(tx: Transaction, now_ms: int) -> None:
    """Notes which contents have no file now; once a day is enough."""
    tx.execute(
        f"""UPDATE contents SET missing_since = ?
            WHERE missing_since IS NULL AND NOT {_IS_THERE}""",  # noqa: S608
        (now_ms,),
    )
    tx.execute(
        f"""UPDATE contents SET missing_since = NULL
            WHERE missing_since IS NOT NULL AND {_IS_THERE}"""  # noqa: S608
    )


def expire_contents(
    tx: Transaction, before_ms: int, remove_thumbnails: Callable[[Sequence[bytes]], None]
) -> int:
    """Deletes what was derived from some contents that have been missing since before then;
    returns how many."""
    content_ids, hashes = _read_expired(tx, before_ms)
    if content_ids:
        remove_thumbnails(hashes)
        _expire(tx, content_ids)
    return len(content_ids)


def _read_expired(tx: Transaction, before_ms: int) -> tuple[list[ContentId], list[bytes]]:
    """Some contents that have been missing since before then, and their sha256."""
    rows = tx.execute(
        f"""SELECT id, sha256 FROM contents WHERE missing_since < ? AND state = 'ready'
            AND NOT {_IS_THERE} LIMIT ?""",  # noqa: S608
        (before_ms, _AT_ONCE),
    ).fetchall()
    return [ContentId(row[0]) for row in rows], [bytes(row[1]) for row in rows]


def _expire(tx: Transaction, content_ids: Sequence[ContentId]) -> None:
    """Deletes vectors and what models and files said, unless a person agreed to it; the contents
    must be embedded again, should they come back."""
    ids = (json.dumps(content_ids),)
    of_these = "content_id IN (SELECT value FROM json_each(?))"
    tx.execute(f"DELETE FROM regions WHERE {of_these}", ids)  # noqa: S608 (vectors go along)
    tx.execute(f"DELETE FROM tagged_contents WHERE {of_these}", ids)  # noqa: S608
    tx.execute(
        f"""DELETE FROM tags WHERE {of_these}
            AND (source = ? OR (source = ? AND state = 'proposed'))""",  # noqa: S608
        (*ids, TagSource.FILE.value, TagSource.MODEL.value),
    )
    tx.execute(
        f"""DELETE FROM texts WHERE {of_these}
            AND kind <> 'note' AND edited = 0 AND accepted = 0""",  # noqa: S608
        ids,
    )
    photos = tx.execute(
        """UPDATE contents SET state = 'pending'
           WHERE id IN (SELECT value FROM json_each(?)) RETURNING photo_id""",
        ids,
    ).fetchall()
    refresh_visible(tx, {PhotoId(row[0]) for row in photos})
