"""What is looked at in a root, what is left out, and what is counted only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text, path_from_blob
from photofind.catalog.writing.folders import absorb_below, find_root
from photofind.catalog.writing.parts import settle_parts
from photofind.catalog.writing.photos import refresh_visible
from photofind.domain import FileId, FolderError, FolderId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from photofind.catalog.nesting import Nesting
    from photofind.domain import MediaCode


def exclude(connection: sqlite3.Connection, root: bytes, pattern: str) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO exclusions (folder_id, pattern) VALUES (?, ?)",
        (find_root(connection, root), pattern),
    )


def include(connection: sqlite3.Connection, root: bytes, pattern: str, nesting: Nesting) -> None:
    folder_id = find_root(connection, root)
    removed = connection.execute(
        "DELETE FROM exclusions WHERE folder_id = ? AND pattern = ?", (folder_id, pattern)
    ).rowcount
    if not removed:
        raise FolderError(
            "pattern_unknown",
            f"“{pattern}” does not leave anything out of {path_from_blob(root)}. "
            "'photofind folders list' shows what does.",
        )
    absorb_below(connection, folder_id, root, nesting)


def set_online_only(connection: sqlite3.Connection, root: bytes, *, included: bool) -> None:
    connection.execute(
        "UPDATE folders SET includes_online_only = ? WHERE id = ?",
        (included, find_root(connection, root)),
    )


def leave_out(connection: sqlite3.Connection, file_ids: Sequence[FileId], now_ms: int) -> None:
    ids = json.dumps(file_ids)
    connection.execute(
        """DELETE FROM files WHERE content_id IS NULL
           AND id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    touched = connection.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.id IN (SELECT value FROM json_each(?))""",
        (ids,),
    ).fetchall()
    connection.execute(
        """UPDATE files SET excluded = 1, missing_since = coalesce(missing_since, ?)
           WHERE id IN (SELECT value FROM json_each(?))""",
        (now_ms, ids),
    )
    photo_ids = [PhotoId(photo_id) for (photo_id,) in touched]
    refresh_visible(connection, settle_parts(connection, photo_ids))


def note_folder_problems(
    connection: sqlite3.Connection,
    folder_id: FolderId,
    found: Sequence[tuple[bytes, MediaCode, str]],
    was_looked_at: Callable[[bytes], bool],
) -> None:
    rows = connection.execute(
        "SELECT rel_path, error_code, error_detail FROM folder_problems WHERE folder_id = ?",
        (folder_id,),
    ).fetchall()
    known = {row for row in rows if was_looked_at(row[0])}
    now = {(rel_path, code.value, clean_text(reason)) for rel_path, code, reason in found}
    # Nothing is written when nothing changed: whoever reads would look at the catalog anew.
    connection.executemany(
        "DELETE FROM folder_problems WHERE folder_id = ? AND rel_path = ?",
        [(folder_id, rel_path) for rel_path, _, _ in known - now],
    )
    connection.executemany(
        """INSERT INTO folder_problems (folder_id, rel_path, error_code, error_detail)
           SELECT id, ?, ?, ? FROM folders WHERE id = ?""",
        [(*row, folder_id) for row in now - known],
    )


def count_aside(
    connection: sqlite3.Connection, folder_id: FolderId, *, videos: int, online_only: int
) -> None:
    # Nothing is written when nothing changed: whoever reads would look at the catalog anew.
    connection.execute(
        """UPDATE folders SET videos = ?1, online_only = ?2
           WHERE id = ?3 AND (videos, online_only) <> (?1, ?2)""",
        (videos, online_only, folder_id),
    )
