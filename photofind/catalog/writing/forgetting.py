"""What is forgotten: hidden at once, then deleted without a trace, and kept out from then on.

A photo to be forgotten is *doomed* first, in one transaction with its disappearance; deleting what
is known of it goes on after whatever may interrupt it. Of a photo that is to stay out although its
file still lies in a folder, nothing is kept but fingerprints of its bytes, its picture and its
places.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import place_mark
from photofind.catalog.writing.folders import remove_folder
from photofind.catalog.writing.photos import make_primary, new_photo, refresh_visible
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

_CONTENTS = "SELECT id FROM contents WHERE photo_id IN (SELECT value FROM json_each(:ids))"


def doom_photos(
    connection: sqlite3.Connection, photo_ids: Collection[PhotoId], *, keep_out: bool
) -> int:
    """Hides photos and has them deleted by `purge`.

    Args:
        keep_out: their files are not to be taken up again by the next scan.

    Returns:
        How many of them there were.
    """
    values = {"ids": json.dumps(sorted(photo_ids))}
    if keep_out:
        connection.execute(
            """INSERT OR IGNORE INTO forgotten (sha256, picture_hash)
               SELECT sha256, picture_hash FROM contents
               WHERE photo_id IN (SELECT value FROM json_each(:ids))""",
            values,
        )
        places = connection.execute(
            f"""SELECT r.path, f.rel_path, f.byte_size, f.mtime_ns, c.sha256 FROM files f
                JOIN folders r ON r.id = f.folder_id JOIN contents c ON c.id = f.content_id
                WHERE f.content_id IN ({_CONTENTS})""",  # noqa: S608
            values,
        ).fetchall()
        for *place, sha256 in places:
            remember_place(connection, sha256, place_mark(*place))
    connection.execute(f"DELETE FROM files WHERE content_id IN ({_CONTENTS})", values)  # noqa: S608
    doomed = connection.execute(
        """INSERT OR IGNORE INTO doomed (photo_id)
           SELECT id FROM photos WHERE id IN (SELECT value FROM json_each(:ids))""",
        values,
    ).rowcount
    refresh_visible(connection, photo_ids)
    return doomed


def doom_folder(connection: sqlite3.Connection, path: bytes) -> int:
    """Removes a root and dooms the photos that lie nowhere else."""
    photo_ids = connection.execute(
        """SELECT DISTINCT c.photo_id FROM folders r
           JOIN files f ON f.folder_id = r.id JOIN contents c ON c.id = f.content_id
           WHERE r.path = ?1 AND NOT EXISTS (
               SELECT 1 FROM contents other JOIN files f2 ON f2.content_id = other.id
               WHERE other.photo_id = c.photo_id AND f2.folder_id <> r.id
               AND f2.missing_since IS NULL)""",
        (path,),
    ).fetchall()
    remove_folder(connection, path)
    return doom_photos(connection, [PhotoId(row[0]) for row in photo_ids], keep_out=False)


def doom_missing(connection: sqlite3.Connection) -> int:
    """Dooms the photos of which no file is there any more, those of removed folders included."""
    photo_ids = connection.execute(
        """SELECT id FROM photos p WHERE NOT EXISTS (
               SELECT 1 FROM contents c JOIN files f ON f.content_id = c.id
               WHERE c.photo_id = p.id AND (f.missing_since IS NULL OR f.excluded = 1))"""
    ).fetchall()
    return doom_photos(connection, [PhotoId(row[0]) for row in photo_ids], keep_out=False)


def read_doomed(
    connection: sqlite3.Connection, in_flight: Collection[ContentId], at_most: int
) -> tuple[list[PhotoId], list[bytes]]:
    """Some photos to be purged, and the sha256 of all their contents.

    Those that somebody works on just now are left for later: what is found out about them must
    still find its place.
    """
    rows = connection.execute(
        """SELECT photo_id FROM doomed WHERE NOT EXISTS (
               SELECT 1 FROM contents c WHERE c.photo_id = doomed.photo_id AND (
                   c.id IN (SELECT value FROM json_each(?))
                   OR EXISTS (SELECT 1 FROM background_attempts
                       WHERE content_id = c.id AND state = 'in_flight')
                   OR EXISTS (SELECT 1 FROM jobs
                       WHERE content_id = c.id AND state = 'running')))
           LIMIT ?""",
        (json.dumps(list(in_flight)), at_most),
    ).fetchall()
    photo_ids = [PhotoId(row[0]) for row in rows]
    contents = connection.execute(
        "SELECT sha256 FROM contents WHERE photo_id IN (SELECT value FROM json_each(?))",
        (json.dumps(photo_ids),),
    )
    return photo_ids, [bytes(row[0]) for row in contents]


def purge(connection: sqlite3.Connection, photo_ids: Sequence[PhotoId]) -> None:
    """Deletes photos, their contents, and every row of any table that refers to one of them."""
    values = {"ids": json.dumps(photo_ids)}
    connection.execute(
        """UPDATE photos SET primary_content_id = NULL
           WHERE id IN (SELECT value FROM json_each(:ids))""",
        values,
    )
    for table, column, target in _references(connection):
        wanted = _CONTENTS if target == "contents" else "SELECT value FROM json_each(:ids)"
        connection.execute(
            f"DELETE FROM {table} WHERE {column} IN ({wanted})",  # noqa: S608 (names of our own)
            values,
        )
    refresh_visible(connection, photo_ids)  # no row is left there: goes out of photo_words
    connection.execute(f"DELETE FROM contents WHERE id IN ({_CONTENTS})", values)  # noqa: S608
    connection.execute("DELETE FROM photos WHERE id IN (SELECT value FROM json_each(:ids))", values)


def _references(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Table, column and target of whatever refers to photos and contents. Asked of the schema, so
    that a table that comes later is not left out."""
    return connection.execute(
        """SELECT m.name, f."from", f."table" FROM sqlite_master m
           JOIN pragma_foreign_key_list(m.name) f
           WHERE m.type = 'table' AND f."table" IN ('photos', 'contents')
           AND m.name NOT IN ('photos', 'contents')"""
    ).fetchall()


def remember_place(connection: sqlite3.Connection, sha256: bytes, mark: bytes) -> None:
    """A forgotten content lies at this place: not to be hashed again while nothing changes."""
    connection.execute(
        "INSERT OR REPLACE INTO forgotten_places (mark, sha256) VALUES (?, ?)", (mark, sha256)
    )


def is_forgotten(connection: sqlite3.Connection, sha256: bytes) -> bool:
    row = connection.execute("SELECT 1 FROM forgotten WHERE sha256 = ?", (sha256,)).fetchone()
    return row is not None


def doom_if_forgotten(
    connection: sqlite3.Connection, content_id: ContentId, picture_hash: bytes
) -> bool:
    """Whether this shows what was forgotten (its metadata alone are others); then it stays out."""
    known = connection.execute(
        "SELECT 1 FROM forgotten WHERE picture_hash = ? LIMIT 1", (picture_hash,)
    ).fetchone()
    if known is None:
        return False
    (photo_id,) = connection.execute(
        "UPDATE contents SET picture_hash = ? WHERE id = ? RETURNING photo_id",
        (picture_hash, content_id),
    ).fetchone()
    before = connection.execute(
        "SELECT max(id) FROM contents WHERE photo_id = ? AND id <> ?", (photo_id, content_id)
    ).fetchone()[0]
    if before is not None:
        # The file showed something else before, and what a person made of that must stay.
        make_primary(connection, photo_id, before)
        refresh_visible(connection, [photo_id])
        photo_id = new_photo(connection)
        connection.execute("UPDATE contents SET photo_id = ? WHERE id = ?", (photo_id, content_id))
        make_primary(connection, photo_id, content_id)
    doom_photos(connection, [photo_id], keep_out=True)
    return True


def recall(connection: sqlite3.Connection, sha256: bytes | None, picture_hash: bytes | None) -> int:
    """Lets forgotten photos in again: those with these bytes or this picture, or (None) all.

    Returns:
        How many contents that were.
    """
    where = "" if sha256 is None else "WHERE sha256 = :sha256 OR picture_hash = :picture_hash"
    return connection.execute(
        f"DELETE FROM forgotten {where}",  # noqa: S608
        {"sha256": sha256, "picture_hash": picture_hash},
    ).rowcount


def scrub_words(connection: sqlite3.Connection) -> None:
    """Rewrites the index of words: until then it holds deleted ones, only marked as such."""
    connection.execute("INSERT INTO photo_words(photo_words) VALUES ('optimize')")
