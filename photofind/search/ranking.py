"""Ranks the library by vectors: estimates for all rows, exact scores for the best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.vectors import fetch_vectors
from photofind.search.matrix import best_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import ModelId, Space
    from photofind.search.matrix import VectorMatrix

RESCORED = 300
"""Rows whose scores are computed exactly. Measured at 100,000 rows: no true member of a top ten
was estimated below place 41."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best contents and everyone's scores.

    Attributes:
        content_ids: int64 [k], the best first; k may exceed what was asked for.
        scores: float32 [k], falling; exact for the first RESCORED.
        estimates: float32 [n], of every photo in the library.
        total: photos that took part.
    """

    content_ids: NDArray[np.int64]
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
    always: Iterable[int] = (),
    never: Iterable[int] = (),
    only: NDArray[np.int64] | None = None,
) -> Ranking:
    """Ranks contents by the dot product with a query.

    Args:
        query: float32 [dim], unit length.
        count: how many are wanted.
        always: contents that are ranked (and scored exactly) whatever their score.
        never: contents that are left out.
        only: int64, contents that take part; None: all.

    Raises:
        CatalogError: the catalog can't be read.
    """
    ids = matrix.content_ids
    estimates = matrix.scores(query)
    left_out = np.fromiter(never, np.int64)
    mask = ~np.isin(ids, left_out) if len(left_out) else None
    if only is not None:
        mask = np.isin(ids, only) if mask is None else mask & np.isin(ids, only)
    rows = best_rows(estimates, ids, max(count, RESCORED), mask)
    exact, rest = rows[:RESCORED], rows[RESCORED:]
    scores = _exact_scores(matrix, exact, query, reader, model_id, space)
    # What was not computed exactly stays behind what was.
    rest_scores = np.minimum(estimates[rest], scores.min(initial=1.0))
    wanted = np.fromiter(always, np.int64)
    if len(wanted):
        asked = np.setdiff1d(np.flatnonzero(np.isin(ids, wanted)), exact)
        asked_scores = _exact_scores(matrix, asked, query, reader, model_id, space)
        others = ~np.isin(rest, asked)
        rest = np.concatenate([asked, rest[others]])
        rest_scores = np.concatenate([asked_scores, rest_scores[others]])
    contents = ids[np.concatenate([exact, rest])]
    every = np.concatenate([scores, rest_scores])
    order = np.lexsort((contents, -every))
    total = len(ids) if mask is None else int(mask.sum())
    return Ranking(contents[order], every[order], estimates, total)


def _exact_scores(
    matrix: VectorMatrix,
    rows: NDArray[np.intp],
    query: NDArray[np.float32],
    reader: CatalogReader,
    model_id: ModelId,
    space: Space,
) -> NDArray[np.float32]:
    vectors = fetch_vectors(reader.connection, model_id, space, matrix.content_ids[rows])
    if vectors.shape[1] != matrix.dim:  # all of them went away meanwhile
        return np.zeros(len(rows), np.float32)
    scores: NDArray[np.float32] = np.nan_to_num(vectors.astype(np.float32) @ query, nan=-1.0)
    return scores
