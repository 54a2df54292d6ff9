"""Regions: what of a content a vector describes, the whole picture or something in it.

Regions and contents are numbered by one sequence, and the whole picture has the number of its
content: what asks about whole pictures compares numbers and needs no join. A number is never given
twice (`CatalogWriter`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import Box, Region, RegionId, RegionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot, Transaction
    from photofind.domain import ContentId, ModelId, Space


def whole_picture(content_id: ContentId) -> RegionId:
    """The region that is all of a content's picture."""
    return RegionId(content_id)


def ensure_whole_pictures(tx: Transaction, content_ids: Iterable[ContentId]) -> None:
    """Makes the whole pictures of these contents regions, where they aren't yet."""
    tx.executemany(
        "INSERT OR IGNORE INTO regions (id, content_id, kind) VALUES (?1, ?1, 'whole')",
        [(content_id,) for content_id in content_ids],
    )


def add_region(tx: Transaction, content_id: ContentId, region: Region) -> RegionId:
    """Gives something in a content's picture a number of its own.

    Args:
        region: not the whole picture.
    """
    (number,) = tx.execute(
        "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'contents' RETURNING seq"
    ).fetchone()
    box = region.box
    tx.execute(
        "INSERT INTO regions (id, content_id, kind, box, at_ms) VALUES (?, ?, ?, ?, ?)",
        (
            number,
            content_id,
            region.kind.value,
            None if box is None else json.dumps([box.x, box.y, box.width, box.height]),
            region.at_ms,
        ),
    )
    return RegionId(number)


def read_regions(snapshot: Snapshot, region_ids: Sequence[int]) -> dict[RegionId, Region]:
    """Reads these regions; those that no longer exist are omitted."""
    rows = snapshot.execute(
        """SELECT r.id, r.kind, r.box, r.at_ms FROM json_each(?) AS wanted
           CROSS JOIN regions r ON r.id = wanted.value""",
        (json.dumps([int(region_id) for region_id in region_ids]),),
    )
    return {
        RegionId(region_id): Region(
            RegionKind(kind), None if box is None else Box(*json.loads(box)), at_ms
        )
        for region_id, kind, box, at_ms in rows
    }


def read_parts(snapshot: Snapshot, model_id: ModelId, space: Space) -> NDArray[np.int64]:
    """The regions of visible photos that are less than the whole picture and have a vector.

    Returns:
        int64 [n, 2]: region and content, by rising region.
    """
    rows = snapshot.execute(
        """SELECT r.id, r.content_id FROM regions r
           JOIN visible_photos v ON v.content_id = r.content_id
           WHERE r.kind <> 'whole' AND EXISTS (SELECT 1 FROM embeddings e
               WHERE e.model_id = ? AND e.space = ? AND e.region_id = r.id)
           ORDER BY r.id""",
        (model_id, space.value),
    ).fetchall()
    return np.array(rows, np.int64).reshape(-1, 2)
