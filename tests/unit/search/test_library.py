"""The library in memory against the catalog on disk."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotoId, Space
from photofind.inference.registry import BASIC
from photofind.search.library import Library
from tests.unit.search.made_up import MadeUpCatalog, random_unit

if TYPE_CHECKING:
    from photofind.catalog.reader import CatalogReader
    from photofind.search.matrix import VectorMatrix

DIM = BASIC.dim
QUERY = random_unit(99, DIM)


def loaded(catalog: MadeUpCatalog, reader: CatalogReader) -> tuple[Library, VectorMatrix]:
    library = Library(catalog.model_id)
    library.refresh(reader)
    return library, library.matrix(reader, Space.SEARCH, DIM)


def scores_by_photo(library: Library, matrix: VectorMatrix) -> dict[int, float]:
    photos = library.photos_of(matrix.content_ids).tolist()
    return dict(zip(photos, matrix.scores(QUERY).round(3).tolist(), strict=True))


def test_any_history_ends_in_what_a_fresh_load_gives(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    drawn = random.Random(7)
    library, matrix = loaded(catalog, reader)
    library.matrix(reader, Space.SIMILAR, BASIC.similar_dim or 0)
    there: list[str] = []
    gone: list[str] = []
    for number in range(40):
        for action in drawn.choices(["add", "lose", "find again"], k=3):
            if action == "add":
                there.append(f"{number}-{drawn.random()}.jpg")
                catalog.add(there[-1])
            elif action == "lose" and there:
                gone.append(there.pop(drawn.randrange(len(there))))
                catalog.lose(gone[-1])
            elif action == "find again" and gone:
                there.append(gone.pop(drawn.randrange(len(gone))))
                catalog.find_again(there[-1])
        library.refresh(reader)
        assert len(library) == len(matrix) == len(there)
    fresh, fresh_matrix = loaded(catalog, reader)
    assert scores_by_photo(library, matrix) == pytest.approx(
        scores_by_photo(fresh, fresh_matrix), abs=0.002
    )
    assert len(library.matrix(reader, Space.SIMILAR, BASIC.similar_dim or 0)) == len(there)


def test_refresh_says_whether_anything_changed(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    library, _matrix = loaded(catalog, reader)
    catalog.add("a.jpg")
    assert library.refresh(reader)
    assert not library.refresh(reader)
    catalog.lose("a.jpg")
    assert library.refresh(reader)


def test_a_photo_without_vector_of_this_model_waits_for_it(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    library = Library(catalog.writer.ensure_model("other@1.p1.q0", "search", DIM))
    photo = catalog.add("a.jpg")
    library.refresh(reader)
    matrix = library.matrix(reader, Space.SEARCH, DIM)
    library.refresh(reader)
    assert (len(library), len(matrix)) == (1, 0)
    assert list(library.contents_of([photo, PhotoId(77)])) == [photo]
