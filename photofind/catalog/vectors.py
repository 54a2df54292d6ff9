"""Vectors of photos as arrays: all of them in chunks, or some by content."""

from __future__ import annotations

import json
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
    wanted = [int(content_id) for content_id in content_ids]
    with catalog_errors(connection):
        # One statement: a third less time than one a content.
        rows = connection.execute(
            """SELECT content_id, vector FROM embeddings WHERE model_id = ? AND space = ?
               AND content_id IN (SELECT value FROM json_each(?))""",
            (model_id, space.value, json.dumps(wanted)),
        )
        found: dict[int, bytes] = dict(rows.fetchall())
    size = max(map(len, found.values()), default=0)
    zeros = bytes(size)
    joined = b"".join(found.get(content_id, zeros) for content_id in wanted)
    return np.frombuffer(joined, _HALF).reshape(len(wanted), size // _HALF.itemsize)


def read_revision(connection: sqlite3.Connection, model_id: ModelId) -> int:
    """A number that grows whenever vectors of a model are replaced; 0 for an unknown model.

    Raises:
        CatalogError: the catalog can't be read.
    """
    with catalog_errors(connection):
        row = connection.execute("SELECT revision FROM models WHERE id = ?", (model_id,)).fetchone()
    return 0 if row is None else int(row[0])


def find_replaced(
    connection: sqlite3.Connection, model_id: ModelId, since: int
) -> NDArray[np.int64]:
    """Contents whose vectors, of any space, were replaced after a revision (`read_revision`).

    Returns:
        int64 [n], rising.

    Raises:
        CatalogError: the catalog can't be read.
    """
    with catalog_errors(connection):
        rows = connection.execute(
            # The 0 lets SQLite use the index of replaced vectors.
            """SELECT DISTINCT content_id FROM embeddings
               WHERE model_id = ? AND revision > ? AND revision > 0""",
            (model_id, since),
        ).fetchall()
    return np.sort(np.array([content_id for (content_id,) in rows], np.int64))
