"""Whole pictures decoded in the background: in flight, suspected, failed.

The photo can be found all the while, so the state of its content is left alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text
from photofind.catalog.writing.contents import STRIKES_TO_QUARANTINE, describe_ending
from photofind.domain import ContentId, MediaCode

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

_CRASHED = (
    "photofind stopped three times while reading this photo{why}. It is found by the preview "
    "inside it, and tried again when the file changes or you retry it."
)


def begin(connection: sqlite3.Connection, content_ids: Collection[ContentId]) -> None:
    connection.executemany(
        """INSERT INTO background_attempts (content_id, state) VALUES (?, 'in_flight')
           ON CONFLICT DO UPDATE SET state = 'in_flight'""",
        [(content_id,) for content_id in content_ids],
    )


def charge_strike(connection: sqlite3.Connection, content_id: ContentId) -> None:
    connection.execute(
        """UPDATE background_attempts SET strikes = strikes + 1, error_detail = NULL
           WHERE content_id = ?""",
        (content_id,),
    )


def note_ending(connection: sqlite3.Connection, reason: str) -> None:
    connection.execute(
        """UPDATE background_attempts SET error_detail = ?
           WHERE state = 'in_flight' AND strikes > 0""",
        (reason,),
    )


def end(connection: sqlite3.Connection, content_ids: Collection[ContentId]) -> None:
    """They went well, or were given back untried."""
    connection.execute(
        """DELETE FROM background_attempts WHERE state <> 'failed'
           AND content_id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(content_ids)),),
    )


def fail(
    connection: sqlite3.Connection, content_id: ContentId, code: MediaCode, detail: str
) -> None:
    connection.execute(
        """INSERT INTO background_attempts (content_id, state, attempts, error_code, error_detail)
           VALUES (?, 'failed', 1, ?, ?)
           ON CONFLICT DO UPDATE SET state = 'failed', strikes = 0, attempts = attempts + 1,
           error_code = excluded.error_code, error_detail = excluded.error_detail""",
        (content_id, code.value, clean_text(detail)),
    )


def left_in_flight(connection: sqlite3.Connection) -> int:
    query = "SELECT count(*) FROM background_attempts WHERE state = 'in_flight'"
    return int(connection.execute(query).fetchone()[0])


def suspects(connection: sqlite3.Connection) -> list[ContentId]:
    """Marks what a dead worker left in flight; sets aside or returns it."""
    connection.execute("UPDATE background_attempts SET state = 'suspect' WHERE state = 'in_flight'")
    rows = connection.execute(
        """SELECT content_id, strikes, error_detail FROM background_attempts WHERE state = 'suspect'
           ORDER BY strikes, content_id"""
    ).fetchall()
    left = []
    for content_id, strikes, reason in rows:
        if strikes >= STRIKES_TO_QUARANTINE:
            fail(connection, content_id, MediaCode.CRASHED, describe_ending(_CRASHED, reason))
        else:
            left.append(ContentId(content_id))
    return left


def retry(connection: sqlite3.Connection) -> int:
    return connection.execute("DELETE FROM background_attempts WHERE state = 'failed'").rowcount
