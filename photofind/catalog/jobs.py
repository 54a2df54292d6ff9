"""The queue of what is to be found out about contents; it outlives the worker."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.texts import Finding, store_finding
from photofind.domain import ContentId, JobId, JobKind, PhotoId
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from photofind.catalog.transactions import Snapshot, Transaction

STRIKES_TO_GIVE_UP = 3
"""Deaths of the worker during one job alone."""


CRASHED = "crashed"
"""Code of a job that was given up for that."""


class Priority(IntEnum):
    """Which job comes first; of equal ones the oldest."""

    BACKGROUND = 0
    """A folder, or everything: no person waits for it."""
    ON_SCREEN = 5
    """The photo is one of many that the person has before them."""
    IN_SIGHT = 10
    """The person looks at the photo now."""
    COMMANDED = 15
    """A command waits for this photo among many: a pause is for what nobody waits for."""
    WAITED_FOR = 20
    """The person asked for this photo and waits."""
    QUESTION = 30
    """Somebody who asks waits for the answer and nothing else."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of the queue.

    Attributes:
        params: the job's parameters, as JSON of its kind's own.
        suspect: it was running when a worker died, and may be why.
        photo_id: the photo that shows the content now; None when it is not to be seen any more.
        paths: where the content lies, the oldest place first.
    """

    id: JobId
    kind: JobKind
    content_id: ContentId
    params: str
    priority: int
    suspect: bool
    photo_id: PhotoId | None
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A failed job, with a sentence for people.

    Attributes:
        params: as in JobRow.
        path: the oldest path of the photo; None when no file of it is left.
        attempts: how often it was tried.
    """

    id: JobId
    kind: JobKind
    params: str
    photo_id: PhotoId | None
    path: Path | None
    code: str
    reason: Sentence
    attempts: int


@dataclass(frozen=True, slots=True)
class JobCounts:
    """How many jobs there are; `open` ones wait or run."""

    open: int
    failed: int


_CRASHED = Sentence(
    "photofind stopped three times while trying this, with nothing else going on: the model needs "
    "more memory than is free, or it or this picture makes the program crash. It isn't tried any "
    "more. Close other programs or choose a smaller model, then try again."
)


_MAY_RETURN = "(? OR error_code IS NOT ?)"
"""Whether a job that failed is tried again: what the program died of not by itself."""


def find_next_job(
    snapshot: Snapshot, kinds: Collection[str], lowest_priority: int = 0
) -> JobRow | None:
    """The job of these kinds that comes first; None when nothing so urgent waits."""
    row = snapshot.execute(
        """SELECT id, kind, content_id, data, priority, suspect FROM jobs
           WHERE state = 'waiting' AND priority >= ?
           AND kind IN (SELECT value FROM json_each(?))
           ORDER BY priority DESC, id LIMIT 1""",
        (lowest_priority, json.dumps(sorted(kinds))),
    ).fetchone()
    if row is None:
        return None
    shown = snapshot.execute(
        "SELECT photo_id FROM visible_photos WHERE content_id = ?", (row[2],)
    ).fetchone()
    places = snapshot.execute(
        """SELECT d.path, f.rel_path FROM live_files f JOIN folders d ON d.id = f.folder_id
           WHERE f.content_id = ? ORDER BY f.id""",
        (row[2],),
    )
    return JobRow(
        id=JobId(row[0]),
        kind=JobKind(row[1]),
        content_id=ContentId(row[2]),
        params=row[3] or "{}",
        priority=row[4],
        suspect=bool(row[5]),
        photo_id=None if shown is None else PhotoId(shown[0]),
        paths=tuple(Path(os.fsdecode(root), os.fsdecode(below)) for root, below in places),
    )


def count_jobs(snapshot: Snapshot) -> JobCounts:
    open_, failed = snapshot.execute(
        "SELECT coalesce(sum(state <> 'failed'), 0), coalesce(sum(state = 'failed'), 0) FROM jobs"
    ).fetchone()
    return JobCounts(open_, failed)


def read_failed_jobs(snapshot: Snapshot) -> list[FailedJob]:
    """The failed jobs, the oldest first."""
    rows = snapshot.execute(
        """SELECT j.id, j.kind, j.data, v.photo_id, d.path, f.rel_path, j.error_code, j.error_detail
           FROM jobs j LEFT JOIN visible_photos v ON v.content_id = j.content_id
           LEFT JOIN live_files f
           ON f.id = (SELECT min(l.id) FROM live_files l WHERE l.content_id = j.content_id)
           LEFT JOIN folders d ON d.id = f.folder_id
           WHERE j.state = 'failed' ORDER BY j.id"""
    )
    return [
        FailedJob(
            JobId(number),
            JobKind(kind),
            params or "{}",
            None if photo_id is None else PhotoId(photo_id),
            None if root is None else Path(os.fsdecode(root), os.fsdecode(below)),
            code or "",
            Sentence.from_json_or_text(column or ""),
            # Anything else is given up at once: a second try would end alike.
            STRIKES_TO_GIVE_UP if code == CRASHED else 1,
        )
        for number, kind, params, photo_id, root, below, code, column in rows
    ]


def read_waiting(snapshot: Snapshot, photo_ids: Sequence[int]) -> dict[PhotoId, JobKind]:
    """Of these photos those for which something is queued, with the kind of what is next."""
    rows = snapshot.execute(
        """SELECT p.id, j.kind FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN jobs j ON j.content_id = p.primary_content_id AND j.state <> 'failed'
           ORDER BY j.priority, j.id DESC""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    return {PhotoId(photo_id): JobKind(kind) for photo_id, kind in rows}


def add_jobs(
    tx: Transaction,
    kind: str,
    content_ids: Sequence[ContentId],
    params: str,
    priority: int,
    *,
    after_crash: bool = True,
) -> int:
    """Queues the same job for contents.

    Args:
        params: JSON for whoever carries out this kind.
        after_crash: also tries again what was given up because the program died of it.

    Returns:
        How many are new in the queue. One that was queued becomes as urgent as this; one
        that had failed is tried again.
    """
    ids = json.dumps(list(content_ids))
    same = "kind = ? AND data = ? AND content_id IN (SELECT value FROM json_each(?))"
    # A failed one is retried under its old number.
    tx.execute(
        f"""UPDATE jobs SET priority = max(priority, ?), error_code = NULL, error_detail = NULL,
            state = CASE state WHEN 'failed' THEN 'waiting' ELSE state END
            WHERE {same} AND {_MAY_RETURN}""",  # noqa: S608
        (priority, kind, params, ids, after_crash, CRASHED),
    )
    return tx.execute(
        f"""INSERT INTO jobs (kind, content_id, data, priority, created_at)
            SELECT ?, value, ?, ?, ? FROM json_each(?)
            WHERE value NOT IN (SELECT content_id FROM jobs WHERE {same})""",  # noqa: S608
        (kind, params, priority, tx.now_ms, ids, kind, params, ids),
    ).rowcount


def begin_job(tx: Transaction, job_id: JobId, *, charged: bool) -> bool:
    """Commits that a job is being tried; ask before anything that could end the process.

    Args:
        charged: if the process dies now, this job is to blame, for it is alone. After three
            such deaths `recover_jobs` gives it up.

    Returns:
        False: it was cancelled.
    """
    return bool(
        tx.execute(
            "UPDATE jobs SET state = 'running', strikes = strikes + ? WHERE id = ?",
            (int(charged), job_id),
        ).rowcount
    )


def complete_job(
    tx: Transaction, job_id: JobId, content_id: ContentId, finding: Finding
) -> int | None:
    """Stores what a job found out and takes it out of the queue.

    Returns:
        The text's or question's number; None when the job was cancelled meanwhile: then
        nothing is stored.
    """
    return store_finding(tx, content_id, finding) if _end_job(tx, job_id) else None


def drop_job(tx: Transaction, job_id: JobId) -> None:
    """Takes a job out of the queue that brings nothing: its photo is gone."""
    _end_job(tx, job_id)


def _end_job(tx: Transaction, job_id: JobId) -> bool:
    """Takes a job out of the queue; False when it was cancelled meanwhile."""
    return bool(tx.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount)


def fail_job(tx: Transaction, job_id: JobId, code: str, reason: Sentence) -> None:
    """Marks a job as failed, for the person to see and to retry."""
    tx.execute(
        """UPDATE jobs SET state = 'failed', suspect = 0, strikes = 0, error_code = ?,
           error_detail = ? WHERE id = ?""",
        (code, reason.to_json(), job_id),
    )


def return_job(tx: Transaction, job_id: JobId) -> None:
    """Puts a job back that could not be tried now."""
    tx.execute("UPDATE jobs SET state = 'waiting' WHERE id = ? AND state = 'running'", (job_id,))


def recover_jobs(tx: Transaction) -> int:
    """Call it once, at the start: jobs that were running when a worker died wait again.

    Returns:
        How many were running.
    """
    tx.execute(
        "UPDATE jobs SET priority = ? WHERE priority = ?",
        (Priority.BACKGROUND, Priority.COMMANDED),
    )
    left = tx.execute(
        """UPDATE jobs SET state = 'waiting', suspect = 1 WHERE state = 'running'
           RETURNING id, strikes"""
    ).fetchall()
    for job_id, strikes in left:
        if strikes >= STRIKES_TO_GIVE_UP:
            fail_job(tx, job_id, CRASHED, _CRASHED)
    return len(left)


def raise_priority(tx: Transaction, photo_ids: Collection[PhotoId], priority: int) -> None:
    """Whatever is queued for these photos becomes at least so urgent."""
    tx.execute(
        """UPDATE jobs SET priority = max(priority, ?) WHERE content_id IN (
               SELECT primary_content_id FROM photos
               WHERE id IN (SELECT value FROM json_each(?)))""",
        (priority, json.dumps(list(photo_ids))),
    )


def show_jobs(tx: Transaction, photo_ids: Collection[PhotoId]) -> None:
    """What is queued in the background comes first for these photos, and for no others."""
    shown = """(SELECT primary_content_id FROM photos
        WHERE id IN (SELECT value FROM json_each(:photos)))"""
    values = {
        "photos": json.dumps(list(photo_ids)),
        "high": Priority.ON_SCREEN,
        "low": Priority.BACKGROUND,
    }
    tx.execute(
        f"""UPDATE jobs SET priority = :low
            WHERE state = 'waiting' AND priority = :high AND content_id NOT IN {shown}""",  # noqa: S608
        values,
    )
    tx.execute(
        f"""UPDATE jobs SET priority = :high
            WHERE content_id IN {shown} AND state = 'waiting' AND +priority = :low""",  # noqa: S608
        values,
    )


def cancel_jobs(
    tx: Transaction, photo_ids: Collection[PhotoId] | None = None, kind: str | None = None
) -> int:
    """Drops jobs, failed ones too: of these photos (None: all) and this kind (None: any)."""
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
    return tx.execute(
        f"DELETE FROM jobs WHERE {' AND '.join(conditions)}",  # noqa: S608
        values,
    ).rowcount


def retry_jobs(tx: Transaction, *, after_crash: bool = True) -> int:
    """Has every failed job tried again; returns how many.

    Args:
        after_crash: as for `add_jobs`.
    """
    return tx.execute(
        f"""UPDATE jobs SET state = 'waiting', error_code = NULL, error_detail = NULL
            WHERE state = 'failed' AND {_MAY_RETURN}""",  # noqa: S608
        (after_crash, CRASHED),
    ).rowcount
