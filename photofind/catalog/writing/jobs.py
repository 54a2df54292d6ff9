"""The queue of what is to be found out about contents; it outlives the worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.description_rows import CRASHED, STRIKES_TO_GIVE_UP, Urgency
from photofind.catalog.encoding import clean_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from photofind.domain import ContentId, JobId, PhotoId

_CRASHED = (
    "photofind ended three times while this was tried, with nothing else going on: the model needs"
    " more memory than is free, or it or this picture makes the program crash. It is tried no more."
    " Close other programs or take a smaller model, then try again."
)

_MAY_RETURN = "(? OR error_code IS NOT ?)"
"""Whether a job that failed is tried again: what the program died of not by itself."""


def add_jobs(
    connection: sqlite3.Connection,
    kind: str,
    content_ids: Sequence[ContentId],
    order: str,
    urgency: int,
    now_ms: int,
    *,
    after_crash: bool,
) -> int:
    """Adds a job a content; the same order a second time only becomes more urgent."""
    ids = json.dumps(list(content_ids))
    same = "kind = ? AND data = ? AND content_id IN (SELECT value FROM json_each(?))"
    # A failed one is tried anew under its old number.
    connection.execute(
        f"""UPDATE jobs SET priority = max(priority, ?), error_code = NULL, error_detail = NULL,
            state = CASE state WHEN 'failed' THEN 'waiting' ELSE state END
            WHERE {same} AND {_MAY_RETURN}""",  # noqa: S608
        (urgency, kind, order, ids, after_crash, CRASHED),
    )
    return connection.execute(
        f"""INSERT INTO jobs (kind, content_id, data, priority, created_at)
            SELECT ?, value, ?, ?, ? FROM json_each(?)
            WHERE value NOT IN (SELECT content_id FROM jobs WHERE {same})""",  # noqa: S608
        (kind, order, urgency, now_ms, ids, kind, order, ids),
    ).rowcount


def begin_job(connection: sqlite3.Connection, job_id: JobId, *, charged: bool) -> bool:
    """Marks a job as running; False when it was cancelled meanwhile."""
    return bool(
        connection.execute(
            "UPDATE jobs SET state = 'running', strikes = strikes + ? WHERE id = ?",
            (int(charged), job_id),
        ).rowcount
    )


def end_job(connection: sqlite3.Connection, job_id: JobId) -> bool:
    """Takes a job out of the queue; False when it was cancelled meanwhile."""
    return bool(connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount)


def fail_job(connection: sqlite3.Connection, job_id: JobId, code: str, detail: str) -> None:
    connection.execute(
        """UPDATE jobs SET state = 'failed', suspect = 0, strikes = 0, error_code = ?,
           error_detail = ? WHERE id = ?""",
        (code, clean_text(detail), job_id),
    )


def return_job(connection: sqlite3.Connection, job_id: JobId) -> None:
    """Puts a job back that was begun and not tried."""
    connection.execute(
        "UPDATE jobs SET state = 'waiting' WHERE id = ? AND state = 'running'", (job_id,)
    )


def recover_jobs(connection: sqlite3.Connection) -> int:
    """What was running when a worker died waits again and is suspect; three strikes are enough.
    The command that waited for photos has gone with that worker."""
    connection.execute(
        "UPDATE jobs SET priority = ? WHERE priority = ?",
        (Urgency.BACKGROUND, Urgency.COMMANDED),
    )
    left = connection.execute(
        """UPDATE jobs SET state = 'waiting', suspect = 1 WHERE state = 'running'
           RETURNING id, strikes"""
    ).fetchall()
    for job_id, strikes in left:
        if strikes >= STRIKES_TO_GIVE_UP:
            fail_job(connection, job_id, CRASHED, _CRASHED)
    return len(left)


def hasten_jobs(
    connection: sqlite3.Connection, photo_ids: Collection[PhotoId], urgency: int
) -> None:
    connection.execute(
        """UPDATE jobs SET priority = max(priority, ?) WHERE content_id IN (
               SELECT primary_content_id FROM photos
               WHERE id IN (SELECT value FROM json_each(?)))""",
        (urgency, json.dumps(list(photo_ids))),
    )


def show_jobs(connection: sqlite3.Connection, photo_ids: Collection[PhotoId]) -> None:
    shown = """(SELECT primary_content_id FROM photos
        WHERE id IN (SELECT value FROM json_each(:photos)))"""
    values = {
        "photos": json.dumps(list(photo_ids)),
        "high": Urgency.ON_SCREEN,
        "low": Urgency.BACKGROUND,
    }
    connection.execute(
        f"""UPDATE jobs SET priority = :low
            WHERE state = 'waiting' AND priority = :high AND content_id NOT IN {shown}""",  # noqa: S608
        values,
    )
    connection.execute(
        f"""UPDATE jobs SET priority = :high
            WHERE content_id IN {shown} AND state = 'waiting' AND +priority = :low""",  # noqa: S608
        values,
    )


def cancel_jobs(
    connection: sqlite3.Connection, photo_ids: Collection[PhotoId] | None, kind: str | None
) -> int:
    """Drops what nobody wants any more; what runs brings nothing then."""
    conditions, values = ["1"], []
    if photo_ids is not None:
        conditions.append(
            """content_id IN (SELECT c.id FROM contents c
               WHERE c.photo_id IN (SELECT value FROM json_each(?)))"""
        )
        values.append(json.dumps(list(photo_ids)))
    if kind is not None:
        conditions.append("kind = ?")
        values.append(kind)
    return connection.execute(
        f"DELETE FROM jobs WHERE {' AND '.join(conditions)}",  # noqa: S608
        values,
    ).rowcount


def retry_jobs(connection: sqlite3.Connection, *, after_crash: bool) -> int:
    return connection.execute(
        f"""UPDATE jobs SET state = 'waiting', error_code = NULL, error_detail = NULL
            WHERE state = 'failed' AND {_MAY_RETURN}""",  # noqa: S608
        (after_crash, CRASHED),
    ).rowcount
