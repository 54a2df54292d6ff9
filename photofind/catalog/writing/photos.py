"""Which photo a content belongs to, and the words a photo is found by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import SEPARATOR
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable


def has_live_file(
    connection: sqlite3.Connection, content_id: ContentId, *, except_file: int = 0
) -> bool:
    """Whether a file is there (as far as the last scan knows) that holds this content."""
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM live_files WHERE content_id = ? AND id <> ?)",
        (content_id, except_file),
    ).fetchone()
    return bool(row[0])


def photo_of(connection: sqlite3.Connection, content_id: ContentId) -> PhotoId:
    row = connection.execute("SELECT photo_id FROM contents WHERE id = ?", (content_id,)).fetchone()
    return PhotoId(row[0])


def new_photo(connection: sqlite3.Connection) -> PhotoId:
    row = connection.execute("INSERT INTO photos DEFAULT VALUES RETURNING id").fetchone()
    return PhotoId(row[0])


def make_primary(connection: sqlite3.Connection, photo_id: PhotoId, content_id: ContentId) -> None:
    connection.execute(
        "UPDATE photos SET primary_content_id = ? WHERE id = ?", (content_id, photo_id)
    )


def heir_photo(connection: sqlite3.Connection, former: ContentId, file_id: int) -> PhotoId | None:
    """The photo that a file's new content takes over from its former one.

    None when another file still holds the former content (then that file keeps the photo) or
    when the photo shows another content by now.
    """
    row = connection.execute(
        """SELECT p.id FROM contents c JOIN photos p
           ON p.id = c.photo_id AND p.primary_content_id = c.id WHERE c.id = ?""",
        (former,),
    ).fetchone()
    if row is None or has_live_file(connection, former, except_file=file_id):
        return None
    return PhotoId(row[0])


def settle(connection: sqlite3.Connection, content_id: ContentId) -> PhotoId:
    """Makes a content that came back to life visible, and returns its photo.

    A former part of a photo becomes its primary content again when nothing else of the photo is
    on the disk any more; else it becomes a photo of its own.
    """
    photo_id, primary = connection.execute(
        """SELECT p.id, p.primary_content_id FROM contents c JOIN photos p ON p.id = c.photo_id
           WHERE c.id = ?""",
        (content_id,),
    ).fetchone()
    if primary == content_id:
        return PhotoId(photo_id)
    if has_live_file(connection, primary):
        photo_id = new_photo(connection)
        connection.execute("UPDATE contents SET photo_id = ? WHERE id = ?", (photo_id, content_id))
    make_primary(connection, photo_id, content_id)
    return PhotoId(photo_id)


def refresh_visible(connection: sqlite3.Connection, photo_ids: Iterable[PhotoId]) -> None:
    """Brings what can be found of these photos up to date: whether they are visible, their
    date, their words. To be called after whatever may change one of these."""
    # CROSS: SQLite takes json_each for large and might begin with all photos.
    values = {"ids": json.dumps(sorted(photo_ids)), "separator": SEPARATOR}
    for table in ("photo_words", "visible_photos"):
        connection.execute(
            f"DELETE FROM {table} WHERE rowid IN (SELECT value FROM json_each(:ids))",  # noqa: S608
            values,
        )
    connection.execute(
        """INSERT INTO visible_photos (photo_id, content_id, taken_at)
           SELECT p.id, c.id, c.taken_at
           FROM json_each(:ids) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN contents c ON c.id = p.primary_content_id AND c.state = 'ready'
           WHERE EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
        values,
    )
    connection.execute(
        """INSERT INTO photo_words (rowid, names, title, tags, texts)
           SELECT p.id,
               (SELECT group_concat(name, :separator) FROM
                   (SELECT DISTINCT name FROM live_files WHERE content_id = v.content_id)),
               coalesce(p.title, c.file_title, ''),
               coalesce((SELECT group_concat(label, :separator) FROM tags t
                   WHERE (photo_id = p.id OR content_id = v.content_id)
                   AND state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM tags r
                       WHERE r.photo_id = p.id AND r.state = 'rejected'
                       AND r.label = t.label COLLATE NOCASE)), ''),
               coalesce(c.file_description || :separator, '') ||
                   coalesce((SELECT group_concat(text, :separator) FROM texts
                       WHERE content_id = v.content_id), '')
           FROM json_each(:ids) AS wanted
           CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id
           CROSS JOIN contents c ON c.id = v.content_id""",
        values,
    )
