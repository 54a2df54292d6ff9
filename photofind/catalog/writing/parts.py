"""Files that are one photo: RAW and JPEG of one shot, a Live Photo's picture and film.

Which paths belong together is for the scan to say (`files.part_of`); here their contents become
contents of one photo, and photos of their own again when a partner is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.writing.photos import (
    carry_over,
    has_live_part_path,
    make_primary,
    photo_of,
    refresh_visible,
    settle,
)
from photofind.domain import ContentId, FileId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence


def pair_files(
    connection: sqlite3.Connection, pairs: Sequence[tuple[FileId, bytes | None]]
) -> None:
    touched: set[PhotoId] = set()
    for file_id, part_of in pairs:
        connection.execute("UPDATE files SET part_of = ? WHERE id = ?", (part_of, file_id))
        row = connection.execute(
            "SELECT content_id FROM live_files WHERE id = ?", (file_id,)
        ).fetchone()
        if row is not None:
            touched.add(photo_of(connection, row[0]))
            touched.add(settle(connection, row[0]))
            touched |= pair_up(connection, file_id)
    refresh_visible(connection, touched)


def pair_up(connection: sqlite3.Connection, file_id: FileId) -> set[PhotoId]:
    """Makes one photo of a file's content and those of the files it belongs together with.

    Returns:
        The photos that may look different now.
    """
    row = connection.execute(
        "SELECT content_id, folder_id, rel_path, part_of FROM live_files WHERE id = ?", (file_id,)
    ).fetchone()
    if row is None:
        return set()
    content_id, folder_id, rel_path, part_of = row
    if part_of is not None:
        shown = connection.execute(
            "SELECT content_id FROM live_files WHERE folder_id = ? AND rel_path = ?",
            (folder_id, part_of),
        ).fetchall()
        pairs = [(each, content_id) for (each,) in shown]
    else:
        parts = connection.execute(
            "SELECT content_id FROM live_files WHERE folder_id = ? AND part_of = ?",
            (folder_id, rel_path),
        ).fetchall()
        pairs = [(content_id, each) for (each,) in parts]
    touched: set[PhotoId] = set()
    for shown_id, part_id in pairs:
        touched |= _pair(connection, shown_id, part_id)
    return touched


def settle_parts(connection: sqlite3.Connection, photo_ids: Iterable[PhotoId]) -> set[PhotoId]:
    """Looks after what is left of photos that may have lost the file that was shown.

    Returns:
        The photos that may look different now, those asked for among them.
    """
    touched = set(photo_ids)
    for photo_id in tuple(touched):
        left = connection.execute(
            """SELECT c.id FROM contents c JOIN photos p ON p.id = c.photo_id
               WHERE p.id = ? AND c.id <> p.primary_content_id
               AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
            (photo_id,),
        ).fetchall()
        touched.update(settle(connection, content_id) for (content_id,) in left)
    return touched


def _pair(connection: sqlite3.Connection, shown_id: ContentId, part_id: ContentId) -> set[PhotoId]:
    if shown_id == part_id:
        return set()
    photo_id, other_id = photo_of(connection, shown_id), photo_of(connection, part_id)
    if photo_id != other_id:
        # The same RAW beside another picture stays with the first; what is about to be forgotten
        # takes nothing along.
        if has_live_part_path(connection, part_id) or _is_doomed(connection, photo_id, other_id):
            return set()
        kept_id = min(photo_id, other_id)
        _merge(connection, kept_id, shown=photo_id, part=other_id)
        connection.execute(
            "UPDATE contents SET photo_id = ? WHERE photo_id IN (?, ?)",
            (kept_id, photo_id, other_id),
        )
        make_primary(connection, kept_id, shown_id)
        gone_id = max(photo_id, other_id)
        connection.execute("UPDATE photos SET primary_content_id = NULL WHERE id = ?", (gone_id,))
        refresh_visible(connection, [gone_id])
        connection.execute("DELETE FROM photos WHERE id = ?", (gone_id,))
        photo_id = kept_id
    elif _primary_of(connection, photo_id) == part_id:
        make_primary(connection, photo_id, shown_id)
    carry_over(connection, part_id, shown_id)
    # What can't be decoded needn't be: it is not shown.
    connection.execute(
        """UPDATE contents SET state = 'pending', strikes = 0, error_code = NULL,
           error_detail = NULL WHERE id = ? AND state = 'failed'""",
        (part_id,),
    )
    return {photo_id}


def _merge(
    connection: sqlite3.Connection, kept_id: PhotoId, *, shown: PhotoId, part: PhotoId
) -> None:
    """What a person made of either half belongs to both; the shown one's word goes first."""
    connection.execute(
        """UPDATE photos SET (rating, favourite, title) = (
               SELECT coalesce(s.rating, o.rating), max(s.favourite, o.favourite),
                   coalesce(s.title, o.title)
               FROM photos s JOIN photos o ON o.id = ? WHERE s.id = ?)
           WHERE id = ?""",
        (part, shown, kept_id),
    )
    other = part if kept_id == shown else shown
    connection.execute(
        """DELETE FROM tags WHERE photo_id = ?1
           AND label IN (SELECT label FROM tags WHERE photo_id = ?2)""",
        (other, kept_id),
    )
    connection.execute("UPDATE tags SET photo_id = ? WHERE photo_id = ?", (kept_id, other))


def _is_doomed(connection: sqlite3.Connection, *photo_ids: PhotoId) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM doomed WHERE photo_id IN (?, ?))", photo_ids
    ).fetchone()
    return bool(row[0])


def _primary_of(connection: sqlite3.Connection, photo_id: PhotoId) -> ContentId:
    row = connection.execute(
        "SELECT primary_content_id FROM photos WHERE id = ?", (photo_id,)
    ).fetchone()
    return ContentId(row[0])
