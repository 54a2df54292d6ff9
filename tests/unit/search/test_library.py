"""The library in memory against the catalog on disk."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NoReturn

import pytest

from photofind.catalog.background import store_reembedded
from photofind.catalog.models import ensure_model
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import ReembeddedContent, VectorPass
from photofind.domain import PhotoId, Space
from photofind.inference.registry import BASIC
from photofind.search import library as library_module
from photofind.search.library import Library
from photofind.search.vector_cache import VectorCache
from tests.plugins.catalog import read, write
from tests.unit.search.made_up import MadeUpCatalog, random_unit

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.search.matrix import VectorMatrix

DIM = BASIC.dim
QUERY = random_unit(99, DIM)


def loaded(catalog: MadeUpCatalog, reader: CatalogReader) -> tuple[Library, VectorMatrix]:
    library = Library(catalog.model_id)
    library.refresh(reader)
    return library, library.matrix(reader, Space.SEARCH, DIM)


def scores_by_photo(library: Library, matrix: VectorMatrix) -> dict[int, float]:
    photos = library.photos_of(matrix.region_ids).tolist()
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
    library = Library(write(catalog.writer, ensure_model, "other@1.p1.q0", "search", DIM))
    photo = catalog.add("a.jpg")
    library.refresh(reader)
    matrix = library.matrix(reader, Space.SEARCH, DIM)
    library.refresh(reader)
    assert (len(library), len(matrix)) == (1, 0)
    assert list(library.contents_of([photo, PhotoId(77)])) == [photo]


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "KEEPING_PAYS", 1)


def started(catalog: MadeUpCatalog, reader: CatalogReader) -> tuple[Library, VectorMatrix]:
    """A library with a cache, as at the start of the program."""
    cache = VectorCache(catalog.folders.vectors, BASIC.catalog_key, catalog.model_id)
    library = Library(catalog.model_id, cache)
    library.refresh(reader)
    return library, library.matrix(reader, Space.SEARCH, DIM)


def answers_like_a_fresh_one(
    library: Library, matrix: VectorMatrix, catalog: MadeUpCatalog, reader: CatalogReader
) -> bool:
    fresh, fresh_matrix = loaded(catalog, reader)
    scores = scores_by_photo(library, matrix)
    return scores == pytest.approx(scores_by_photo(fresh, fresh_matrix), abs=0.002)


@pytest.mark.usefixtures("keeps_all")
def test_what_was_kept_is_brought_up_to_date(catalog: MadeUpCatalog, reader: CatalogReader) -> None:
    for number in range(30):
        catalog.add(f"{number}.jpg")
    started(catalog, reader)[0].keep()
    for number in range(5):
        catalog.lose(f"{number}.jpg")
        catalog.add(f"new {number}.jpg")
    library, matrix = started(catalog, reader)
    assert len(matrix) == 30
    assert answers_like_a_fresh_one(library, matrix, catalog, reader)
    catalog.add("later.jpg")
    library.refresh(reader)
    assert answers_like_a_fresh_one(library, matrix, catalog, reader)


@pytest.mark.usefixtures("keeps_all")
def test_what_was_kept_is_read_and_not_the_catalog(
    catalog: MadeUpCatalog, reader: CatalogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        catalog.add(f"{number}.jpg")
    started(catalog, reader)[0].keep()

    def unexpected(*_: object) -> NoReturn:
        raise AssertionError("all vectors were read again")

    monkeypatch.setattr(library_module, "iterate_vectors", unexpected)
    library, matrix = started(catalog, reader)
    assert len(matrix) == len(library) == 30


@pytest.mark.usefixtures("keeps_all")
def test_a_cache_that_holds_little_is_left_aside(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    catalog.add("first.jpg")
    started(catalog, reader)[0].keep()
    for number in range(10):
        catalog.add(f"{number}.jpg")
    library, matrix = started(catalog, reader)
    assert answers_like_a_fresh_one(library, matrix, catalog, reader)
    library.keep()
    cache = VectorCache(catalog.folders.vectors, BASIC.catalog_key, catalog.model_id)
    kept = cache.read(Space.SEARCH, DIM)
    assert kept is not None
    assert len(kept.matrix) == 11


def replace_vector(catalog: MadeUpCatalog, photo: PhotoId, reader: CatalogReader) -> None:
    """The second pass puts another vector in the place of the first one's."""
    content = read(reader, read_photos, [photo])[photo].content_id
    vectors = {Space.SEARCH: random_unit(1234, DIM)}
    found = ReembeddedContent(content, vectors, (), VectorPass.WHOLE)
    write(catalog.writer, store_reembedded, [found], catalog.model_id)


def test_replaced_vectors_are_read_again(catalog: MadeUpCatalog, reader: CatalogReader) -> None:
    photos = [catalog.add(f"{number}.jpg") for number in range(5)]
    library, matrix = loaded(catalog, reader)
    replace_vector(catalog, photos[2], reader)
    assert library.refresh(reader)
    assert answers_like_a_fresh_one(library, matrix, catalog, reader)
    assert not library.refresh(reader)


@pytest.mark.usefixtures("keeps_all")
def test_vectors_replaced_since_they_were_kept_are_read_again(
    catalog: MadeUpCatalog, reader: CatalogReader
) -> None:
    photos = [catalog.add(f"{number}.jpg") for number in range(5)]
    replace_vector(catalog, photos[1], reader)
    started(catalog, reader)[0].keep()
    replace_vector(catalog, photos[2], reader)
    library, matrix = started(catalog, reader)
    assert answers_like_a_fresh_one(library, matrix, catalog, reader)


def test_few_photos_are_not_kept(catalog: MadeUpCatalog, reader: CatalogReader) -> None:
    catalog.add("a.jpg")
    started(catalog, reader)[0].keep()
    assert not catalog.folders.vectors.exists()


@pytest.mark.usefixtures("keeps_all")
def test_an_older_catalog_put_back_is_not_answered_for_from_the_cache(
    catalog: MadeUpCatalog, data_dir: Path
) -> None:
    photos = [catalog.add(f"{number}.jpg") for number in range(20)]
    catalog.writer.close()
    older = catalog.folders.catalog.read_bytes()
    with MadeUpCatalog(data_dir) as grown, CatalogReader(grown.folders) as reader:
        for number in range(5):
            grown.add(f"lost {number}.jpg")
        replace_vector(grown, photos[0], reader)
        started(grown, reader)[0].keep()
    catalog.folders.catalog.write_bytes(older)
    with MadeUpCatalog(data_dir) as restored, CatalogReader(restored.folders) as reader:
        for number in range(5):
            restored.add(f"other {number}.jpg")
        for photo in photos[:3]:
            replace_vector(restored, photo, reader)
        library, matrix = started(restored, reader)
        assert answers_like_a_fresh_one(library, matrix, restored, reader)
