"""What was derived from contents that are gone goes after a while; what a person made stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.rows import TagSource
from photofind.catalog.writing.photos import refresh_visible
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_IS_THERE = """EXISTS (SELECT 1 FROM files
    WHERE content_id = contents.id AND (missing_since IS NULL OR excluded = 1))"""


def note_missing(connection: sqlite3.Connection, now_ms: int) -> None:
    """Notes since when contents have no file. Those of a folder that is only out of reach have
    theirs: its files are never marked missing."""
    connection.execute(
        f"""UPDATE contents SET missing_since = ?
            WHERE missing_since IS NULL AND NOT {_IS_THERE}""",  # noqa: S608
        (now_ms,),
    )
    connection.execute(
        f"""UPDATE contents SET missing_since = NULL
            WHERE missing_since IS NOT NULL AND {_IS_THERE}"""  # noqa: S608
    )


def read_expired(
    connection: sqlite3.Connection, before_ms: int, at_most: int
) -> tuple[list[ContentId], list[bytes]]:
    """Some contents that have been missing since before then, and their sha256."""
    rows = connection.execute(
        f"""SELECT id, sha256 FROM contents WHERE missing_since < ? AND state = 'ready'
            AND NOT {_IS_THERE} LIMIT ?""",  # noqa: S608
        (before_ms, at_most),
    ).fetchall()
    return [ContentId(row[0]) for row in rows], [bytes(row[1]) for row in rows]


def expire(connection: sqlite3.Connection, content_ids: Sequence[ContentId]) -> None:
    """Deletes vectors and what models and files said, unless a person agreed to it; the contents
    must be embedded anew, should they come back."""
    ids = (json.dumps(content_ids),)
    of_these = "content_id IN (SELECT value FROM json_each(?))"
    connection.execute(f"DELETE FROM embeddings WHERE {of_these}", ids)  # noqa: S608
    connection.execute(f"DELETE FROM tagged_contents WHERE {of_these}", ids)  # noqa: S608
    connection.execute(
        f"""DELETE FROM tags WHERE {of_these}
            AND (source = ? OR (source = ? AND state = 'proposed'))""",  # noqa: S608
        (*ids, TagSource.FILE.value, TagSource.MODEL.value),
    )
    connection.execute(
        f"""DELETE FROM texts WHERE {of_these}
            AND kind <> 'note' AND edited = 0 AND accepted = 0""",  # noqa: S608
        ids,
    )
    photos = connection.execute(
        """UPDATE contents SET state = 'pending'
           WHERE id IN (SELECT value FROM json_each(?)) RETURNING photo_id""",
        ids,
    ).fetchall()
    refresh_visible(connection, {PhotoId(row[0]) for row in photos})
