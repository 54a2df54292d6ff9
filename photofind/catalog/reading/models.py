"""Models: which one search uses, and how far the index of each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.rows import SEARCH_TASK, ModelIndex, ModelRow
from photofind.domain import ModelId

if TYPE_CHECKING:
    import sqlite3

_WITH_VECTOR = """
    SELECT e.pass, count(*) FROM visible_photos v
    CROSS JOIN embeddings e ON e.model_id = ? AND e.pass IN (1, 2) AND e.content_id = v.content_id
    WHERE e.space = 'search' GROUP BY e.pass"""
LACKS_VECTOR = """
    NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.space = 'search' AND e.model_id = :model
        AND e.pass IN (1, 2) AND e.content_id = v.content_id)"""
"""Of a visible photo v; the literals let SQLite use the index that holds no vectors."""
_LEFT_OUT = f"""
    SELECT count(*) FROM background_attempts a
    CROSS JOIN visible_photos v ON v.content_id = a.content_id
    WHERE a.state = 'failed' AND {LACKS_VECTOR}"""  # noqa: S608


def read_active_model(connection: sqlite3.Connection) -> tuple[ModelId, str] | None:
    row = connection.execute(
        "SELECT id, key FROM models WHERE active = 1 AND task = ?", (SEARCH_TASK,)
    ).fetchone()
    return None if row is None else (ModelId(row[0]), row[1])


def read_models(connection: sqlite3.Connection) -> list[ModelRow]:
    rows = connection.execute(
        "SELECT id, key, dim, active, chosen, removing FROM models WHERE task = ? ORDER BY id",
        (SEARCH_TASK,),
    )
    return [
        ModelRow(ModelId(model_id), key, dim, bool(active), bool(chosen), bool(removing))
        for model_id, key, dim, active, chosen, removing in rows
    ]


def read_asked_since(connection: sqlite3.Connection, since_s: float) -> str | None:
    row = connection.execute(
        """SELECT key FROM models WHERE task = ? AND asked_at > ? AND removing = 0
           ORDER BY asked_at DESC LIMIT 1""",
        (SEARCH_TASK, since_s),
    ).fetchone()
    return None if row is None else str(row[0])


def read_model_indexes(connection: sqlite3.Connection) -> list[ModelIndex]:
    photos = int(connection.execute("SELECT count(*) FROM visible_photos").fetchone()[0])
    indexes = []
    for row in read_models(connection):
        by_pass: dict[int, int] = dict(connection.execute(_WITH_VECTOR, (row.id,)).fetchall())
        left_out = connection.execute(_LEFT_OUT, {"model": row.id}).fetchone()[0]
        indexes.append(
            ModelIndex(
                row.id,
                row.key,
                row.dim,
                row.active,
                row.chosen,
                row.removing,
                photos,
                embedded=sum(by_pass.values()),
                first_pass=by_pass.get(1, 0),
                left_out=left_out,
            )
        )
    return indexes
