"""Vectors of photos as arrays: all of them in chunks, or some by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.errors import catalog_errors

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from photofind.domain import ModelId, Space

_HALF = np.dtype("<f2")


def iterate_vectors(
    connection: sqlite3.Connection, model_id: ModelId, space: Space, *, chunk: int = 1024
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
    """The vectors of the visible photos' primary contents, in chunks of rising content ids.

    Returns:
        Content ids int64 [n] and their unit-length vectors float16 [n, d], n ≤ `chunk`; the
        arrays are read-only.

    Raises:
        CatalogError: the catalog can't be read.
    """
    last = 0
    while True:
        with catalog_errors(connection):
            rows = connection.execute(
                """SELECT e.content_id, e.vector FROM embeddings e
                    JOIN visible_photos v ON v.content_id = e.content_id
                    WHERE e.model_id = ? AND e.space = ? AND e.content_id > ?
                    ORDER BY e.content_id LIMIT ?""",
                (model_id, space.value, last, chunk),
            ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        ids, blobs = zip(*rows, strict=True)
        vectors = np.frombuffer(b"".join(blobs), _HALF).reshape(len(rows), -1)
        yield np.array(ids, np.int64), vectors


def fetch_vectors(
    connection: sqlite3.Connection,
    model_id: ModelId,
    space: Space,
    content_ids: Sequence[int] | NDArray[np.int64],
) -> NDArray[np.float16]:
    """The vectors of some contents, by primary key.

    Returns:
        float16 [n, d] in the order given. A content without a vector of this model (it went
        away meanwhile) gets a row of zeros, which scores 0; [n, 0] when none has one.

    Raises:
        CatalogError: the catalog can't be read.
    """
    blobs: list[bytes | None] = []
    query = "SELECT vector FROM embeddings WHERE model_id = ? AND space = ? AND content_id = ?"
    with catalog_errors(connection):
        for content_id in content_ids:
            row = connection.execute(query, (model_id, space.value, int(content_id))).fetchone()
            blobs.append(None if row is None else row[0])
    size = max((len(blob) for blob in blobs if blob is not None), default=0)
    zeros = bytes(size)
    joined = b"".join(zeros if blob is None else blob for blob in blobs)
    return np.frombuffer(joined, _HALF).reshape(len(blobs), size // _HALF.itemsize)
