"""Photos that belong together without anybody having put them together: by place, date and mark."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.photos import NO_DATE, find_contents, read_photo_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot

MOST_RECENT = 500
"""Photos that count as recently added."""
_MOST_TAGS = 200


class PlaceKind(StrEnum):
    FAVOURITES = "favourites"
    RECENT = "recent"
    """Those added last."""
    ON_THIS_DAY = "on_this_day"
    """Taken on this day of any earlier year."""
    SCREENSHOTS = "screenshots"
    FOLDER = "folder"
    """In this folder or below it."""
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Attributes:
        folder: of FOLDER.
        year: of YEAR.
    """

    kind: PlaceKind
    folder: Path | None = None
    year: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """How many photos there are where.

    Attributes:
        counts: of the places that take no value.
        years: the latest first.
        folders: every folder that has photos in it or below it, by path.
        tags: what people and files call photos, the most frequent first.
    """

    counts: dict[PlaceKind, int]
    years: dict[int, int]
    folders: dict[Path, int]
    tags: dict[str, int]


def find_members(snapshot: Snapshot, place: Place, today: date) -> NDArray[np.int64]:
    """The visible photos of a place: int64 [n], in no order but that of RECENT, the last
    one first."""
    match place.kind:
        case PlaceKind.FAVOURITES:
            return _ids(snapshot, "JOIN photos p ON p.id = v.photo_id WHERE p.favourite = 1")
        case PlaceKind.RECENT:
            return _ids(snapshot, f"ORDER BY v.photo_id DESC LIMIT {MOST_RECENT}")
        case PlaceKind.SCREENSHOTS:
            return _ids(snapshot, _SCREENSHOTS)
        case PlaceKind.FOLDER:
            found = find_contents(snapshot, folder=place.folder)
            return np.fromiter(found, np.int64, len(found))
        case PlaceKind.ON_THIS_DAY:
            return _taken_on(snapshot, today)
        case PlaceKind.YEAR:
            order = read_photo_order(snapshot)
            chosen: NDArray[np.bool_] = _years(order.taken_at_ms) == place.year
            return order.photo_ids[chosen]


def read_overview(snapshot: Snapshot, today: date) -> Overview:
    """Counts what there is to look into; some tenths of a second with 100,000 photos."""
    order = read_photo_order(snapshot)
    years, numbers = np.unique(_years(order.taken_at_ms), return_counts=True)
    counts = {
        kind: len(find_members(snapshot, Place(kind), today))
        for kind in (PlaceKind.FAVOURITES, PlaceKind.SCREENSHOTS)
    }
    counts[PlaceKind.RECENT] = min(MOST_RECENT, len(order.photo_ids))
    counts[PlaceKind.ON_THIS_DAY] = len(_taken_on(snapshot, today))
    return Overview(
        counts=counts,
        years={
            int(year): int(number)
            for year, number in reversed(list(zip(years, numbers, strict=True)))
            if year != _NO_YEAR
        },
        folders=_count_folders(snapshot),
        tags=_count_tags(snapshot),
    )


_SCREENSHOTS = """
    WHERE EXISTS (SELECT 1 FROM live_files f WHERE f.content_id = v.content_id
        AND (f.name LIKE 'screenshot%' OR f.name LIKE 'screen shot%'
            OR f.name LIKE 'bildschirmfoto%'
            OR CAST(f.rel_path AS TEXT) LIKE 'screenshots/%'
            OR CAST(f.rel_path AS TEXT) LIKE '%/screenshots/%'))"""
"""By the names that systems give them, and the folder where phones put them."""
_NO_YEAR = -(2**31)


def _ids(snapshot: Snapshot, condition: str) -> NDArray[np.int64]:
    rows = snapshot.execute(f"SELECT v.photo_id FROM visible_photos v {condition}")  # noqa: S608
    return np.fromiter((photo_id for (photo_id,) in rows), np.int64)


def _years(taken_at_ms: NDArray[np.int64]) -> NDArray[np.int64]:
    """The year of each wall time, `_NO_YEAR` where there is none: int64 [n]."""
    dates = taken_at_ms.astype("datetime64[ms]")
    years = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    years[taken_at_ms == NO_DATE] = _NO_YEAR
    return years


def _taken_on(snapshot: Snapshot, today: date) -> NDArray[np.int64]:
    """Photos taken on this day of an earlier year. A file's own time is no such day, nor is a year
    or a month."""
    rows = snapshot.execute(
        """SELECT v.photo_id, v.taken_at FROM visible_photos v
           CROSS JOIN contents c ON c.id = v.content_id
           WHERE v.taken_at IS NOT NULL AND c.taken_source <> 'file_time'
           AND coalesce(c.taken_precision, 'time') IN ('day', 'time')"""
    )
    table = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 2)
    days = table[:, 1].astype("datetime64[ms]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    is_day: NDArray[np.bool_] = months.astype(np.int64) % 12 + 1 == today.month
    is_day &= (days - months).astype(np.int64) + 1 == today.day
    is_day &= _years(table[:, 1]) < today.year
    return np.ascontiguousarray(table[is_day, 0])


def _count_folders(snapshot: Snapshot) -> dict[Path, int]:
    """A photo counts once for each folder that it lies in or below."""
    counts: Counter[tuple[bytes, bytes]] = Counter()
    rows = snapshot.execute(
        """SELECT d.path, f.rel_path FROM visible_photos v
           CROSS JOIN live_files f ON f.content_id = v.content_id
           CROSS JOIN folders d ON d.id = f.folder_id"""
    )
    separator = os.sep.encode()
    for root, rel_path in rows:
        counts[root, rel_path.rpartition(separator)[0]] += 1
    below: Counter[Path] = Counter()
    for (root, inner), number in counts.items():
        base = Path(os.fsdecode(root))
        folder = base / os.fsdecode(inner) if inner else base
        while folder != base:
            below[folder] += number
            folder = folder.parent
        below[base] += number
    return dict(sorted(below.items()))


def _count_tags(snapshot: Snapshot) -> dict[str, int]:
    rows = snapshot.execute(
        """SELECT t.label, count(DISTINCT v.photo_id) AS often FROM tags t
           JOIN visible_photos v ON v.photo_id = t.photo_id OR v.content_id = t.content_id
           WHERE t.state = 'confirmed' GROUP BY t.label COLLATE NOCASE
           ORDER BY often DESC, t.label LIMIT ?""",
        (_MOST_TAGS,),
    )
    return dict(rows.fetchall())


def today_here() -> date:
    """The day it is for the person."""
    return datetime.now(UTC).astimezone().date()
