"""How far the catalog is, in figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.reading.background import find_first_pass, find_lacking
from photofind.catalog.reading.files import read_folders
from photofind.catalog.reading.models import read_active_model
from photofind.catalog.rows import CatalogStatus, FolderStatus
from photofind.domain import FolderId, FolderState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from pathlib import Path


def read_status(connection: sqlite3.Connection, is_online: Callable[[Path], bool]) -> CatalogStatus:
    folders = read_folders(connection)
    offline = [folder.id for folder in folders if not is_online(folder.path)]
    photos_in: dict[int, int] = dict(
        connection.execute(
            """SELECT folder_id, count(*) FROM (
                   SELECT DISTINCT f.content_id, f.folder_id FROM live_files f
                   JOIN visible_photos v ON v.content_id = f.content_id)
               GROUP BY folder_id"""
        )
    )
    ready = _count(connection, "SELECT count(*) FROM visible_photos")
    pending = _count(
        connection,
        """SELECT count(*) FROM files WHERE state = 'pending' AND missing_since IS NULL
           AND part_of IS NULL""",
    ) + _count(
        connection,
        """SELECT count(*) FROM contents c WHERE state IN ('pending', 'in_flight')
           AND id = (SELECT primary_content_id FROM photos WHERE id = c.photo_id)
           AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id AND part_of IS NULL)""",
    )
    failed = _count(
        connection,
        """SELECT count(*) FROM files WHERE state = 'failed' AND missing_since IS NULL""",
    ) + _count(
        connection,
        """SELECT count(*) FROM contents c WHERE state = 'failed'
           AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
    )
    missing = _count(
        connection,
        """SELECT count(DISTINCT content_id) FROM files f
           WHERE missing_since IS NOT NULL AND content_id IS NOT NULL
           AND part_of IS NULL AND excluded = 0
           AND NOT EXISTS (SELECT 1 FROM live_files WHERE content_id = f.content_id)""",
    )
    model = read_active_model(connection)
    troubles = dict(
        connection.execute(
            "SELECT folder_id, error_detail FROM folder_problems WHERE rel_path = x''"
        ).fetchall()
    )
    return CatalogStatus(
        photos=ready + pending + failed,
        ready=ready,
        pending=pending,
        failed=failed,
        missing=missing,
        offline=_count_offline(connection, offline) if offline else 0,
        model=None if model is None else model[1],
        folders=tuple(
            FolderStatus(
                folder.path,
                FolderState.OFFLINE if folder.id in offline else FolderState.ONLINE,
                photos_in.get(folder.id, 0),
                folder.exclusions,
                folder.includes_online_only,
                folder.videos,
                folder.online_only,
                troubles.get(folder.id, ""),
            )
            for folder in folders
        ),
        forgotten=_count(connection, "SELECT count(*) FROM forgotten"),
        refining=0 if model is None else len(find_first_pass(connection, model[0])),
        preview_only=_count(
            connection,
            """SELECT count(*) FROM background_attempts a
               JOIN visible_photos v ON v.content_id = a.content_id WHERE a.state = 'failed'""",
        ),
        by_name_only=0 if model is None else len(find_lacking(connection, model[0])),
        closed_folders=_count(connection, "SELECT count(*) FROM folder_problems"),
    )


def _count(connection: sqlite3.Connection, query: str, *values: str) -> int:
    return int(connection.execute(query, values).fetchone()[0])


def _count_offline(connection: sqlite3.Connection, offline: Sequence[FolderId]) -> int:
    return _count(
        connection,
        """SELECT count(*) FROM visible_photos v WHERE NOT EXISTS (
               SELECT 1 FROM live_files WHERE content_id = v.content_id
               AND folder_id NOT IN (SELECT value FROM json_each(?)))""",
        json.dumps(offline),
    )
