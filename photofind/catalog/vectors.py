"""Vectors of regions: stored and replaced, read as arrays, all in chunks or some by number."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from photofind.catalog.encoding import clean_text
from photofind.catalog.regions import (
    add_region,
    ensure_whole_pictures,
    read_regions,
    whole_picture,
)
from photofind.catalog.tags import TagSource
from photofind.domain import ContentId, ModelId, Region, RegionId, Space

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.transactions import Snapshot, Transaction


class VectorPass(IntEnum):
    """What a vector was made from; a higher one replaces a lower one."""

    PREVIEW = 1
    """A smaller copy: the preview inside the file, or the thumbnail made of it earlier."""
    WHOLE = 2


class ContentVectors(Protocol):
    """What a model says about one content.

    Attributes:
        vectors: one unit-length float32 vector [d] a space.
        tags: labels the model proposes, with scores 0 … 1.
    """

    @property
    def content_id(self) -> ContentId: ...
    @property
    def vectors(self) -> Mapping[Space, NDArray[np.float32]]: ...
    @property
    def tags(self) -> tuple[tuple[str, float], ...]: ...
    @property
    def vector_pass(self) -> VectorPass: ...


@dataclass(frozen=True, slots=True, eq=False)
class ReembeddedContent:
    """A `ContentVectors` of a content that can be found already."""

    content_id: ContentId
    vectors: Mapping[Space, NDArray[np.float32]]
    tags: tuple[tuple[str, float], ...]
    vector_pass: VectorPass


_HALF = np.dtype("<f2")


def iterate_vectors(
    reader: CatalogReader, model_id: ModelId, space: Space, *, chunk: int = 1024
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
    """The vectors of the visible photos: of their primary contents and what is in them, in chunks
    of rising numbers.

    Returns:
        Region ids int64 [n] and their unit-length vectors float16 [n, d], n ≤ `chunk`; the
        arrays are read-only.
    """
    last = 0
    while True:
        with reader.snapshot() as snapshot:
            rows = snapshot.execute(
                """SELECT e.region_id, e.vector FROM embeddings e
                   WHERE e.model_id = ? AND e.space = ? AND e.region_id > ?
                   AND (EXISTS (SELECT 1 FROM visible_photos WHERE content_id = e.region_id)
                       OR EXISTS (SELECT 1 FROM regions r
                           JOIN visible_photos v ON v.content_id = r.content_id
                           WHERE r.id = e.region_id AND r.kind <> 'whole'))
                   ORDER BY e.region_id LIMIT ?""",
                (model_id, space.value, last, chunk),
            ).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        ids, blobs = zip(*rows, strict=True)
        vectors = np.frombuffer(b"".join(blobs), _HALF).reshape(len(rows), -1)
        yield np.array(ids, np.int64), vectors


def fetch_vectors(
    snapshot: Snapshot,
    model_id: ModelId,
    space: Space,
    region_ids: Sequence[int] | NDArray[np.int64],
) -> NDArray[np.float16]:
    """The vectors of some regions, by primary key.

    Args:
        region_ids: int64 [n]; a content's number stands for its whole picture.

    Returns:
        float16 [n, d] in the order given. A region without a vector of this model (it went
        away meanwhile) gets a row of zeros, which scores 0; [n, 0] when none has one.
    """
    wanted = [int(region_id) for region_id in region_ids]
    # One statement: a third less time than one a region.
    rows = snapshot.execute(
        """SELECT region_id, vector FROM embeddings WHERE model_id = ? AND space = ?
           AND region_id IN (SELECT value FROM json_each(?))""",
        (model_id, space.value, json.dumps(wanted)),
    )
    found: dict[int, bytes] = dict(rows.fetchall())
    size = max(map(len, found.values()), default=0)
    zeros = bytes(size)
    joined = b"".join(found.get(region_id, zeros) for region_id in wanted)
    return np.frombuffer(joined, _HALF).reshape(len(wanted), size // _HALF.itemsize)


def read_revision(snapshot: Snapshot, model_id: ModelId) -> int:
    """A number that grows whenever vectors of a model are replaced; 0 for an unknown model."""
    row = snapshot.execute("SELECT revision FROM models WHERE id = ?", (model_id,)).fetchone()
    return 0 if row is None else int(row[0])


def find_replaced(snapshot: Snapshot, model_id: ModelId, since: int) -> NDArray[np.int64]:
    """Regions whose vectors, of any space, were replaced after a revision (`read_revision`).

    Returns:
        int64 [n], rising.
    """
    rows = snapshot.execute(
        # The 0 lets SQLite use the index of replaced vectors.
        """SELECT DISTINCT region_id FROM embeddings
           WHERE model_id = ? AND revision > ? AND revision > 0""",
        (model_id, since),
    ).fetchall()
    return np.sort(np.array([region_id for (region_id,) in rows], np.int64))


def store_vectors(tx: Transaction, found: Sequence[ContentVectors], model_id: ModelId) -> bool:
    """Puts vectors of whole pictures and first tags of one model in the place of those that were
    there.

    A vector from the whole picture is never replaced by one from a preview.

    Returns:
        False when the model's index was removed meanwhile; nothing is stored then.

    Raises:
        ValueError: a vector isn't one row of finite numbers, or is of another model.
    """
    index = _find_index(tx, model_id)
    if index is None:
        return False
    ensure_whole_pictures(tx, [each.content_id for each in found])
    for each in found:
        _put(tx, index, whole_picture(each.content_id), each.vectors, each.vector_pass)
        _store_tags(tx, each, model_id)
    _count_replacements(tx)
    return True


def store_part(
    tx: Transaction,
    content_id: ContentId,
    region: Region,
    vectors: Mapping[Space, NDArray[np.float32]],
    model_id: ModelId,
) -> RegionId | None:
    """Adds something in a content's picture, with what one model says of it.

    Args:
        region: not the whole picture.
        vectors: as in `ContentVectors`.

    Returns:
        Its number; None as `store_vectors` says False.

    Raises:
        ValueError: as `store_vectors`.
    """
    index = _find_index(tx, model_id)
    if index is None:
        return None
    region_id = add_region(tx, content_id, region)
    _put(tx, index, region_id, vectors, VectorPass.WHOLE)
    return region_id


class _Index(NamedTuple):
    """Where vectors of a model go.

    Attributes:
        dim: length of its search vectors.
        revision: for those that are replaced now.
    """

    model_id: ModelId
    dim: int
    revision: int


def _find_index(tx: Transaction, model_id: ModelId) -> _Index | None:
    row = tx.execute(
        "SELECT id, dim, revision + 1 FROM models WHERE id = ? AND removing = 0", (model_id,)
    ).fetchone()
    return None if row is None else _Index(*row)


def _put(
    tx: Transaction,
    index: _Index,
    region_id: RegionId,
    vectors: Mapping[Space, NDArray[np.float32]],
    vector_pass: VectorPass,
) -> None:
    for space, vector in vectors.items():
        if space is Space.SEARCH and len(vector) != index.dim:
            raise ValueError(f"a vector of length {len(vector)} where a model has {index.dim}")
        tx.execute(
            """INSERT INTO embeddings (model_id, region_id, space, pass, vector)
               VALUES (?, ?, ?, ?, ?)
               ON CONFLICT DO UPDATE SET vector = excluded.vector, pass = excluded.pass,
               revision = ? WHERE excluded.pass >= pass""",
            (
                index.model_id,
                region_id,
                space.value,
                vector_pass.value,
                vector_to_blob(vector),
                index.revision,
            ),
        )


def copy_vectors(tx: Transaction, source: ContentId, target: ContentId) -> None:
    """What all models know of one content, and of what is in its picture, holds for another that
    shows the same."""
    ensure_whole_pictures(tx, [target])
    _copy(tx, whole_picture(source), whole_picture(target))
    tx.execute("DELETE FROM regions WHERE content_id = ? AND kind <> 'whole'", (target,))
    parts = tx.execute(
        "SELECT id FROM regions WHERE content_id = ? AND kind <> 'whole' ORDER BY id", (source,)
    ).fetchall()
    for region_id, region in read_regions(tx, [part for (part,) in parts]).items():
        _copy(tx, region_id, add_region(tx, target, region))
    _count_replacements(tx)


def _copy(tx: Transaction, source: RegionId, target: RegionId) -> None:
    tx.execute(
        """INSERT INTO embeddings (model_id, region_id, space, pass, vector)
           SELECT model_id, ?, space, pass, vector FROM embeddings WHERE region_id = ?
           ON CONFLICT DO UPDATE SET vector = excluded.vector, pass = excluded.pass,
           revision = (SELECT m.revision + 1 FROM models m WHERE m.id = excluded.model_id)""",
        (target, source),
    )


def vector_to_blob(vector: NDArray[np.float32]) -> bytes:
    """float16, little-endian.

    Raises:
        ValueError: it isn't one row of finite numbers.
    """
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise ValueError(f"not a finite vector: shape {vector.shape}")
    return vector.astype("<f2").tobytes()


def _count_replacements(tx: Transaction) -> None:
    # The 0 lets SQLite use the index of replaced vectors: else every batch reads all.
    tx.execute(
        """UPDATE models SET revision = revision + 1 WHERE EXISTS (SELECT 1 FROM embeddings e
           WHERE e.model_id = models.id AND e.revision > models.revision AND e.revision > 0)"""
    )


def _store_tags(tx: Transaction, found: ContentVectors, model_id: ModelId) -> None:
    source = TagSource.MODEL.value
    tx.execute(
        "DELETE FROM tags WHERE content_id = ? AND source = ? AND model_id = ?",
        (found.content_id, source, model_id),
    )
    tx.executemany(
        "INSERT INTO tags (content_id, label, source, model_id, score) VALUES (?, ?, ?, ?, ?)",
        [
            (found.content_id, clean_text(label), source, model_id, score)
            for label, score in found.tags
        ],
    )
