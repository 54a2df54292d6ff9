"""Vectors and first tags: stored, replaced, copied; every replacement leaves a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.encoding import clean_text
from photofind.catalog.rows import TagSource
from photofind.domain import Space

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from photofind.catalog.rows import ContentVectors
    from photofind.domain import ContentId, ModelId


def store_vectors(
    connection: sqlite3.Connection, found: Iterable[ContentVectors], model_id: ModelId
) -> bool:
    """Puts vectors and first tags of one model in the place of those that were there.

    A vector from the whole picture is never replaced by one from a preview.

    Returns:
        False when the model's index was removed meanwhile; nothing is stored then.

    Raises:
        ValueError: a vector isn't one row of finite numbers, or is of another model.
    """
    row = connection.execute(
        "SELECT dim, revision + 1 FROM models WHERE id = ? AND removing = 0", (model_id,)
    ).fetchone()
    if row is None:
        return False
    dim, revision = row
    for each in found:
        for space, vector in each.vectors.items():
            if space is Space.SEARCH and len(vector) != dim:
                raise ValueError(f"a vector of length {len(vector)} where a model has {dim}")
            connection.execute(
                """INSERT INTO embeddings (model_id, content_id, space, pass, vector)
                   VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT DO UPDATE SET vector = excluded.vector, pass = excluded.pass,
                   revision = ? WHERE excluded.pass >= pass""",
                (
                    model_id,
                    each.content_id,
                    space.value,
                    each.vector_pass.value,
                    vector_to_blob(vector),
                    revision,
                ),
            )
        _store_tags(connection, each, model_id)
    _count_replacements(connection)
    return True


def copy_vectors(connection: sqlite3.Connection, source: ContentId, target: ContentId) -> None:
    """What all models know of one content holds for another that shows the same."""
    connection.execute(
        """INSERT INTO embeddings (model_id, content_id, space, pass, vector)
           SELECT model_id, ?, space, pass, vector FROM embeddings WHERE content_id = ?
           ON CONFLICT DO UPDATE SET vector = excluded.vector, pass = excluded.pass,
           revision = (SELECT m.revision + 1 FROM models m WHERE m.id = excluded.model_id)""",
        (target, source),
    )
    _count_replacements(connection)


def vector_to_blob(vector: NDArray[np.float32]) -> bytes:
    """float16, little-endian.

    Raises:
        ValueError: it isn't one row of finite numbers.
    """
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise ValueError(f"not a finite vector: shape {vector.shape}")
    return vector.astype("<f2").tobytes()


def _count_replacements(connection: sqlite3.Connection) -> None:
    # The 0 lets SQLite use the index of replaced vectors: else every batch reads all.
    connection.execute(
        """UPDATE models SET revision = revision + 1 WHERE EXISTS (SELECT 1 FROM embeddings e
           WHERE e.model_id = models.id AND e.revision > models.revision AND e.revision > 0)"""
    )


def _store_tags(connection: sqlite3.Connection, found: ContentVectors, model_id: ModelId) -> None:
    source = TagSource.MODEL.value
    connection.execute(
        "DELETE FROM tags WHERE content_id = ? AND source = ? AND model_id = ?",
        (found.content_id, source, model_id),
    )
    connection.executemany(
        "INSERT INTO tags (content_id, label, source, model_id, score) VALUES (?, ?, ?, ?, ?)",
        [
            (found.content_id, clean_text(label), source, model_id, score)
            for label, score in found.tags
        ],
    )
