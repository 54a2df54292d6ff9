"""Which model is active after updates, losses and choices: an index is never dropped."""

from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog.background import find_without_vectors, store_reembedded
from photofind.catalog.models import begin_model_removal, read_model_indexes, read_models
from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import ReembeddedContent, VectorPass
from photofind.domain import ModelError, Space
from photofind.inference.registry import BASIC
from photofind.search.encoders import find_encoders
from photofind.worker.model_choice import ModelChoice
from tests.plugins.catalog import read, write
from tests.unit.search.made_up import MadeUpCatalog, SharedStore, random_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.inference.spec_search import DualEncoderSpec

OTHER = dataclasses.replace(BASIC, key="other", title="Other", dim=64, similar_dim=None)
EARLIER = dataclasses.replace(BASIC, preprocess_revision=BASIC.preprocess_revision + 7)
"""The same weights, with pictures prepared otherwise."""
FIRST_EDITION = dataclasses.replace(
    BASIC,
    dim=1407,
    image=dataclasses.replace(
        BASIC.image, sha256="4dc3ead60ead599cf5724d8d87bf867b549f474ce001559dd38a051debb96209"
    ),
)
OTHER_WEIGHTS = dataclasses.replace(BASIC, image=dataclasses.replace(BASIC.image, sha256="0" * 64))


class Store(SharedStore):
    """Finds by key what it lists."""

    def find(self, key, kind):  # type: ignore[no-untyped-def]
        for model in self.installed(kind):
            if model.spec.key == key:
                return model
        raise ModelError("model_missing", f"The model {key!r} is not installed.")


@pytest.fixture
def catalog(data_dir: Path) -> Iterator[MadeUpCatalog]:
    with MadeUpCatalog(data_dir, EARLIER) as catalog:
        for number in range(3):
            catalog.add(f"{number}.jpg")
        yield catalog


def choose(catalog: MadeUpCatalog, *installed: DualEncoderSpec) -> ModelChoice:
    return ModelChoice(catalog.folders, catalog.writer, Store(catalog.folders, *installed))


def wanted(choice: ModelChoice, catalog: MadeUpCatalog) -> list[str]:
    with CatalogReader(catalog.folders) as reader:
        return [model.catalog_key for model in choice.wanted(reader)]


def embedded(catalog: MadeUpCatalog) -> dict[str, int]:
    with CatalogReader(catalog.folders) as reader:
        return {index.key: index.embedded for index in read(reader, read_model_indexes)}


def test_a_new_catalog_begins_with_the_basic_model(data_dir: Path) -> None:
    with MadeUpCatalog(data_dir) as catalog:
        write(catalog.writer, begin_model_removal, catalog.model_id)
        assert choose(catalog, BASIC, OTHER).active.key == "basic"


def test_an_update_that_prepares_pictures_otherwise_keeps_the_index_until_the_new_one_is_complete(
    catalog: MadeUpCatalog,
) -> None:
    choice = choose(catalog, BASIC)
    assert choice.active.id == catalog.model_id
    assert wanted(choice, catalog) == [BASIC.catalog_key, BASIC.catalog_key]
    assert embedded(catalog) == {EARLIER.catalog_key: 3, BASIC.catalog_key: 0}
    assert choice.notice is None
    # Words fit the vectors of before: the search goes on with them.
    found = find_encoders(Store(catalog.folders, BASIC), EARLIER.catalog_key)
    assert found.spec == BASIC
    with CatalogReader(catalog.folders) as reader:
        _, new = choice.wanted(reader)
    assert choice.complete(new)
    assert choice.active.id == new.id
    assert embedded(catalog)[EARLIER.catalog_key] == 3


def test_other_weights_speak_another_language(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, OTHER_WEIGHTS)
    assert choice.active.id != catalog.model_id
    assert choice.active.catalog_key == OTHER_WEIGHTS.catalog_key
    assert embedded(catalog)[EARLIER.catalog_key] == 3
    with pytest.raises(ModelError):
        find_encoders(Store(catalog.folders, OTHER_WEIGHTS), EARLIER.catalog_key)


def test_an_earlier_edition_of_the_built_in_model_goes_once_the_new_index_is_complete(
    data_dir: Path,
) -> None:
    with MadeUpCatalog(data_dir, FIRST_EDITION) as catalog:
        for number in range(3):
            catalog.add(f"{number}.jpg")
        old = catalog.model_id
        choice = choose(catalog, BASIC, OTHER)
        assert choice.active.catalog_key == BASIC.catalog_key
        assert choice.notice is None, "an update asks nothing and explains nothing"
        assert wanted(choice, catalog) == [BASIC.catalog_key]
        assert choice.superseded() == []
        for number in range(3):
            found = ReembeddedContent(
                catalog.content_of(f"{number}.jpg"),
                {Space.SEARCH: random_unit(number, BASIC.dim)},
                (),
                VectorPass.PREVIEW,
            )
            write(catalog.writer, store_reembedded, [found], choice.active.id)
        assert [index.id for index in choice.superseded()] == [old]
        choice.begin_removal(choice.superseded()[0])
        assert choice.superseded() == []


def test_indexes_of_downloaded_models_are_never_superseded(data_dir: Path) -> None:
    earlier = dataclasses.replace(OTHER, image=dataclasses.replace(OTHER.image, sha256="0" * 64))
    with MadeUpCatalog(data_dir, earlier) as catalog:
        catalog.add("0.jpg")
        choice = choose(catalog, BASIC, OTHER)
        assert choice.superseded() == []
        assert embedded(catalog)[earlier.catalog_key] == 1


def test_the_newest_photos_are_searched_first_by_a_new_edition(data_dir: Path) -> None:
    with MadeUpCatalog(data_dir, FIRST_EDITION) as catalog:
        for day in (1, 3, 2):
            catalog.add(f"{day}.jpg", taken_at_ms=day * 86_400_000)
        catalog.add("undated.jpg")
        choice = choose(catalog, BASIC)
        with CatalogReader(catalog.folders) as reader:
            waiting = read(reader, find_without_vectors, choice.active.id)
        names = ("3.jpg", "2.jpg", "1.jpg", "undated.jpg")
        assert waiting == [catalog.content_of(name) for name in names]


def test_a_choice_outlives_the_worker_and_can_be_taken_back(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, EARLIER, OTHER)
    assert not choice.use("other")
    assert wanted(choice, catalog) == [EARLIER.catalog_key, OTHER.catalog_key]
    again = choose(catalog, EARLIER, OTHER)
    assert wanted(again, catalog) == [EARLIER.catalog_key, OTHER.catalog_key]
    with CatalogReader(catalog.folders) as reader:
        other = again.wanted(reader)[1]
    assert again.use("basic")
    assert not again.complete(other), "nobody wants it any more"
    assert again.active.key == "basic"


def chosen(catalog: MadeUpCatalog) -> list[str]:
    with CatalogReader(catalog.folders) as reader:
        return [row.people_key for row in read(reader, read_models) if row.chosen]


def test_what_was_installed_is_chosen_unless_a_person_chose_meanwhile(
    catalog: MadeUpCatalog,
) -> None:
    third = dataclasses.replace(OTHER, key="third", title="Third")
    choice = choose(catalog, EARLIER, OTHER, third)
    choice.use("other")
    begun = time.time()
    assert not choice.use_installed("third", begun)  # the last word counts
    assert chosen(catalog) == ["third"]
    choice.use("other")
    for key, asked_for in (("other", "other"), ("basic", "basic")):
        choice.use(key)
        with pytest.raises(ModelError) as caught:
            choice.use_installed("third", begun)
        assert caught.value.code == "model_unchosen"
        assert chosen(catalog) == [asked_for] * (key != "basic")
    again = choose(catalog, EARLIER, OTHER, third)
    with pytest.raises(ModelError, match="chosen while “Third” was being installed"):
        again.use_installed("third", begun)
    assert not again.use_installed("third", time.time())


def test_making_the_active_model_anew_leaves_a_choice_as_it_is(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, EARLIER, OTHER)
    choice.use("other")
    assert choice.use_installed("basic", time.time())
    assert chosen(catalog) == ["other"]


@pytest.mark.expects_log("can't be used")
def test_what_cannot_be_loaded_is_not_tried_for_ever(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, EARLIER, OTHER)
    choice.use("other")
    with CatalogReader(catalog.folders) as reader:
        other = choice.wanted(reader)[1]
    notice = choice.failed(other, ModelError("model_incompatible", "It is damaged."))
    assert notice is not None
    assert wanted(choice, catalog) == [EARLIER.catalog_key]
    choice.use("other")  # asked for again, it is
    assert wanted(choice, catalog) == [EARLIER.catalog_key, OTHER.catalog_key]


@pytest.mark.expects_log("can't be used")
def test_nothing_stands_in_for_the_basic_model(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, EARLIER)
    error = ModelError("model_incompatible", "It is damaged.")
    assert choice.failed(choice.active, error) is None


def test_vectors_of_one_model_are_no_other_ones(catalog: MadeUpCatalog) -> None:
    choice = choose(catalog, EARLIER, OTHER)
    choice.use("other")
    with CatalogReader(catalog.folders) as reader:
        other = choice.wanted(reader)[1]
    vector = random_unit(1, BASIC.dim)
    found = ReembeddedContent(
        catalog.content_of("0.jpg"), {Space.SEARCH: vector}, (), VectorPass.WHOLE
    )
    with pytest.raises(ValueError, match=f"length {BASIC.dim}"):
        write(catalog.writer, store_reembedded, [found], other.id)
    assert np.isfinite(vector).all()
