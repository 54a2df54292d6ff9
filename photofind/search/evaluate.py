"""Measures how well captions find their photos: recall at 1, 5 and 10."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import QueryError
from photofind.reference_captions import read_reference_captions
from photofind.search.query import parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.search.engine import SearchEngine

_LISTED = 10
"""Hits that a search is asked for; also the largest k."""


@dataclass(frozen=True, slots=True)
class EvalReport:
    """What an evaluation found.

    Attributes:
        images: photos that competed.
        queries: captions that were searched for.
        skipped: lines that were not: no tab, no caption, or a photo that can't be found.
        recall_at_1, recall_at_5, recall_at_10: share of the captions whose photo came among the
            first k; NaN without queries.
        median_rank: of the photos, from 1; NaN without queries.
        mean_ms: time of one search; NaN without queries.
    """

    images: int
    queries: int
    skipped: int
    recall_at_1: float
    recall_at_5: float
    recall_at_10: float
    median_rank: float
    mean_ms: float


def evaluate(engine: SearchEngine, captions_tsv: Path) -> EvalReport:
    """Searches for every caption of a file and looks where its photo comes.

    Every photo in the catalog competes. Where several have the file name, any of them counts.

    Args:
        captions_tsv: lines "file name<TAB>caption", UTF-8.

    Raises:
        PhotofindError: captions_unreadable.
        ModelError: the active model is not installed, or damaged.
        CatalogError: the catalog can't be read.
    """
    lines = read_reference_captions(captions_tsv)
    photos = engine.photos_by_name()
    places: list[int] = []
    times_ms: list[float] = []
    for line in lines:
        wanted = photos.get(line.name, set())
        try:
            query = parse(line.text)
        except QueryError:
            continue
        if not wanted:
            continue
        result = engine.search(query, _LISTED)
        listed = [place for place, hit in enumerate(result.hits, 1) if hit.photo_id in wanted]
        place = listed[0] if listed else engine.place_of(query, wanted)
        if place is not None:
            places.append(place)
            times_ms.append(result.elapsed_ms)
    return EvalReport(
        images=engine.photo_count(),
        queries=len(places),
        skipped=len(lines) - len(places),
        recall_at_1=_recall(places, 1),
        recall_at_5=_recall(places, 5),
        recall_at_10=_recall(places, 10),
        median_rank=float(statistics.median(places)) if places else float("nan"),
        mean_ms=statistics.fmean(times_ms) if places else float("nan"),
    )


def _recall(places: Sequence[int], k: int) -> float:
    return sum(place <= k for place in places) / len(places) if places else float("nan")
