"""The rows of the grid as frozen arrays, and how one set of rows becomes the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.photos import NO_DATE
from photofind.domain import ContentId, PhotoId

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.domain import Why

_MOST_RUNS = 64


def _no_ids() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class GridRows:
    """What the grid shows, in order.

    Attributes:
        photo_ids, content_ids: int64 [n]; the photo and the content its picture comes from.
        taken_at_ms: int64 [n], `catalog.photos.NO_DATE` where there is no date.
        relevant: the first so many rows match well; n when nothing was asked.
        why: what made each row a hit; empty when nothing was asked.
    """

    photo_ids: NDArray[np.int64] = field(default_factory=_no_ids)
    content_ids: NDArray[np.int64] = field(default_factory=_no_ids)
    taken_at_ms: NDArray[np.int64] = field(default_factory=_no_ids)
    relevant: int = 0
    why: tuple[tuple[Why, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.photo_ids)

    def photo_id(self, row: int) -> PhotoId:
        return PhotoId(int(self.photo_ids[row]))

    def content_id(self, row: int) -> ContentId:
        return ContentId(int(self.content_ids[row]))

    def first(self, count: int) -> GridRows:
        """The first `count` rows."""
        if count >= len(self):
            return self
        return GridRows(
            self.photo_ids[:count],
            self.content_ids[:count],
            self.taken_at_ms[:count],
            min(self.relevant, count),
            self.why[:count],
        )

    def oldest_first(self) -> GridRows:
        """Rows that came with the newest first, the other way round; those without a date stay
        last."""
        dated = self.taken_at_ms != NO_DATE
        order = np.concatenate((np.flatnonzero(dated)[::-1], np.flatnonzero(~dated)))
        return GridRows(
            self.photo_ids[order], self.content_ids[order], self.taken_at_ms[order], self.relevant
        )

    def find(self, photo_id: PhotoId) -> int | None:
        """The row of a photo."""
        places = np.flatnonzero(self.photo_ids == photo_id)
        return int(places[0]) if len(places) else None

    def same_as(self, other: GridRows) -> bool:
        """True when both show the same photos in the same order."""
        return (
            self.relevant == other.relevant
            and np.array_equal(self.photo_ids, other.photo_ids)
            and np.array_equal(self.content_ids, other.content_ids)
        )


@dataclass(frozen=True, slots=True, eq=False)
class RowChanges:
    """Steps from one order of rows to another.

    Attributes:
        removed: (first, last) runs of old rows to take out, the last run first.
        inserted: (first, last) runs of new rows to put in, the first run first.
        stayed, kept: int64 [k], the rows of both orders: where they were, where they are.
    """

    removed: tuple[tuple[int, int], ...]
    inserted: tuple[tuple[int, int], ...]
    stayed: NDArray[np.int64]
    kept: NDArray[np.int64]


def runs_of(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, last) of each run of marked places, in order."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marked, [False]))))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]


def changes_between(old: NDArray[np.int64], new: NDArray[np.int64]) -> RowChanges | None:
    """Finds the few runs of rows that went and came.

    Args:
        old, new: photo identifiers, int64 [n] and [m], none twice.

    Returns:
        None when photos that stay changed their order, or so many runs changed that
        starting over is cheaper.
    """
    stays = np.isin(old, new, assume_unique=True)
    known = np.isin(new, old, assume_unique=True)
    if not np.array_equal(old[stays], new[known]):
        return None
    removed = runs_of(~stays)
    inserted = runs_of(~known)
    if len(removed) + len(inserted) > _MOST_RUNS:
        return None
    return RowChanges(
        tuple(reversed(removed)), tuple(inserted), np.flatnonzero(stays), np.flatnonzero(known)
    )
