"""Photos found by what is in them: each once, with the region that fits best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog.vectors import store_part
from photofind.domain import (
    WHOLE_PICTURE,
    Box,
    Region,
    RegionKind,
    Space,
    WhyKind,
)
from photofind.inference.registry import BASIC
from photofind.search import ranking as ranking_module
from photofind.search.library import Library
from photofind.search.query import parse
from photofind.search.ranking import Ranking, rank
from photofind.search.vector_cache import VectorCache
from tests.plugins.catalog import write
from tests.unit.search.made_up import SIMILAR_DIM, MadeUpCatalog, near, random_unit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.domain import RegionId
    from photofind.search.engine import SearchEngine

QUERY = random_unit(99, BASIC.dim)
FACE = Region(RegionKind.FACE, Box(0.4, 0.1, 0.2, 0.3))
FRAME = Region(RegionKind.FRAME, at_ms=61_000)


def add_part(
    catalog: MadeUpCatalog,
    name: str,
    vector: NDArray[np.float32],
    region: Region = FACE,
    space: Space = Space.SEARCH,
) -> RegionId:
    content = catalog.content_of(name)
    found = write(catalog.writer, store_part, content, region, {space: vector}, catalog.model_id)
    assert found is not None
    return found


def ranked(library: Library, reader: CatalogReader, count: int, **options: object) -> Ranking:
    library.refresh(reader)
    matrix = library.matrix(reader, Space.SEARCH, BASIC.dim)
    return rank(
        matrix,
        QUERY,
        count,
        reader,
        library.model_id,
        Space.SEARCH,
        owners=library.owners(Space.SEARCH),
        **options,  # type: ignore[arg-type]
    )


def test_without_parts_every_row_is_a_whole_picture(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    catalog.add("a.jpg")
    library = Library(catalog.model_id)
    found = ranked(library, reader, 5)
    assert library.owners(Space.SEARCH) is None
    assert found.region_ids.tolist() == found.content_ids.tolist() == [catalog.content_of("a.jpg")]


def test_a_photo_is_ranked_once_by_its_best_region(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    for name, cosine in (("a.jpg", 0.3), ("b.jpg", 0.5), ("c.jpg", 0.1)):
        catalog.add(name, near(QUERY, cosine, seed=1000 + ord(name[0])))
    worse = add_part(catalog, "a.jpg", near(QUERY, 0.2, 1))
    best = add_part(catalog, "a.jpg", near(QUERY, 0.9, 2))
    weak = add_part(catalog, "b.jpg", near(QUERY, 0.4, 3))
    found = ranked(Library(catalog.model_id), reader, 10)
    a, b, c = (catalog.content_of(f"{name}.jpg") for name in "abc")
    assert found.content_ids.tolist() == [a, b, c]
    assert found.region_ids.tolist() == [best, b, c]
    np.testing.assert_allclose(found.scores, [0.9, 0.5, 0.1], atol=2e-3)
    assert (found.total, len(found.estimates)) == (3, 3), "photos are counted, not regions"
    assert {worse, weak}.isdisjoint(found.region_ids.tolist())


def test_of_equal_vectors_the_whole_picture_answers(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    catalog.add("a.jpg", near(QUERY, 0.5))
    add_part(catalog, "a.jpg", near(QUERY, 0.5))
    found = ranked(Library(catalog.model_id), reader, 10)
    assert found.region_ids.tolist() == [catalog.content_of("a.jpg")]


@pytest.mark.parametrize("rescored", [2, 300])
@pytest.mark.parametrize("count", [1, 5, 40])
def test_it_is_what_brute_force_finds(
    catalog: MadeUpCatalog,
    reader: CatalogReader,
    monkeypatch: pytest.MonkeyPatch,
    rescored: int,
    count: int,
) -> None:
    monkeypatch.setattr(ranking_module, "RESCORED", rescored)
    drawn = np.random.default_rng(5)
    best: dict[int, float] = {}
    for number in range(20):
        cosines = drawn.uniform(0, 1, size=1 + drawn.integers(0, 6))
        cosines[0] *= 0.2  # so that parts answer, some of them many times
        name = f"{number}.jpg"
        catalog.add(name, near(QUERY, cosines[0], number))
        for place, cosine in enumerate(cosines[1:]):
            add_part(catalog, name, near(QUERY, cosine, 100 * number + place))
        best[catalog.content_of(name)] = max(cosines)
    found = ranked(Library(catalog.model_id), reader, count)
    expected = sorted(best, key=lambda content: -best[content])[: max(count, rescored)]
    assert found.content_ids.tolist() == expected
    assert found.total == 20


def test_photos_are_left_out_asked_for_and_kept_apart_with_all_their_regions(
    catalog: MadeUpCatalog, reader: CatalogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_module, "RESCORED", 1)
    for name, cosine in (("a.jpg", 0.3), ("b.jpg", 0.5), ("c.jpg", 0.1)):
        catalog.add(name, near(QUERY, cosine, seed=1000 + ord(name[0])))
    best = add_part(catalog, "a.jpg", near(QUERY, 0.9, 2))
    last = add_part(catalog, "c.jpg", near(QUERY, 0.2, 3))
    a, b, c = (catalog.content_of(f"{name}.jpg") for name in "abc")
    library = Library(catalog.model_id)
    without = ranked(library, reader, 10, never=(a,))
    assert (without.region_ids.tolist(), without.total) == ([b, last], 2)
    only = ranked(library, reader, 10, only=np.array([a, c]))
    assert (only.region_ids.tolist(), only.total) == ([best, last], 2)
    asked = ranked(library, reader, 1, always=(c,))
    assert asked.region_ids.tolist() == [best, last]


def test_the_library_follows_parts_that_come_and_go(
    catalog: MadeUpCatalog, reader: CatalogReader, tmp_path: Path
) -> None:
    catalog.add("a.jpg", near(QUERY, 0.1))
    cache = VectorCache(tmp_path, "m@1", catalog.model_id)
    library = Library(catalog.model_id, cache)
    ranked(library, reader, 5)
    part = add_part(catalog, "a.jpg", near(QUERY, 0.8, 2))
    other_space = add_part(catalog, "a.jpg", random_unit(3, SIMILAR_DIM), FRAME, Space.SIMILAR)
    assert ranked(library, reader, 5).region_ids.tolist() == [part]
    assert other_space not in library.matrix(reader, Space.SEARCH, BASIC.dim).region_ids
    fresh = Library(catalog.model_id)
    assert ranked(fresh, reader, 5).region_ids.tolist() == [part]
    catalog.lose("a.jpg")
    assert ranked(library, reader, 5).region_ids.tolist() == []
    catalog.find_again("a.jpg")
    assert ranked(library, reader, 5).region_ids.tolist() == [part]


def test_kept_vectors_hold_parts_too(
    catalog: MadeUpCatalog,
    reader: CatalogReader,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("photofind.search.library.KEEPING_PAYS", 1)
    catalog.add("a.jpg", near(QUERY, 0.1))
    part = add_part(catalog, "a.jpg", near(QUERY, 0.8, 2))
    cache = VectorCache(tmp_path, "m@1", catalog.model_id)
    library = Library(catalog.model_id, cache)
    ranked(library, reader, 5)
    library.keep()
    monkeypatch.setattr("photofind.search.library.iterate_vectors", None)  # nothing is loaded
    assert ranked(Library(catalog.model_id, cache), reader, 5).region_ids.tolist() == [part]


class TestEngine:
    def test_words_name_the_region(
        self, catalog: MadeUpCatalog, engine: SearchEngine, dog: NDArray[np.float32]
    ) -> None:
        a = catalog.add("a.jpg", near(dog, 0.05, 1))
        b = catalog.add("b.jpg", near(dog, 0.5, 2))
        add_part(catalog, "a.jpg", near(dog, 0.7, 3))
        add_part(catalog, "a.jpg", near(dog, 0.6, 4), FRAME)
        result = engine.search(parse("a dog"), 10)
        assert [hit.photo_id for hit in result.hits] == [a, b]
        assert result.total == 2
        regions = [
            why.region for hit in result.hits for why in hit.why if why.kind is WhyKind.MEANING
        ]
        assert regions == [FACE, WHOLE_PICTURE]

    def test_likeness_names_the_region(self, catalog: MadeUpCatalog, engine: SearchEngine) -> None:
        wanted = random_unit(7, SIMILAR_DIM)
        asked = catalog.add("asked.jpg", similar=wanted)
        a = catalog.add("a.jpg", similar=near(wanted, 0.1, 1))
        b = catalog.add("b.jpg", similar=near(wanted, 0.5, 2))
        add_part(catalog, "a.jpg", near(wanted, 0.9, 3), FRAME, Space.SIMILAR)
        add_part(catalog, "asked.jpg", near(wanted, 0.95, 4), FACE, Space.SIMILAR)
        result = engine.similar_to_photo(asked, 10)
        assert [hit.photo_id for hit in result.hits] == [a, b]
        assert [hit.why[0].region for hit in result.hits] == [FRAME, WHOLE_PICTURE]
        assert result.total == 2
