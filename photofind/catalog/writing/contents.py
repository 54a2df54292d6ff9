"""Contents: embedded, failed, given back, suspected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text
from photofind.catalog.rows import EmbeddedContent, TagSource
from photofind.catalog.writing.metadata import store_metadata
from photofind.catalog.writing.photos import photo_of, refresh_visible
from photofind.catalog.writing.vectors import copy_vectors, store_vectors
from photofind.domain import ContentId, MediaCode, ModelId, Space

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence
STRIKES_TO_QUARANTINE = 3
_CRASHED = (
    "photofind stopped three times while reading this photo{why}. It is left out until the file "
    "changes or you retry it."
)


def describe_ending(sentence: str, reason: str | None) -> str:
    """Fills in why the last attempt ended the process, if it was ended on purpose.

    Args:
        sentence: with a place {why}.
        reason: as `note_ending` got it; None after a crash.
    """
    return sentence.format(why="" if reason is None else f": it {reason}")


def complete(
    connection: sqlite3.Connection, embedded: Sequence[EmbeddedContent], model_id: ModelId
) -> None:
    for content in embedded:
        _store_description(connection, content)
        if content.twin is not None:
            _take_over(connection, content.content_id, content.twin)
            continue
        store_vectors(connection, [content], model_id)
    refresh_visible(connection, {photo_of(connection, content.content_id) for content in embedded})


def _store_description(connection: sqlite3.Connection, content: EmbeddedContent) -> None:
    connection.execute(
        """UPDATE contents SET state = 'ready', suspect = 0, strikes = 0, attempts = 0,
           error_code = NULL, error_detail = NULL, format = ?, width = ?, height = ?,
           picture_hash = ? WHERE id = ?""",
        (content.format, content.width, content.height, content.picture_hash, content.content_id),
    )
    store_metadata(connection, content.content_id, content.capture, content.annotations)


def exists(connection: sqlite3.Connection, content_id: ContentId) -> bool:
    query = "SELECT 1 FROM contents WHERE id = ?"
    return connection.execute(query, (content_id,)).fetchone() is not None


def find_twin(
    connection: sqlite3.Connection, picture_hash: bytes, model_id: ModelId
) -> ContentId | None:
    row = connection.execute(
        """SELECT c.id FROM contents c JOIN embeddings e ON e.content_id = c.id
           WHERE c.picture_hash = ? AND c.state = 'ready' AND e.model_id = ? AND e.space = ?
           ORDER BY c.id DESC LIMIT 1""",
        (picture_hash, model_id, Space.SEARCH.value),
    ).fetchone()
    return None if row is None else ContentId(row[0])


def _take_over(connection: sqlite3.Connection, content_id: ContentId, twin: ContentId) -> None:
    """Copies what was derived from a picture to another content that shows the same."""
    copy_vectors(connection, twin, content_id)
    connection.execute(
        """INSERT INTO tags (content_id, label, source, model_id, score, state)
           SELECT ?, label, source, model_id, score, state FROM tags
           WHERE content_id = ? AND source = ?""",
        (content_id, twin, TagSource.MODEL.value),
    )
    # What a person wrote is taken over when a file changes (claims), whatever it shows then.
    connection.execute(
        """INSERT INTO texts (content_id, kind, model_id, text, data, created_at, edited)
           SELECT ?1, kind, model_id, text, data, created_at, edited FROM texts
           WHERE content_id = ?2 AND kind <> 'note' AND edited = 0
           AND (kind, text) NOT IN (SELECT kind, text FROM texts WHERE content_id = ?1)""",
        (content_id, twin),
    )


def fail_content(
    connection: sqlite3.Connection, content_id: ContentId, code: MediaCode, detail: str
) -> int:
    attempts: int = connection.execute(
        """UPDATE contents SET state = 'failed', suspect = 0, strikes = 0,
           attempts = attempts + 1, error_code = ?, error_detail = ?
           WHERE id = ? RETURNING attempts""",
        (code.value, clean_text(detail), content_id),
    ).fetchone()[0]
    refresh_visible(connection, [photo_of(connection, content_id)])
    return attempts


def release(connection: sqlite3.Connection, content_ids: Collection[ContentId]) -> None:
    connection.execute(
        """UPDATE contents SET state = 'pending' WHERE state = 'in_flight'
           AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(content_ids)),),
    )


def left_in_flight(connection: sqlite3.Connection) -> int:
    query = "SELECT count(*) FROM contents WHERE state = 'in_flight'"
    return int(connection.execute(query).fetchone()[0])


def suspects(connection: sqlite3.Connection, in_flight: Collection[ContentId]) -> list[ContentId]:
    """Marks what a dead worker left in flight; quarantines it or returns it."""
    left = connection.execute(
        """UPDATE contents SET state = 'pending', suspect = 1 WHERE state = 'in_flight'
           AND id NOT IN (SELECT value FROM json_each(?)) RETURNING id, strikes, error_detail""",
        (json.dumps(list(in_flight)),),
    ).fetchall()
    for content_id, strikes, reason in left:
        if strikes >= STRIKES_TO_QUARANTINE:
            detail = describe_ending(_CRASHED, reason)
            fail_content(connection, content_id, MediaCode.CRASHED, detail)
    rows = connection.execute(
        "SELECT id FROM contents WHERE state = 'pending' AND suspect = 1 ORDER BY strikes, id"
    )
    return [ContentId(content_id) for (content_id,) in rows]


def charge_strike(connection: sqlite3.Connection, content_id: ContentId) -> None:
    connection.execute(
        "UPDATE contents SET strikes = strikes + 1, error_detail = NULL WHERE id = ?",
        (content_id,),
    )


def note_ending(connection: sqlite3.Connection, reason: str) -> None:
    # With a strike it is alone in flight, so nothing else can be why.
    connection.execute(
        "UPDATE contents SET error_detail = ? WHERE state = 'in_flight' AND strikes > 0",
        (reason,),
    )


def retry_contents(connection: sqlite3.Connection) -> int:
    return connection.execute(
        """UPDATE contents SET state = 'pending', strikes = 0, error_code = NULL,
           error_detail = NULL WHERE state = 'failed'"""
    ).rowcount
