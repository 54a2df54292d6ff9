"""Roots and the files below them."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_from_blob, path_to_blob, relative_to_root
from photofind.catalog.errors import catalog_errors
from photofind.catalog.rows import FileRow, FolderRow, PendingFile
from photofind.domain import ContentId, FileId, FolderId, MediaCode, Problem, Space

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from photofind.domain import ModelId

_CHUNK = 5_000


def read_folders(connection: sqlite3.Connection) -> list[FolderRow]:
    rows = connection.execute("SELECT id, path, volume_id, added_at FROM folders ORDER BY id")
    return [
        FolderRow(FolderId(folder_id), path_from_blob(path), volume_id, added_at)
        for folder_id, path, volume_id, added_at in rows
    ]


def read_files(connection: sqlite3.Connection, folder_id: FolderId) -> Iterator[FileRow]:
    last = b""
    while True:
        with catalog_errors(connection):
            rows = connection.execute(
                """SELECT f.id, f.rel_path, f.byte_size, f.mtime_ns, f.state, f.content_id,
                       f.missing_since IS NOT NULL, c.state
                   FROM files f LEFT JOIN contents c ON c.id = f.content_id
                   WHERE f.folder_id = ? AND f.rel_path > ? ORDER BY f.rel_path LIMIT ?""",
                (folder_id, last, _CHUNK),
            ).fetchall()
        if not rows:
            return
        last = rows[-1][1]
        for (
            file_id,
            rel_path,
            byte_size,
            mtime_ns,
            state,
            content_id,
            missing,
            content_state,
        ) in rows:
            yield FileRow(
                FileId(file_id),
                folder_id,
                rel_path,
                byte_size,
                mtime_ns,
                ContentId(content_id) if state == "known" else None,
                bool(missing),
                failed=state == "failed" or (state == "known" and content_state == "failed"),
                ready=state == "known" and content_state == "ready",
            )


_PENDING = (
    """SELECT f.id, f.folder_id, r.path, f.rel_path, f.byte_size, f.mtime_ns, NULL, 0
       FROM files f JOIN folders r ON r.id = f.folder_id
       WHERE f.state = 'pending' AND f.missing_since IS NULL
       AND (:anywhere OR f.folder_id IN (SELECT value FROM json_each(:folders)))
       ORDER BY f.id LIMIT :limit""",
    """SELECT f.id, f.folder_id, r.path, f.rel_path, f.byte_size, f.mtime_ns, c.id, 0
       FROM contents c
       JOIN files f ON f.id = (SELECT min(id) FROM live_files WHERE content_id = c.id
           AND (:anywhere OR folder_id IN (SELECT value FROM json_each(:folders))))
       JOIN folders r ON r.id = f.folder_id
       WHERE c.state = 'pending' AND c.suspect = 0 ORDER BY c.id LIMIT :limit""",
    """SELECT f.id, f.folder_id, r.path, f.rel_path, f.byte_size, f.mtime_ns, c.id, 0
       FROM contents c
       JOIN files f ON f.id = (SELECT min(id) FROM live_files WHERE content_id = c.id
           AND (:anywhere OR folder_id IN (SELECT value FROM json_each(:folders))))
       JOIN folders r ON r.id = f.folder_id
       WHERE c.state = 'ready' AND NOT EXISTS (SELECT 1 FROM embeddings
           WHERE model_id = :model AND space = :space AND content_id = c.id)
       ORDER BY c.id LIMIT :limit""",
    """SELECT f.id, f.folder_id, r.path, f.rel_path, f.byte_size, f.mtime_ns, c.id, 1
       FROM contents c
       JOIN files f ON f.id = (SELECT min(id) FROM live_files WHERE content_id = c.id
           AND (:anywhere OR folder_id IN (SELECT value FROM json_each(:folders))))
       JOIN folders r ON r.id = f.folder_id
       WHERE c.state = 'pending' AND c.suspect = 1 ORDER BY c.strikes, c.id LIMIT :limit""",
)
"""In the order of work: to hash, to embed, to embed for this model too, suspects."""


def read_pending(
    connection: sqlite3.Connection,
    model_id: ModelId,
    limit: int,
    folder_ids: Collection[FolderId] | None,
) -> list[PendingFile]:
    values = {
        "model": model_id,
        "space": Space.SEARCH.value,
        "anywhere": folder_ids is None,
        "folders": json.dumps(sorted(folder_ids or ())),
    }
    found: list[PendingFile] = []
    for query in _PENDING:
        if len(found) >= limit:
            break
        rows = connection.execute(query, {**values, "limit": limit - len(found)})
        found += [
            PendingFile(
                FileId(file_id),
                FolderId(folder_id),
                None if content_id is None else ContentId(content_id),
                path_from_blob(os.path.join(root, rel_path)),  # noqa: PTH118 (bytes)
                byte_size,
                mtime_ns,
                bool(suspect),
            )
            for file_id, folder_id, root, rel_path, byte_size, mtime_ns, content_id, suspect in rows
        ]
    return found


def read_problems(connection: sqlite3.Connection) -> list[Problem]:
    rows = connection.execute(
        """SELECT r.path, f.rel_path, f.error_code, f.error_detail, f.attempts
           FROM files f JOIN folders r ON r.id = f.folder_id
           WHERE f.state = 'failed' AND f.missing_since IS NULL
           UNION ALL
           SELECT r.path, f.rel_path, c.error_code, c.error_detail, c.attempts
           FROM contents c JOIN live_files f ON f.content_id = c.id
           JOIN folders r ON r.id = f.folder_id
           WHERE c.state = 'failed'
           ORDER BY 1, 2"""
    )
    return [
        Problem(
            path_from_blob(os.path.join(root, rel_path)),  # noqa: PTH118 (bytes)
            MediaCode(code),
            detail,
            attempts,
        )
        for root, rel_path, code, detail, attempts in rows
    ]


def find_content_by_path(connection: sqlite3.Connection, path: Path) -> ContentId | None:
    blob = path_to_blob(path)
    for folder in read_folders(connection):
        rel_path = relative_to_root(blob, os.fsencode(folder.path))
        if rel_path:
            row = connection.execute(
                "SELECT content_id FROM live_files WHERE folder_id = ? AND rel_path = ?",
                (folder.id, rel_path),
            ).fetchone()
            return None if row is None else ContentId(row[0])
    return None
