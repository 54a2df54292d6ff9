"""Roots and the files below them."""

from __future__ import annotations

import json
import os
from itertools import islice
from typing import TYPE_CHECKING, Any

from photofind.catalog.encoding import path_from_blob, path_to_blob, relative_to_root
from photofind.catalog.errors import catalog_errors
from photofind.catalog.rows import FileRow, FolderRow
from photofind.domain import FileId, FolderId, MediaCode, PhotoId, Problem

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Container, Iterator
    from pathlib import Path

_CHUNK = 5_000
_NAMES = 500
"""Names in one statement; every SQLite takes 999."""
_FILE_ROWS = """
    SELECT f.id, f.rel_path, f.byte_size, f.mtime_ns,
        CASE f.state WHEN 'known' THEN f.content_id END,
        f.missing_since IS NOT NULL,
        f.state = 'failed' OR (f.state = 'known' AND c.state = 'failed'),
        f.state = 'known' AND (
            f.part_of IS NOT NULL
            OR (SELECT primary_content_id FROM photos WHERE id = c.photo_id) <> c.id
            OR c.state = 'ready'),
        f.part_of, f.sidecar, f.excluded
    FROM files f LEFT JOIN contents c ON c.id = f.content_id
    WHERE f.folder_id = :folder"""
_AT_OR_BELOW = "(f.rel_path = :path OR (f.rel_path > :below AND f.rel_path < :beyond))"


def read_folders(connection: sqlite3.Connection) -> list[FolderRow]:
    patterns: dict[int, list[str]] = {}
    for folder_id, pattern in connection.execute(
        "SELECT folder_id, pattern FROM exclusions ORDER BY pattern"
    ):
        patterns.setdefault(folder_id, []).append(pattern)
    rows = connection.execute(
        """SELECT id, path, volume_id, added_at, includes_online_only, videos, online_only
           FROM folders ORDER BY id"""
    )
    return [
        FolderRow(
            id=FolderId(folder_id),
            path=path_from_blob(path),
            volume_id=volume_id,
            added_at=added_at,
            exclusions=tuple(patterns.get(folder_id, ())),
            includes_online_only=bool(includes_online_only),
            videos=videos,
            online_only=online_only,
        )
        for folder_id, path, volume_id, added_at, includes_online_only, videos, online_only in rows
    ]


def read_files(
    connection: sqlite3.Connection, folder_id: FolderId, but: Container[FileId] = ()
) -> Iterator[FileRow]:
    last = 0
    while True:
        with catalog_errors(connection):
            ids = connection.execute(
                "SELECT id FROM files WHERE folder_id = ? AND id > ? ORDER BY id LIMIT ?",
                (folder_id, last, _CHUNK),
            ).fetchall()
        if not ids:
            return
        last = ids[-1][0]
        wanted = [file_id for (file_id,) in ids if file_id not in but]
        if not wanted:
            continue
        with catalog_errors(connection):
            rows = connection.execute(
                f"{_FILE_ROWS} AND f.id IN (SELECT value FROM json_each(:ids)) ORDER BY f.id",  # noqa: S608
                {"folder": folder_id, "ids": json.dumps(wanted)},
            ).fetchall()
        for row in rows:
            yield _file_row(folder_id, row)


def read_files_named(
    connection: sqlite3.Connection, folder_id: FolderId, rel_paths: Collection[bytes]
) -> list[FileRow]:
    found = []
    rest = iter(rel_paths)
    while wanted := list(islice(rest, _NAMES)):
        marks = ", ".join("?" * len(wanted))
        rows = connection.execute(f"{_FILE_ROWS} AND f.rel_path IN ({marks})", (folder_id, *wanted))
        found += [_file_row(folder_id, row) for row in rows]
    return found


def has_files(connection: sqlite3.Connection, folder_id: FolderId) -> bool:
    found = connection.execute(
        "SELECT 1 FROM files WHERE folder_id = ? AND missing_since IS NULL LIMIT 1", (folder_id,)
    )
    return found.fetchone() is not None


def read_files_at(
    connection: sqlite3.Connection, folder_id: FolderId, rel_path: bytes
) -> Iterator[FileRow]:
    """The file of that path, or all files below the subfolder of that path."""
    with catalog_errors(connection):
        itself = read_files_named(connection, folder_id, [rel_path])
    yield from itself
    place = _place(rel_path)
    last = place["below"]
    while True:
        with catalog_errors(connection):
            rows = connection.execute(
                f"{_FILE_ROWS} AND f.rel_path > :last AND f.rel_path < :beyond"
                " ORDER BY f.rel_path LIMIT :chunk",
                {"folder": folder_id, "last": last, "beyond": place["beyond"], "chunk": _CHUNK},
            ).fetchall()
        if not rows:
            return
        last = rows[-1][1]
        for row in rows:
            yield _file_row(folder_id, row)


def _place(rel_path: bytes) -> dict[str, bytes]:
    separator = os.fsencode(os.sep)
    return {
        "path": rel_path,
        "below": rel_path + separator,
        "beyond": rel_path + bytes([separator[0] + 1]),
    }


def read_files_beside(
    connection: sqlite3.Connection, folder_id: FolderId, stem: bytes
) -> list[FileRow]:
    """The files whose path is this one, a dot, and what may follow but a folder."""
    separator = os.fsencode(os.sep)
    rows = connection.execute(
        f"{_FILE_ROWS} AND f.rel_path > :begin AND f.rel_path < :beyond",
        {
            "folder": folder_id,
            "begin": stem + b".",
            "beyond": stem + b"/",  # follows the dot
        },
    )
    found = (_file_row(folder_id, row) for row in rows)
    return [row for row in found if separator not in row.rel_path[len(stem) :]]


def _file_row(folder_id: FolderId, row: tuple[Any, ...]) -> FileRow:
    (file_id, rel_path, byte_size, mtime_ns, content_id, missing, failed, ready) = row[:8]
    part_of, sidecar, excluded = row[8:]
    return FileRow(
        file_id,
        folder_id,
        rel_path,
        byte_size,
        mtime_ns,
        content_id,
        bool(missing),
        bool(failed),
        bool(ready),
        part_of,
        sidecar,
        bool(excluded),
    )


def find_photo_at(connection: sqlite3.Connection, path: Path) -> PhotoId | None:
    """The visible photo that a file belongs to, as what is shown or as a part."""
    wanted = path_to_blob(path)
    for folder in read_folders(connection):
        rel_path = relative_to_root(wanted, path_to_blob(folder.path))
        if rel_path:
            row = connection.execute(
                """SELECT v.photo_id FROM live_files f JOIN contents c ON c.id = f.content_id
                   JOIN visible_photos v ON v.photo_id = c.photo_id
                   WHERE f.folder_id = ? AND f.rel_path = ?""",
                (folder.id, rel_path),
            ).fetchone()
            if row is not None:  # else it may lie in a root below this one
                return PhotoId(row[0])
    return None


def find_photos_known_at(connection: sqlite3.Connection, path: Path) -> list[PhotoId]:
    wanted = path_to_blob(path)
    found: set[int] = set()
    for folder in read_folders(connection):
        root = path_to_blob(folder.path)
        rel_path = relative_to_root(wanted, root)
        if rel_path is None and relative_to_root(root, wanted) is None:
            continue
        rows = connection.execute(
            f"""SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
                WHERE f.folder_id = :folder AND (:path = x'' OR {_AT_OR_BELOW})""",  # noqa: S608
            {"folder": folder.id, **_place(rel_path or b"")},
        )
        found.update(row[0] for row in rows)
    return [PhotoId(photo_id) for photo_id in sorted(found)]


def read_forgotten_places(connection: sqlite3.Connection) -> frozenset[bytes]:
    return frozenset(row[0] for row in connection.execute("SELECT mark FROM forgotten_places"))


def read_problems(connection: sqlite3.Connection) -> list[Problem]:
    rows = connection.execute(
        """SELECT r.path, f.rel_path, f.error_code, f.error_detail, f.attempts
           FROM files f JOIN folders r ON r.id = f.folder_id
           WHERE f.state = 'failed' AND f.missing_since IS NULL
           UNION ALL
           SELECT r.path, f.rel_path, c.error_code, c.error_detail, c.attempts
           FROM contents c CROSS JOIN live_files f ON f.content_id = c.id
           JOIN folders r ON r.id = f.folder_id
           WHERE c.state = 'failed'
           UNION ALL
           SELECT r.path, f.rel_path, a.error_code, a.error_detail, a.attempts
           FROM background_attempts a CROSS JOIN live_files f ON f.content_id = a.content_id
           JOIN contents c ON c.id = a.content_id AND c.state = 'ready'
           JOIN folders r ON r.id = f.folder_id
           WHERE a.state = 'failed'
           UNION ALL
           SELECT r.path, p.rel_path, p.error_code, p.error_detail, 1
           FROM folder_problems p JOIN folders r ON r.id = p.folder_id
           ORDER BY 1, 2"""
    )
    return [
        Problem(
            path_from_blob(os.path.join(root, rel_path) if rel_path else root),  # noqa: PTH118
            MediaCode(code),
            detail,
            attempts,
        )
        for root, rel_path, code, detail, attempts in rows
    ]
