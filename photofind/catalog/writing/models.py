"""Which models the catalog holds vectors of, which one search uses, and how an index goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.rows import TagSource
from photofind.domain import ModelId, Space

if TYPE_CHECKING:
    import sqlite3


def ensure_model(connection: sqlite3.Connection, key: str, task: str, dim: int) -> ModelId:
    row = connection.execute(
        """INSERT INTO models (key, task, dim) VALUES (?, ?, ?)
           ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id""",
        (key, task, dim),
    ).fetchone()
    return ModelId(row[0])


def activate_model(connection: sqlite3.Connection, model_id: ModelId) -> None:
    connection.execute(
        """UPDATE models SET active = 0 WHERE id <> ?1
           AND task = (SELECT task FROM models WHERE id = ?1)""",
        (model_id,),
    )
    connection.execute(
        "UPDATE models SET active = 1, chosen = 0, removing = 0 WHERE id = ?", (model_id,)
    )


def choose_model(connection: sqlite3.Connection, task: str, model_id: ModelId | None) -> None:
    connection.execute("UPDATE models SET chosen = 0 WHERE task = ?", (task,))
    connection.execute(
        "UPDATE models SET chosen = 1 WHERE id = ? AND task = ? AND active = 0 AND removing = 0",
        (model_id, task),
    )


def note_asked(connection: sqlite3.Connection, model_id: ModelId, now_s: float) -> None:
    connection.execute("UPDATE models SET asked_at = ? WHERE id = ?", (now_s, model_id))


def begin_removal(connection: sqlite3.Connection, model_id: ModelId) -> None:
    connection.execute(
        "UPDATE models SET removing = 1, chosen = 0 WHERE id = ? AND active = 0", (model_id,)
    )


def remove_vectors(connection: sqlite3.Connection, model_id: ModelId, at_most: int) -> int:
    """Deletes a part of an index that is being removed, and the model's row after the last.

    Returns:
        Of how many contents the vectors went; 0 when the index is gone altogether.
    """
    removing = connection.execute(
        "SELECT 1 FROM models WHERE id = ? AND removing = 1", (model_id,)
    ).fetchone()
    if removing is None:
        return 0
    contents = connection.execute(
        """SELECT content_id FROM embeddings WHERE space = 'search' AND model_id = ? LIMIT ?""",
        (model_id, at_most),
    ).fetchall()
    if not contents:
        connection.execute("DELETE FROM embeddings WHERE model_id = ?", (model_id,))
        _forget(connection, model_id)
        return 0
    connection.executemany(
        "DELETE FROM embeddings WHERE model_id = ? AND space = ? AND content_id = ?",
        [(model_id, space.value, content_id) for space in Space for (content_id,) in contents],
    )
    return len(contents)


def _forget(connection: sqlite3.Connection, model_id: ModelId) -> None:
    """The row goes with what only this model says; what a person confirmed stays."""
    source = TagSource.MODEL.value
    connection.execute(
        "DELETE FROM tags WHERE model_id = ? AND source = ? AND state <> 'confirmed'",
        (model_id, source),
    )
    connection.execute("UPDATE tags SET model_id = NULL WHERE model_id = ?", (model_id,))
    connection.execute("DELETE FROM models WHERE id = ?", (model_id,))
