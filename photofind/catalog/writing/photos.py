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


def has_live_part_path(connection: sqlite3.Connection, content_id: ContentId) -> bool:
    """Whether this content lies beside another one of its photo, as a part of that file."""
    row = connection.execute(
        """SELECT EXISTS (SELECT 1 FROM live_files part
               JOIN live_files shown
               ON shown.folder_id = part.folder_id AND shown.rel_path = part.part_of
               JOIN contents c ON c.id = shown.content_id
               WHERE part.content_id = ?1 AND c.id <> ?1
               AND c.photo_id = (SELECT photo_id FROM contents WHERE id = ?1))""",
        (content_id,),
    ).fetchone()
    return bool(row[0])


def settle(connection: sqlite3.Connection, content_id: ContentId) -> PhotoId:
    """Gives a content that lies on the disk its place, and returns its photo.

    A part stays with its photo. A former content of a photo becomes its primary one again when
    nothing else of the photo is on the disk any more; else it becomes a photo of its own, with
    all that the person has made of the one it leaves.
    """
    photo_id, primary = connection.execute(
        """SELECT p.id, p.primary_content_id FROM contents c JOIN photos p ON p.id = c.photo_id
           WHERE c.id = ?""",
        (content_id,),
    ).fetchone()
    if primary == content_id or has_live_part_path(connection, content_id):
        return PhotoId(photo_id)
    if has_live_file(connection, primary):
        photo_id = _split_off(connection, photo_id, content_id)
    carry_over(connection, primary, content_id)
    make_primary(connection, photo_id, content_id)
    return PhotoId(photo_id)


def _split_off(connection: sqlite3.Connection, photo_id: PhotoId, content_id: ContentId) -> PhotoId:
    own_id = PhotoId(
        connection.execute(
            """INSERT INTO photos (rating, favourite, title)
               SELECT rating, favourite, title FROM photos WHERE id = ? RETURNING id""",
            (photo_id,),
        ).fetchone()[0]
    )
    connection.execute(
        """INSERT INTO tags (photo_id, label, source, model_id, score, state)
           SELECT ?, label, source, model_id, score, state FROM tags WHERE photo_id = ?""",
        (own_id, photo_id),
    )
    connection.execute("UPDATE contents SET photo_id = ? WHERE id = ?", (own_id, content_id))
    return own_id


def carry_over(connection: sqlite3.Connection, former: ContentId, content_id: ContentId) -> None:
    """A person's notes, and captions they edited or accepted, go along to what is shown in a
    content's place."""
    connection.execute(
        """INSERT INTO texts
               (content_id, kind, model_id, text, data, created_at, edited, accepted)
           SELECT ?2, kind, model_id, text, data, created_at, edited, accepted FROM texts old
           WHERE content_id = ?1 AND (kind = 'note' OR edited = 1 OR accepted = 1)
           AND NOT EXISTS (SELECT 1 FROM texts
               WHERE content_id = ?2 AND kind = old.kind AND text = old.text)""",
        (former, content_id),
    )


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
                   coalesce((SELECT group_concat(replace(text, char(10), ' '), :separator)
                       FROM texts WHERE content_id = v.content_id), '')
           FROM json_each(:ids) AS wanted
           CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id
           CROSS JOIN contents c ON c.id = v.content_id""",
        values,
    )
