"""The engine over real catalogs, with the real built-in model for words and pictures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import insert_files
from photofind.catalog.folders import remove_folder, set_online_only
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Hit, MediaError, ModelError, PhotofindError, PhotoId, WhyKind
from photofind.inference.clip import ImageEncoder
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import DualEncoderSpec
from photofind.inference.store import ModelStore
from photofind.media import online_only
from photofind.media.decode import decode_photo
from photofind.paths import app_folders
from photofind.search.engine import SearchEngine
from photofind.search.query import parse
from tests.plugins.catalog import write
from tests.plugins.pictures import make_photo
from tests.unit.search.made_up import (
    SIMILAR_DIM,
    MadeUpCatalog,
    SharedStore,
    near,
    other_version,
    random_unit,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


DOG = parse("a dog")


def photos(hits: Sequence[Hit]) -> list[PhotoId]:
    return [hit.photo_id for hit in hits]


class TestNothingIndexed:
    def test_nothing_is_found_and_no_model_needed(self, engine: SearchEngine) -> None:
        assert not engine.refresh()
        result = engine.search(DOG, 10)
        assert (result.hits, result.total, result.model) == ((), 0, "")
        assert (result.query, engine.photo_count()) == ("a dog", 0)
        assert engine.place_of(DOG, [PhotoId(1)]) is None
        engine.warm_up()

    def test_a_picture_has_nothing_alike(self, engine: SearchEngine, tmp_path: Path) -> None:
        result = engine.similar_to_file(make_photo(tmp_path / "a.png"), 10)
        assert (result.hits, result.query) == ((), str(tmp_path / "a.png"))

    def test_what_is_no_picture_is_refused_all_the_same(
        self, engine: SearchEngine, tmp_path: Path
    ) -> None:
        (tmp_path / "a.jpg").write_text("no picture")
        with pytest.raises(MediaError):
            engine.similar_to_file(tmp_path / "a.jpg", 10)

    def test_the_first_photo_is_found_once_the_worker_has_stored_it(
        self, engine: SearchEngine, data_dir: Path, dog: NDArray[np.float32]
    ) -> None:
        assert engine.search(DOG, 10).hits == ()
        with MadeUpCatalog(data_dir) as catalog:
            photo = catalog.add("rex.jpg", near(dog, 0.6))
            assert photos(engine.search(DOG, 10).hits) == [photo]


def test_a_query_is_counted_without_its_weaker_matches(
    catalog: MadeUpCatalog, engine: SearchEngine
) -> None:
    for number in range(4):
        catalog.add(f"IMG_{number}.jpg")
    catalog.add("other.jpg")
    assert engine.count(parse("IMG_")) == 4
    assert engine.count(parse("-name:IMG_")) == 1


class TestFollowing:
    def test_what_is_added_lost_and_removed_shows_in_the_next_search(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        first = catalog.add("a.jpg")
        assert photos(engine.search(DOG, 10).hits) == [first]
        second = catalog.add("b.jpg")
        assert set(photos(engine.search(DOG, 10).hits)) == {first, second}
        catalog.lose("a.jpg")
        assert photos(engine.search(DOG, 10).hits) == [second]
        catalog.find_again("a.jpg")
        assert engine.search(DOG, 10).total == 2
        write(catalog.writer, remove_folder, catalog.folder.path)
        assert engine.search(DOG, 10).hits == ()

    def test_refresh_tells_whether_search_sees_anything_else(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        catalog.add("a.jpg")
        assert engine.refresh()
        assert not engine.refresh()
        write(catalog.writer, insert_files, catalog.folder.id, [(b"waits.jpg", 1, 1)])
        assert not engine.refresh()
        catalog.lose("a.jpg")
        assert engine.refresh()
        assert engine.photo_count() == 0

    def test_the_model_may_be_loaded_before_the_rest(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        engine.load_model()
        photo = catalog.add("a.jpg")
        engine.load_model()
        engine.load_model()
        assert engine.refresh()
        assert photos(engine.search(DOG, 10).hits) == [photo]

    def test_a_closed_engine_begins_anew(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        photo = catalog.add("a.jpg")
        engine.warm_up()
        engine.close()
        engine.close()
        assert photos(engine.search(DOG, 10).hits) == [photo]


class TestModels:
    def test_another_active_model_answers_from_its_own_vectors(
        self, catalog: MadeUpCatalog, dog: NDArray[np.float32]
    ) -> None:
        newer = other_version()
        catalog.add("old.jpg", near(dog, 0.9))
        with SearchEngine(catalog.folders, SharedStore(catalog.folders, BASIC, newer)) as engine:
            assert engine.search(DOG, 1).model == "basic"
            catalog.use_model(newer)
            photo = catalog.add("new.jpg", near(dog, 0.2))
            result = engine.search(DOG, 10)
            assert (photos(result.hits), result.model) == ([photo], "basic-new")
            assert (result.total, engine.photo_count()) == (1, 2)
            catalog.use_model(BASIC)
            assert engine.search(DOG, 10).hits[0].score == pytest.approx(0.9, abs=1e-3)

    def test_a_model_that_is_not_installed_is_named(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        catalog.use_model(other_version())
        catalog.add("a.jpg")
        engine.refresh()
        for ask in (lambda: engine.search(DOG, 1), engine.warm_up, engine.load_model):
            with pytest.raises(ModelError, match=r"basic-new@.* is not installed") as caught:
                ask()
            assert caught.value.code == "model_missing"


class TestLooksAlike:
    def test_photos_come_by_likeness_without_the_photo_itself(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        look = random_unit(1, SIMILAR_DIM)
        one = catalog.add("one.jpg", similar=look)
        far = catalog.add("far.jpg", similar=near(look, 0.1))
        close = catalog.add("close.jpg", similar=near(look, 0.8))
        result = engine.similar_to_photo(one, 10)
        assert photos(result.hits) == [close, far]
        assert [hit.relevant for hit in result.hits] == [True, False]
        assert result.hits[0].score == pytest.approx(0.8, abs=1e-3)
        assert result.hits[0].why[0].kind is WhyKind.LOOKS
        assert (result.total, result.model) == (2, "basic")
        assert result.query == str(catalog.folder.path / "one.jpg")
        assert photos(engine.similar_to_photo(one, 1).hits) == [close]
        assert engine.similar_to_photo(one, -1).hits == ()

    def test_a_photo_that_went_away_is_named(
        self, catalog: MadeUpCatalog, engine: SearchEngine
    ) -> None:
        photo = catalog.add("a.jpg")
        catalog.lose("a.jpg")
        for gone in (photo, PhotoId(404)):
            with pytest.raises(PhotofindError, match="not in the catalog") as caught:
                engine.similar_to_photo(gone, 5)
            assert caught.value.code == "photo_unknown"

    def test_a_known_file_is_compared_by_its_stored_vector_wherever_it_lies(
        self, catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
    ) -> None:
        look = random_unit(1, SIMILAR_DIM)  # not what the encoder would say
        path = make_photo(tmp_path / "elsewhere.png")
        known = catalog.add("known.png", similar=look, data=path.read_bytes())
        close = catalog.add("close.jpg", similar=near(look, 0.8))
        result = engine.similar_to_file(path, 10)
        assert photos(result.hits) == [close]
        assert result.hits[0].score == pytest.approx(0.8, abs=1e-3)
        assert known not in photos(result.hits)

    def test_an_unknown_picture_is_looked_at(
        self, catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path
    ) -> None:
        model = ModelStore(catalog.folders).find(BASIC.key, DualEncoderSpec)
        large = make_photo(tmp_path / "large.jpg", size=(900, 600), seed=3)
        seen = ImageEncoder(model).encode(decode_photo(large, [BASIC.preprocess.geometry]).tensors)
        assert seen.similar is not None
        same = catalog.add("large.jpg", similar=seen.similar[0])
        catalog.add("other.jpg")
        small = make_photo(tmp_path / "small.png", size=(450, 300), seed=3)
        best = engine.similar_to_file(small, 1).hits[0]
        assert (best.photo_id, best.relevant) == (same, True)
        assert best.score > 0.8

    def test_a_model_without_a_second_vector_compares_search_vectors(
        self, catalog: MadeUpCatalog, tmp_path: Path
    ) -> None:
        single = dataclasses.replace(
            other_version(),
            similar_dim=None,
            image_outputs=dataclasses.replace(BASIC.image_outputs, similar=None),
        )
        look = random_unit(1, single.dim)
        catalog.use_model(single)
        one = catalog.add("one.jpg", look)
        close = catalog.add("close.jpg", near(look, 0.8))
        with SearchEngine(catalog.folders, SharedStore(catalog.folders, single)) as engine:
            result = engine.similar_to_photo(one, 5)
            assert photos(result.hits) == [close]
            outside = engine.similar_to_file(make_photo(tmp_path / "a.png"), 5)
            assert set(photos(outside.hits)) == {one, close}

    @pytest.mark.parametrize("name", ["missing.jpg", "text.jpg", "empty.jpg", "folder"])
    def test_what_cant_be_read_is_a_media_error(
        self, catalog: MadeUpCatalog, engine: SearchEngine, tmp_path: Path, name: str
    ) -> None:
        catalog.add("a.jpg")
        (tmp_path / "text.jpg").write_text("no picture")
        (tmp_path / "empty.jpg").touch()
        (tmp_path / "folder").mkdir()
        with pytest.raises(MediaError):
            engine.similar_to_file(tmp_path / name, 5)

    def test_a_file_in_a_cloud_is_compared_by_what_is_known_and_never_opened(
        self, catalog: MadeUpCatalog, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look = random_unit(1, SIMILAR_DIM)
        catalog.add("known.jpg", similar=look)
        close = catalog.add("close.jpg", similar=near(look, 0.8))
        root = catalog.folder.path
        unknown = make_photo(root / "unknown.jpg")
        monkeypatch.setattr(online_only, "lies_online_only", lambda _: True)
        opened: list[Path] = []
        monkeypatch.setattr("photofind.search.engine.hash_file", opened.append)
        # no file lies at the known one's path: opening it would fail
        assert photos(engine.similar_to_file(root / "known.jpg", 10).hits) == [close]
        with pytest.raises(PhotofindError, match="online-only") as caught:
            engine.similar_to_file(unknown, 10)
        assert (caught.value.code, opened) == ("photo_online_only", [])

    def test_a_photo_without_a_vector_is_not_downloaded_to_compare_it(
        self, catalog: MadeUpCatalog, engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        photo = catalog.add("a.jpg")
        monkeypatch.setattr(SearchEngine, "_stored_vector", lambda *_: None)
        monkeypatch.setattr(online_only, "lies_online_only", lambda _: True)
        with pytest.raises(PhotofindError) as caught:
            engine.similar_to_photo(photo, 5)
        assert caught.value.code == "photo_online_only"
        with CatalogWriter(catalog.folders) as writer:
            write(writer, set_online_only, catalog.folder.path, included=True)
        with pytest.raises(MediaError):  # it is looked for now, and isn't there
            engine.similar_to_photo(photo, 5)


def test_a_library_of_an_earlier_edition_is_found_by_its_names_and_tags_at_once(
    data_dir: Path, dog: NDArray[np.float32]
) -> None:
    principal = dataclasses.replace(BASIC.image, sha256="4dc3ead6" + "0" * 56)
    earlier = dataclasses.replace(BASIC, dim=1407, image=principal)
    folders = app_folders(data_dir)
    with (
        MadeUpCatalog(data_dir, earlier) as catalog,
        SearchEngine(folders, ModelStore(folders)) as engine,
    ):
        named = catalog.add("harbour.jpg", tags=(("boat", 0.9),))
        catalog.add("other.jpg")
        assert photos(engine.search(parse("harbour"), 5).hits) == [named]
        assert photos(engine.search(parse("tag:boat"), 5).hits) == [named]
        assert len(engine.everything().photo_ids) == 2
        assert not engine.refresh()
        catalog.use_model(BASIC)
        assert engine.refresh(), "the worker has begun the new index"
        added = catalog.add("new.jpg", near(dog, 0.6))
        assert photos(engine.search(DOG, 5).hits) == [added]
        assert photos(engine.search(parse("harbour"), 5).hits)[0] == named
