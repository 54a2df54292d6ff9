"""What is left to do for photos that can be found already, and where their pictures are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.reading.models import LACKS_VECTOR
from photofind.catalog.rows import BackgroundPhoto
from photofind.domain import ContentId, FolderId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from photofind.domain import ModelId


def find_lacking(connection: sqlite3.Connection, model_id: ModelId) -> list[ContentId]:
    rows = connection.execute(
        f"SELECT v.content_id FROM visible_photos v WHERE {LACKS_VECTOR} ORDER BY v.content_id",  # noqa: S608
        {"model": model_id},
    )
    return [ContentId(content_id) for (content_id,) in rows]


def find_first_pass(connection: sqlite3.Connection, model_id: ModelId) -> list[ContentId]:
    rows = connection.execute(
        """SELECT e.content_id FROM embeddings e
           CROSS JOIN visible_photos v ON v.content_id = e.content_id
           WHERE e.space = 'search' AND e.model_id = ? AND e.pass = 1
           AND e.content_id NOT IN (SELECT content_id FROM background_attempts
               WHERE state = 'failed')
           ORDER BY e.content_id""",
        (model_id,),
    )
    return [ContentId(content_id) for (content_id,) in rows]


def read_background_photos(
    connection: sqlite3.Connection, content_ids: Sequence[ContentId]
) -> list[BackgroundPhoto]:
    ids = json.dumps(content_ids)
    places: dict[int, list[tuple[FolderId, Path]]] = {}
    for content_id, folder_id, root, rel_path in connection.execute(
        """SELECT f.content_id, r.id, r.path, f.rel_path FROM json_each(?) AS wanted
           CROSS JOIN live_files f ON f.content_id = wanted.value
           CROSS JOIN folders r ON r.id = f.folder_id ORDER BY f.id""",
        (ids,),
    ):
        path = Path(os.fsdecode(root), os.fsdecode(rel_path))
        places.setdefault(content_id, []).append((FolderId(folder_id), path))
    rows = connection.execute(
        """SELECT c.id, c.sha256, a.state IS 'failed' FROM json_each(?) AS wanted
           CROSS JOIN visible_photos v ON v.content_id = wanted.value
           CROSS JOIN contents c ON c.id = v.content_id
           LEFT JOIN background_attempts a ON a.content_id = c.id""",
        (ids,),
    )
    return [
        BackgroundPhoto(ContentId(content_id), sha256, tuple(places[content_id]), bool(failed))
        for content_id, sha256, failed in rows
        if content_id in places
    ]
