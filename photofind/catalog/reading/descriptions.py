"""Captions, answers and the queue, as they stand in the catalog."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.description_rows import (
    CRASHED,
    STRIKES_TO_GIVE_UP,
    AnswerRow,
    CaptionRow,
    FailedJob,
    JobCounts,
    JobRow,
    ReadLine,
    ReadText,
)
from photofind.catalog.encoding import path_to_blob, relative_to_root
from photofind.domain import ContentId, JobId, PhotoId, TextId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from photofind.catalog.description_rows import TextKind


def read_captions(
    connection: sqlite3.Connection, photo_ids: Sequence[int]
) -> dict[PhotoId, tuple[CaptionRow, ...]]:
    # CROSS: SQLite takes json_each for large and would begin with all texts.
    rows = connection.execute(
        """SELECT t.id, p.id, t.text, coalesce(m.key, ''), t.created_at, t.edited, t.accepted
           FROM json_each(?) AS wanted CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN texts t ON t.content_id = p.primary_content_id AND t.kind = 'caption'
           LEFT JOIN models m ON m.id = t.model_id
           ORDER BY max(t.edited, t.accepted) DESC, t.created_at DESC, t.id DESC""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    captions: dict[PhotoId, tuple[CaptionRow, ...]] = {}
    for text_id, photo, text, model, created_at, edited, accepted in rows:
        photo_id = PhotoId(photo)
        row = CaptionRow(
            TextId(text_id), photo_id, text, model, created_at, bool(edited), bool(accepted)
        )
        captions[photo_id] = (*captions.get(photo_id, ()), row)
    return captions


def read_answers(
    connection: sqlite3.Connection, photo_ids: Sequence[int]
) -> dict[PhotoId, tuple[AnswerRow, ...]]:
    rows = connection.execute(
        """SELECT q.id, c.photo_id, q.question, q.answer, coalesce(m.key, ''), q.asked_at
           FROM json_each(?) AS wanted CROSS JOIN contents c ON c.photo_id = wanted.value
           CROSS JOIN questions q ON q.content_id = c.id
           LEFT JOIN models m ON m.id = q.model_id ORDER BY q.asked_at, q.id""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    answers: dict[PhotoId, tuple[AnswerRow, ...]] = {}
    for number, photo, question, answer, model, asked_at in rows:
        photo_id = PhotoId(photo)
        row = AnswerRow(number, photo_id, question, answer, model, asked_at)
        answers[photo_id] = (*answers.get(photo_id, ()), row)
    return answers


def read_text_in(connection: sqlite3.Connection, photo_id: PhotoId) -> ReadText | None:
    row = connection.execute(
        """SELECT t.text, t.data, coalesce(m.key, '') FROM photos p
           JOIN texts t ON t.content_id = p.primary_content_id AND t.kind = 'ocr'
           LEFT JOIN models m ON m.id = t.model_id
           WHERE p.id = ? ORDER BY t.id DESC LIMIT 1""",
        (photo_id,),
    ).fetchone()
    if row is None:
        return None
    text, data, model = row
    details = json.loads(data or "{}")
    lines = tuple(
        ReadLine(line, confidence, tuple((x, y) for x, y in corners))
        for line, confidence, corners in details.get("lines", ())
    )
    return ReadText(text, lines, model, details.get("seconds"))


def find_contents(
    connection: sqlite3.Connection,
    photo_ids: Sequence[PhotoId] | None,
    folder: Path | None,
    without: tuple[TextKind, str] | None,
) -> dict[PhotoId, ContentId]:
    conditions, values = ["1"], []
    source = "visible_photos v"
    order = "ORDER BY v.taken_at DESC, v.photo_id DESC"
    if photo_ids is not None:
        source = """json_each(?) AS wanted
            CROSS JOIN visible_photos v ON v.photo_id = wanted.value"""
        values.append(json.dumps([int(photo_id) for photo_id in photo_ids]))
        order = "ORDER BY wanted.key"
    if without is not None:
        conditions.append(
            """NOT EXISTS (SELECT 1 FROM texts t LEFT JOIN models m ON m.id = t.model_id
               WHERE t.content_id = v.content_id AND t.kind = ? AND m.key = ?)"""
        )
        values += [without[0].value, without[1]]
    rows = connection.execute(
        f"SELECT v.photo_id, v.content_id FROM {source} WHERE {' AND '.join(conditions)} {order}",  # noqa: S608
        values,
    ).fetchall()
    found = {PhotoId(photo_id): ContentId(content_id) for photo_id, content_id in rows}
    if folder is None:
        return found
    inside = _contents_below(connection, folder)
    return {photo: content for photo, content in found.items() if content in inside}


def _contents_below(connection: sqlite3.Connection, folder: Path) -> set[int]:
    """Contents with a file in a folder or below it, whether the folder is a root or lies in one."""
    wanted = path_to_blob(folder)
    contents: set[int] = set()
    for folder_id, root in connection.execute("SELECT id, path FROM folders").fetchall():
        if relative_to_root(root, wanted) is not None:
            rows = connection.execute(
                "SELECT content_id FROM live_files WHERE folder_id = ?", (folder_id,)
            )
            contents.update(row[0] for row in rows)
        elif below := relative_to_root(wanted, root):
            prefix = below + os.sep.encode()
            rows = connection.execute(
                """SELECT content_id FROM live_files
                   WHERE folder_id = ? AND substr(rel_path, 1, ?) = ?""",
                (folder_id, len(prefix), prefix),
            )
            contents.update(row[0] for row in rows)
    return contents


def find_next_job(
    connection: sqlite3.Connection, kinds: Collection[str], least_urgency: int
) -> JobRow | None:
    row = connection.execute(
        """SELECT id, kind, content_id, data, priority, suspect FROM jobs
           WHERE state = 'waiting' AND priority >= ?
           AND kind IN (SELECT value FROM json_each(?))
           ORDER BY priority DESC, id LIMIT 1""",
        (least_urgency, json.dumps(sorted(kinds))),
    ).fetchone()
    if row is None:
        return None
    shown = connection.execute(
        "SELECT photo_id FROM visible_photos WHERE content_id = ?", (row[2],)
    ).fetchone()
    places = connection.execute(
        """SELECT d.path, f.rel_path FROM live_files f JOIN folders d ON d.id = f.folder_id
           WHERE f.content_id = ? ORDER BY f.id""",
        (row[2],),
    )
    return JobRow(
        id=JobId(row[0]),
        kind=row[1],
        content_id=ContentId(row[2]),
        order=row[3] or "{}",
        urgency=row[4],
        suspect=bool(row[5]),
        photo_id=None if shown is None else PhotoId(shown[0]),
        paths=tuple(Path(os.fsdecode(root), os.fsdecode(below)) for root, below in places),
    )


def count_jobs(connection: sqlite3.Connection) -> JobCounts:
    open_, failed = connection.execute(
        "SELECT coalesce(sum(state <> 'failed'), 0), coalesce(sum(state = 'failed'), 0) FROM jobs"
    ).fetchone()
    return JobCounts(open_, failed)


def read_failed_jobs(connection: sqlite3.Connection) -> list[FailedJob]:
    rows = connection.execute(
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
            kind,
            order or "{}",
            None if photo_id is None else PhotoId(photo_id),
            None if root is None else Path(os.fsdecode(root), os.fsdecode(below)),
            code or "",
            detail or "",
            # Anything else is given up at once: a second try would end alike.
            STRIKES_TO_GIVE_UP if code == CRASHED else 1,
        )
        for number, kind, order, photo_id, root, below, code, detail in rows
    ]


def read_waiting(connection: sqlite3.Connection, photo_ids: Sequence[int]) -> dict[PhotoId, str]:
    """Of these photos those for which something waits or runs, with its kind, the first one."""
    rows = connection.execute(
        """SELECT p.id, j.kind FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN jobs j ON j.content_id = p.primary_content_id AND j.state <> 'failed'
           ORDER BY j.priority, j.id DESC""",
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    return {PhotoId(photo_id): kind for photo_id, kind in rows}
