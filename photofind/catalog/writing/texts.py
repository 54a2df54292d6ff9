"""Captions and other texts about contents, and answers: stored, edited, accepted, deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from photofind.catalog.description_rows import FoundAnswer, FoundText
from photofind.catalog.encoding import clean_text
from photofind.catalog.writing.models import ensure_model
from photofind.catalog.writing.photos import photo_of, refresh_visible
from photofind.domain import CatalogError, ContentId, PhotoId, TextId

if TYPE_CHECKING:
    import sqlite3

    from photofind.catalog.description_rows import Finding

_NO_VECTORS = 0
"""Dimension under which models that make no vectors are kept."""


def store_finding(
    connection: sqlite3.Connection, content_id: ContentId, finding: Finding, now_ms: int
) -> int:
    """Keeps what a model found out; returns its number."""
    model_id = ensure_model(connection, finding.model.catalog_key, finding.model.task, _NO_VECTORS)
    match finding:
        case FoundText():
            # Another text of the same model is replaced, unless it has become a person's own.
            connection.execute(
                """DELETE FROM texts WHERE content_id = ? AND kind = ? AND model_id = ?
                   AND edited = 0 AND accepted = 0""",
                (content_id, finding.kind.value, model_id),
            )
            same = connection.execute(
                """SELECT id FROM texts WHERE content_id = ? AND kind = ? AND model_id = ?
                   AND text = ?""",
                (content_id, finding.kind.value, model_id, clean_text(finding.text)),
            ).fetchone()
            row = (
                same
                or connection.execute(
                    """INSERT INTO texts (content_id, kind, model_id, text, data, created_at)
                   VALUES (?, ?, ?, ?, ?, ?) RETURNING id""",
                    (
                        content_id,
                        finding.kind.value,
                        model_id,
                        clean_text(finding.text),
                        json.dumps(finding.details) if finding.details else None,
                        now_ms,
                    ),
                ).fetchone()
            )
            refresh_visible(connection, [photo_of(connection, content_id)])
        case FoundAnswer():
            row = connection.execute(
                """INSERT INTO questions (content_id, model_id, question, answer, asked_at)
                   VALUES (?, ?, ?, ?, ?) RETURNING id""",
                (
                    content_id,
                    model_id,
                    clean_text(finding.question),
                    clean_text(finding.answer),
                    now_ms,
                ),
            ).fetchone()
    return int(row[0])


def write_caption(
    connection: sqlite3.Connection, photo_id: PhotoId, text: str, now_ms: int
) -> TextId:
    row = connection.execute(
        """INSERT INTO texts (content_id, kind, text, created_at, edited, accepted)
           SELECT primary_content_id, 'caption', ?, ?, 1, 1 FROM photos WHERE id = ?
           RETURNING id""",
        (clean_text(text), now_ms, photo_id),
    ).fetchone()
    if row is None:
        raise CatalogError("photo_unknown", "This photo is not in the catalog any more.")
    refresh_visible(connection, [photo_id])
    return TextId(row[0])


def edit_caption(connection: sqlite3.Connection, text_id: TextId, text: str) -> PhotoId:
    photo_id = _photo_of(connection, text_id)
    connection.execute(
        "UPDATE texts SET text = ?, edited = 1, accepted = 1 WHERE id = ?",
        (clean_text(text), text_id),
    )
    refresh_visible(connection, [photo_id])
    return photo_id


def accept_caption(connection: sqlite3.Connection, text_id: TextId) -> PhotoId:
    connection.execute("UPDATE texts SET accepted = 1 WHERE id = ?", (text_id,))
    return _photo_of(connection, text_id)


def delete_caption(connection: sqlite3.Connection, text_id: TextId) -> PhotoId:
    photo_id = _photo_of(connection, text_id)
    connection.execute("DELETE FROM texts WHERE id = ?", (text_id,))
    refresh_visible(connection, [photo_id])
    return photo_id


def delete_answer(connection: sqlite3.Connection, question_id: int) -> None:
    connection.execute("DELETE FROM questions WHERE id = ?", (question_id,))


def _photo_of(connection: sqlite3.Connection, text_id: TextId) -> PhotoId:
    row = connection.execute(
        """SELECT c.photo_id FROM texts t JOIN contents c ON c.id = t.content_id
           WHERE t.id = ? AND t.kind = 'caption'""",
        (text_id,),
    ).fetchone()
    if row is None:
        raise CatalogError(
            "caption_unknown",
            "This caption is not there any more. Another program may have deleted or replaced it.",
        )
    return PhotoId(row[0])
