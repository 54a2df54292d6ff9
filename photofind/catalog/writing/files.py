"""File rows: found, missing, seen again, not readable."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text, search_name
from photofind.catalog.writing.parts import pair_up, settle_parts
from photofind.catalog.writing.photos import photo_of, refresh_visible, settle
from photofind.domain import ContentId, FileId, FolderError, MediaCode, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence


def insert_files(
    connection: sqlite3.Connection,
    folder_id: int,
    found: Sequence[tuple[bytes, int, int]],
) -> list[FileId]:
    known = connection.execute("SELECT 1 FROM folders WHERE id = ?", (folder_id,)).fetchone()
    if known is None:
        raise FolderError("folder_unknown", "The folder was removed while it was being read.")
    # The update changes nothing; without it RETURNING is silent about a path that is known.
    return [
        FileId(
            connection.execute(
                """INSERT INTO files (folder_id, rel_path, name, byte_size, mtime_ns)
                   VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (folder_id, rel_path) DO UPDATE SET rel_path = excluded.rel_path
                   RETURNING id""",
                (folder_id, rel_path, search_name(rel_path), byte_size, mtime_ns),
            ).fetchone()[0]
        )
        for rel_path, byte_size, mtime_ns in found
    ]


def mark_missing(connection: sqlite3.Connection, file_ids: Sequence[FileId], now_ms: int) -> None:
    ids = json.dumps(file_ids)
    touched = _photos_of(connection, ids)
    connection.execute(
        """DELETE FROM files WHERE content_id IS NULL
           AND id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    connection.execute(
        """UPDATE files SET missing_since = ?, excluded = 0
           WHERE (missing_since IS NULL OR excluded = 1)
           AND id IN (SELECT value FROM json_each(?))""",
        (now_ms, ids),
    )
    refresh_visible(connection, settle_parts(connection, touched))


def mark_seen(connection: sqlite3.Connection, file_ids: Sequence[FileId]) -> None:
    ids = json.dumps(file_ids)
    rows = connection.execute(
        """UPDATE files SET missing_since = NULL, excluded = 0 WHERE missing_since IS NOT NULL
           AND id IN (SELECT value FROM json_each(?)) RETURNING state, content_id, id""",
        (ids,),
    ).fetchall()
    touched: set[PhotoId] = set()
    for state, content_id, file_id in rows:
        if state == "known":
            touched.add(settle(connection, ContentId(content_id)))
            touched |= pair_up(connection, FileId(file_id))
    refresh_visible(connection, touched)


def fail_file(
    connection: sqlite3.Connection,
    file_id: FileId,
    code: MediaCode,
    detail: str,
    byte_size: int,
    mtime_ns: int,
) -> int:
    # content_id stays: when the file can be read again, its new content takes over the photo.
    row = connection.execute(
        """UPDATE files SET state = 'failed', byte_size = ?, mtime_ns = ?,
           missing_since = NULL, excluded = 0,
           attempts = attempts + 1, error_code = ?, error_detail = ?
           WHERE id = ? RETURNING content_id, attempts""",
        (byte_size, mtime_ns, code.value, clean_text(detail), file_id),
    ).fetchone()
    if row is None:
        return 1  # its folder was removed meanwhile
    if row[0] is not None:
        touched = settle_parts(connection, [photo_of(connection, row[0])])
        refresh_visible(connection, touched)
    return int(row[1])


def forget_departed(connection: sqlite3.Connection, departed: Mapping[ContentId, int]) -> None:
    for content_id, count in departed.items():
        connection.execute(
            """DELETE FROM files WHERE id IN (SELECT id FROM files WHERE content_id = ?
               AND state = 'known' AND missing_since IS NOT NULL AND excluded = 0
               ORDER BY missing_since DESC, id LIMIT ?)""",
            (content_id, count),
        )


def retry_files(connection: sqlite3.Connection) -> int:
    return connection.execute(
        """UPDATE files SET state = 'pending', error_code = NULL, error_detail = NULL
           WHERE state = 'failed'"""
    ).rowcount


def _photos_of(connection: sqlite3.Connection, ids: str) -> set[PhotoId]:
    rows = connection.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    return {PhotoId(photo_id) for (photo_id,) in rows}
