"""Ranks the library by vectors: estimates for all rows, exact scores for the best.

A photo is ranked by what of it fits best: the whole picture, or a region in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.regions import read_regions
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import RegionId
from photofind.search.matrix import best_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import ModelId, Region, Space
    from photofind.search.matrix import VectorMatrix

RESCORED = 300
"""Rows whose scores are computed exactly. Measured at 100,000 rows: no true member of a top ten
was estimated below place 41."""


MOST_ASKED = 1_000
"""Rows beyond the best whose scores are computed exactly because they were asked for."""


MOST_OF_ONE = 4
"""Regions of one photo whose scores are computed exactly: estimates may confuse the best ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Owners:
    """Whose picture each row of a matrix belongs to, where some rows are less than a whole one.

    Attributes:
        content_ids: int64 [n].
        are_parts: bool [n]; the others are whole pictures.
        alone: int64, contents of which there are parts, and not the whole picture.
    """

    content_ids: NDArray[np.int64]
    are_parts: NDArray[np.bool_]
    alone: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best contents and everyone's scores.

    Attributes:
        content_ids: int64 [k], the best first, each once; k may exceed what was asked for.
        region_ids: int64 [k], what of each fits best; the content's number: the whole picture.
        scores: float32 [k], falling; exact for the first RESCORED.
        estimates: float32 [n], of the whole picture of every photo in the library.
        total: photos that took part.
    """

    content_ids: NDArray[np.int64]
    region_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    estimates: NDArray[np.float32]
    total: int


def rank(
    matrix: VectorMatrix,
    query: NDArray[np.float32],
    count: int,
    reader: CatalogReader,
    model_id: ModelId,
    space: Space,
    *,
    owners: Owners | None = None,
    always: Iterable[int] = (),
    never: Iterable[int] = (),
    only: NDArray[np.int64] | None = None,
    estimates: NDArray[np.float32] | None = None,
) -> Ranking:
    """Ranks contents by the dot product of their best region with a query.

    Args:
        query: float32 [dim], unit length.
        count: how many are wanted.
        owners: of the matrix's rows; None: every row is a whole picture.
        always: contents that are ranked whatever their score, and scored exactly unless they are
            more than MOST_ASKED.
        never: contents that are left out.
        only: int64, contents that take part; None: all.
        estimates: float32 [rows], what `matrix.scores` gave for this query already.

    Raises:
        CatalogError: the catalog can't be read.
    """
    ids = matrix.region_ids
    contents = ids if owners is None else owners.content_ids
    if estimates is None:
        estimates = matrix.scores(query)
    left_out = np.fromiter(never, np.int64)
    mask = ~np.isin(contents, left_out) if len(left_out) else None
    if only is not None:
        mask = np.isin(contents, only) if mask is None else mask & np.isin(contents, only)
    if owners is None:
        rows = best_rows(estimates, ids, max(count, RESCORED), mask)
        exact, rest = rows[:RESCORED], rows[RESCORED:]
    else:
        exact, rest = _best_of_each(estimates, ids, contents, max(count, RESCORED), mask)
    scores = _exact_scores(matrix, exact, query, reader, model_id, space)
    # What was not computed exactly stays behind what was.
    rest_scores = np.minimum(estimates[rest], scores.min(initial=1.0))
    wanted = np.fromiter(always, np.int64)
    if len(wanted):
        asked = np.setdiff1d(np.flatnonzero(np.isin(contents, wanted)), exact)
        if owners is not None:
            asked = asked[~np.isin(contents[asked], contents[exact])]
            asked = asked[np.argsort(-estimates[asked], kind="stable")]
            asked = asked[_place_among_own(contents[asked]) < MOST_OF_ONE]
        asked = asked[np.argsort(-estimates[asked], kind="stable")]
        asked, more = asked[:MOST_ASKED], asked[MOST_ASKED:]
        asked_scores = _exact_scores(matrix, asked, query, reader, model_id, space)
        more_scores = np.minimum(estimates[more], asked_scores.min(initial=1.0))
        others = ~np.isin(contents[rest], contents[np.concatenate([asked, more])])
        rest = np.concatenate([asked, more, rest[others]])
        rest_scores = np.concatenate([asked_scores, more_scores, rest_scores[others]])
    rows = np.concatenate([exact, rest])
    every = np.concatenate([scores, rest_scores])
    # Of equal scores the lower number, which of one photo is the whole picture's.
    order = np.lexsort((ids[rows], contents[rows], -every))
    if owners is None:
        total = len(ids) if mask is None else int(mask.sum())
    else:
        order = order[_first_of_each(contents[rows[order]])]
        total = _count_photos(owners, mask, left_out, only)
        estimates = estimates[~owners.are_parts]
    rows = rows[order]
    return Ranking(contents[rows], ids[rows], every[order], estimates, total)


def read_answering(reader: CatalogReader, ranking: Ranking, count: int) -> dict[int, Region]:
    """What of each content fits best, for those of the first `count` where that is less than the
    whole picture.

    Raises:
        CatalogError: the catalog can't be read.
    """
    content_ids, region_ids = ranking.content_ids[:count], ranking.region_ids[:count]
    parts = content_ids != region_ids
    if not parts.any():
        return {}
    with reader.snapshot() as snapshot:
        regions = read_regions(snapshot, region_ids[parts].tolist())
    return {
        content: regions[RegionId(region)]
        for content, region in zip(
            content_ids[parts].tolist(), region_ids[parts].tolist(), strict=True
        )
        if region in regions  # else it went away meanwhile
    }


def _best_of_each(
    estimates: NDArray[np.float32],
    ids: NDArray[np.int64],
    contents: NDArray[np.int64],
    wanted: int,
    mask: NDArray[np.bool_] | None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The rows to be scored exactly, of the RESCORED best contents; and the best row of each of
    those that follow, until there are `wanted` contents in all."""
    count = wanted
    while True:
        rows = best_rows(estimates, ids, count, mask)
        firsts = _first_of_each(contents[rows])
        if len(firsts) >= wanted or len(rows) < count:
            break
        count *= 2
    edge = firsts[RESCORED] if len(firsts) > RESCORED else len(rows)
    exact = rows[:edge]
    exact = exact[_place_among_own(contents[exact]) < MOST_OF_ONE]
    return exact, rows[firsts[RESCORED:wanted]]


def _first_of_each(values: NDArray[np.int64]) -> NDArray[np.intp]:
    """The places, rising, where a value stands for the first time."""
    firsts: NDArray[np.intp] = np.unique(values, return_index=True)[1]
    return np.sort(firsts)


def _place_among_own(values: NDArray[np.int64]) -> NDArray[np.intp]:
    """How often each value stands before its place."""
    order = np.argsort(values, kind="stable")
    begins = np.flatnonzero(np.diff(values[order], prepend=np.int64(-1)))
    lengths = np.diff(begins, append=len(values))
    places = np.empty(len(values), np.intp)
    places[order] = np.arange(len(values)) - np.repeat(begins, lengths)
    return places


def _count_photos(
    owners: Owners,
    mask: NDArray[np.bool_] | None,
    left_out: NDArray[np.int64],
    only: NDArray[np.int64] | None,
) -> int:
    whole = ~owners.are_parts if mask is None else mask & ~owners.are_parts
    alone = owners.alone[~np.isin(owners.alone, left_out)]
    if only is not None:
        alone = alone[np.isin(alone, only)]
    return int(whole.sum()) + len(alone)


def _exact_scores(
    matrix: VectorMatrix,
    rows: NDArray[np.intp],
    query: NDArray[np.float32],
    reader: CatalogReader,
    model_id: ModelId,
    space: Space,
) -> NDArray[np.float32]:
    with reader.snapshot() as snapshot:
        vectors = fetch_vectors(snapshot, model_id, space, matrix.region_ids[rows])
    if vectors.shape[1] != matrix.dim:  # all of them went away meanwhile
        return np.zeros(len(rows), np.float32)
    scores: NDArray[np.float32] = np.nan_to_num(vectors.astype(np.float32) @ query, nan=-1.0)
    return scores
