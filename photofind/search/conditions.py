"""What a photo must have: labels (tag:dog) and words that stand somewhere ("no parking")."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.text import find_phrase
from photofind.domain import ContentId, Hit, PhotoId, Why, WhyKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import Query


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """The photos that meet every condition of a query.

    Attributes:
        photo_ids: int64 [n], rising.
        phrases: where the query's phrases stand in each photo.
        labels: what all of them have.
    """

    photo_ids: NDArray[np.int64]
    phrases: Mapping[int, tuple[Why, ...]]
    labels: tuple[Why, ...]

    def why(self, photo_id: int) -> tuple[Why, ...]:
        """What makes a photo meet them."""
        return (*self.phrases.get(photo_id, ()), *self.labels)


def has_conditions(query: Query) -> bool:
    """Whether there is anything that a photo must have."""
    return bool(query.tags or query.phrases)


def find_meeting(reader: CatalogReader, query: Query) -> Meeting:
    """Finds the photos that meet a query's conditions; it must have one at least.

    Raises:
        CatalogError: the catalog can't be read.
    """
    found = [reader.tagged(label) for label in query.tags]
    phrases: dict[int, tuple[Why, ...]] = {}
    for phrase in query.phrases:
        matches = find_phrase(reader.connection, phrase)
        found.append(np.array(sorted(match.photo_id for match in matches), np.int64))
        for match in matches:
            why = Why(match.kind, 1.0, match.text)
            phrases[match.photo_id] = (*phrases.get(match.photo_id, ()), why)
    labels = tuple(Why(WhyKind.TAG, 1.0, label) for label in query.tags)
    return Meeting(reduce(np.intersect1d, found), phrases, labels)


def list_meeting(reader: CatalogReader, query: Query) -> tuple[Hit, ...]:
    """All photos that meet a query's conditions, newest first.

    Raises:
        CatalogError: the catalog can't be read.
    """
    meeting = find_meeting(reader, query)
    order = reader.photo_order()
    rows = np.flatnonzero(np.isin(order.photo_ids, meeting.photo_ids))
    return tuple(
        Hit(PhotoId(photo), ContentId(content), 1.0, relevant=True, why=meeting.why(photo))
        for photo, content in zip(
            order.photo_ids[rows].tolist(), order.content_ids[rows].tolist(), strict=True
        )
    )
