"""Labels of photos: a person's, their files', and what the model in use proposes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.rows import TagRow, TagSource
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from photofind.domain import ModelId

_HOLDS = """
    t.state <> 'rejected'
    AND (t.source <> 'model' OR t.model_id IN (SELECT id FROM models WHERE active = 1))
    AND NOT EXISTS (SELECT 1 FROM tags r WHERE r.photo_id = p.id AND r.state = 'rejected'
        AND r.label = t.label COLLATE NOCASE)"""
"""Which tags t of a photo p count: not those that the person rejected, nor another model's."""


def read_tags(
    connection: sqlite3.Connection, photo_ids: Sequence[int]
) -> dict[PhotoId, tuple[TagRow, ...]]:
    # CROSS: SQLite takes json_each for large and would begin with all tags.
    rows = connection.execute(
        f"""SELECT p.id, t.label, t.source, t.score
           FROM json_each(?) AS wanted CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN tags t ON t.photo_id = p.id OR t.content_id = p.primary_content_id
           WHERE {_HOLDS}
           ORDER BY t.score DESC NULLS FIRST, t.photo_id IS NULL, t.id""",  # noqa: S608
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    tags: dict[PhotoId, dict[str, TagRow]] = {}
    for photo_id, label, source, score in rows:
        # The same label from several sources is one tag, the person's first.
        row = TagRow(label, TagSource(source), score)
        tags.setdefault(PhotoId(photo_id), {}).setdefault(label.casefold(), row)
    return {photo_id: tuple(rows.values()) for photo_id, rows in tags.items()}


def find_tagged(connection: sqlite3.Connection, label: str) -> NDArray[np.int64]:
    # NOCASE knows ASCII only: other letters in the spellings that are likely.
    spellings = sorted({label, label.lower(), label.upper(), label.capitalize(), label.title()})
    rows = connection.execute(
        f"""SELECT v.photo_id FROM json_each(?) AS wanted
           CROSS JOIN tags t ON t.label = wanted.value COLLATE NOCASE
           CROSS JOIN visible_photos v ON v.photo_id = t.photo_id OR v.content_id = t.content_id
           CROSS JOIN photos p ON p.id = v.photo_id WHERE {_HOLDS}""",  # noqa: S608
        (json.dumps(spellings),),
    )
    return np.unique(np.fromiter((photo_id for (photo_id,) in rows), np.int64))


def find_untagged(
    connection: sqlite3.Connection, model_id: ModelId, vocabulary: str, limit: int
) -> list[ContentId]:
    rows = connection.execute(
        """SELECT e.content_id FROM embeddings e
           LEFT JOIN tagged_contents t ON t.content_id = e.content_id
               AND t.model_id = e.model_id AND t.vocabulary = ?
           WHERE e.model_id = ? AND e.space = 'search' AND t.content_id IS NULL
           ORDER BY e.content_id DESC LIMIT ?""",
        (vocabulary, model_id, limit),
    )
    return [ContentId(content_id) for (content_id,) in rows]
