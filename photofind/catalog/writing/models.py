"""Which models the catalog holds vectors of, and which one search uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.domain import ModelId

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
    connection.execute("UPDATE models SET active = 1 WHERE id = ?", (model_id,))
