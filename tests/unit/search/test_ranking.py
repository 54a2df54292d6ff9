"""Rankings against brute force."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.models import ensure_model
from photofind.domain import ContentId, PhotoId, Space
from photofind.inference.registry import BASIC
from photofind.search import ranking as ranking_module
from photofind.search.library import Library
from photofind.search.ranking import rank
from tests.plugins.catalog import write
from tests.unit.search.made_up import MadeUpCatalog, near, random_unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.search.matrix import VectorMatrix

DIM = BASIC.dim
QUERY = random_unit(99, DIM)


def loaded(catalog: MadeUpCatalog, reader: CatalogReader) -> tuple[Library, VectorMatrix]:
    library = Library(catalog.model_id)
    library.refresh(reader)
    return library, library.matrix(reader, Space.SEARCH, DIM)


def ranked(
    catalog: MadeUpCatalog,
    reader: CatalogReader,
    query: NDArray[np.float32],
    count: int,
    *,
    always: tuple[ContentId, ...] = (),
    never: tuple[ContentId, ...] = (),
) -> list[tuple[int, float]]:
    library, matrix = loaded(catalog, reader)
    found = rank(
        matrix,
        query,
        count,
        reader,
        library.model_id,
        Space.SEARCH,
        always=always,
        never=never,
    )
    assert found.total == len(matrix) - len(never)
    photos = library.photos_of(found.content_ids).tolist()
    return list(zip(photos, found.scores.tolist(), strict=True))


def test_the_best_are_ranked_by_exact_scores(catalog: MadeUpCatalog, reader: CatalogReader) -> None:
    # Nearer to each other than int8 can tell apart.
    cosines = {catalog.add(f"{n}.jpg", near(QUERY, 0.5 + 0.0004 * n, n)): n for n in range(30)}
    found = ranked(catalog, reader, QUERY, 5)
    assert [cosines[PhotoId(photo)] for photo, _score in found] == list(range(29, -1, -1))
    assert found[0][1] == pytest.approx(0.5 + 0.0004 * 29, abs=2e-4)


def test_more_than_are_scored_exactly_can_be_had(
    catalog: MadeUpCatalog, reader: CatalogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_module, "RESCORED", 4)
    photos = [catalog.add(f"{n}.jpg", near(QUERY, 0.9 - 0.05 * n, n)) for n in range(12)]
    last = loaded(catalog, reader)[0].contents_of([photos[-1]])[photos[-1]]
    best = loaded(catalog, reader)[0].contents_of([photos[0]])[photos[0]]
    assert [photo for photo, _score in ranked(catalog, reader, QUERY, 12)] == photos
    assert [photo for photo, _score in ranked(catalog, reader, QUERY, 2)] == photos[:4]
    with_last = ranked(catalog, reader, QUERY, 2, always=(last,))
    assert [photo for photo, _score in with_last] == [*photos[:4], photos[-1]]
    assert with_last[-1][1] == pytest.approx(0.9 - 0.05 * 11, abs=2e-3)
    without = ranked(catalog, reader, QUERY, 12, never=(best,), always=(last,))
    assert [photo for photo, _score in without] == photos[1:]
    scores = [score for _photo, score in without]
    assert scores == sorted(scores, reverse=True)


def test_vectors_that_went_away_meanwhile_score_nothing(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    catalog.add("a.jpg", near(QUERY, 0.9))
    _library, matrix = loaded(catalog, reader)
    other = write(catalog.writer, ensure_model, "other@1.p1.q0", "search", DIM)
    found = rank(matrix, QUERY, 1, reader, other, Space.SEARCH)
    assert found.scores.tolist() == [0.0]


def test_equal_photos_are_ranked_by_number(catalog: MadeUpCatalog, reader: CatalogReader) -> None:
    photos = [catalog.add(f"{n}.jpg", QUERY) for n in range(5)]
    assert [photo for photo, _score in ranked(catalog, reader, QUERY, 5)] == photos
