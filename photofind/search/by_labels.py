"""Photos that have labels: `tag:dog`, alone or with a description."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from photofind.domain import ContentId, Hit, PhotoId, Why, WhyKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader


def find_labelled(reader: CatalogReader, labels: Sequence[str]) -> NDArray[np.int64]:
    """The photos that have every one of these labels: int64 [n], rising.

    Raises:
        CatalogError: the catalog can't be read.
    """
    return reduce(np.intersect1d, (reader.tagged(label) for label in labels))


def list_labelled(reader: CatalogReader, labels: Sequence[str]) -> tuple[Hit, ...]:
    """All photos that have every one of these labels, newest first.

    Raises:
        CatalogError: the catalog can't be read.
    """
    order = reader.photo_order()
    rows = np.flatnonzero(np.isin(order.photo_ids, find_labelled(reader, labels)))
    why = tuple(Why(WhyKind.TAG, 1.0, label) for label in labels)
    return tuple(
        Hit(PhotoId(photo), ContentId(content), 1.0, relevant=True, why=why)
        for photo, content in zip(
            order.photo_ids[rows].tolist(), order.content_ids[rows].tolist(), strict=True
        )
    )
