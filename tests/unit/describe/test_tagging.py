"""The tagger on a real catalog; the built-in model stands in for one that any words can ask."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog.reader import CatalogReader
from photofind.catalog.tags import find_tagged, find_untagged, read_tags
from photofind.describe.idle import IdleThread
from photofind.describe.tagging import Tagger
from photofind.inference.clip import TextEncoder
from photofind.inference.registry import BASIC
from photofind.inference.spec_search import ZeroShotCuts
from photofind.inference.vocabulary import plain_vocabulary
from photofind.paths import app_folders
from tests.plugins.catalog import change_tags, read, write
from tests.plugins.patience import PATIENCE_S
from tests.unit.search.made_up import MadeUpCatalog, SharedStore, near

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.domain import PhotofindError, PhotoId

CURIOUS = replace(BASIC, key="curious", zero_shot=ZeroShotCuts(z=3.0, share=0.0, at_most=2))
WORDS = plain_vocabulary(
    [
        "dog",
        "car",
        "beach",
        "pizza",
        "tree",
        "house",
        "moon",
        "boat",
        "chair",
        "clock",
        "rose",
        "river",
        "guitar",
        "bread",
        "horse",
        "snow",
        "train",
        "shoe",
        "lamp",
        "key",
    ]
)


class Listener:
    def __init__(self) -> None:
        self.changed = threading.Event()
        self.errors: list[BaseException] = []

    def catalog_changed(self) -> None:
        self.changed.set()

    def halted(self, error: PhotofindError) -> None:
        self.errors.append(error)
        self.changed.set()

    def broken(self, error: BaseException) -> None:
        self.errors.append(error)
        self.changed.set()


class Bench:
    """A catalog and a tagger that may be held back."""

    def __init__(self, catalog: MadeUpCatalog) -> None:
        self.catalog = catalog
        self.listener = Listener()
        self.free = threading.Event()
        self.free.set()
        self.looked = threading.Event()
        store = SharedStore(catalog.folders, BASIC, CURIOUS)
        tagger = Tagger(catalog.folders, catalog.writer, store, lambda: WORDS)
        self.idle = IdleThread(catalog.folders, [tagger], self._must_wait, self.listener)

    def _must_wait(self) -> bool:
        self.looked.set()
        return not self.free.is_set()

    def wait(self) -> None:
        assert self.listener.changed.wait(PATIENCE_S)
        assert self.listener.errors == []
        self.listener.changed.clear()

    def labels(self, photo_id: PhotoId) -> list[str]:
        with CatalogReader(self.catalog.folders) as reader:
            return [tag.label for tag in read(reader, read_tags, [photo_id]).get(photo_id, ())]


@pytest.fixture
def bench(data_dir: Path) -> Iterator[Bench]:
    with MadeUpCatalog(data_dir, CURIOUS) as catalog:
        made = Bench(catalog)
        yield made
        made.idle.stop()


@pytest.fixture(scope="module")
def dog(tmp_path_factory: pytest.TempPathFactory) -> NDArray[np.float32]:
    store = SharedStore(app_folders(tmp_path_factory.mktemp("models")), BASIC)
    vectors = TextEncoder(store.installed(type(BASIC))[0]).encode(WORDS.sentences[0])
    mean: NDArray[np.float32] = vectors.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


def test_photos_are_tagged_once_and_new_ones_when_they_come(
    bench: Bench, dog: NDArray[np.float32]
) -> None:
    first = bench.catalog.add("a.jpg", near(dog, 0.95))
    nothing = bench.catalog.add("b.jpg")
    bench.idle.start()
    bench.wait()
    assert bench.labels(first) == ["dog"]
    assert bench.labels(nothing) == []
    second = bench.catalog.add("c.jpg", near(dog, 0.95, seed=2))
    bench.idle.wake()
    bench.wait()
    assert bench.labels(second) == ["dog"]
    with CatalogReader(bench.catalog.folders) as reader:
        assert read(reader, find_untagged, bench.catalog.model_id, WORDS.digest, 10) == []
        assert read(reader, find_tagged, "dog").tolist() == sorted([first, second])


def test_it_waits_for_what_is_more_urgent(bench: Bench, dog: NDArray[np.float32]) -> None:
    bench.free.clear()
    photo = bench.catalog.add("a.jpg", near(dog, 0.95))
    bench.idle.start()
    assert bench.looked.wait(PATIENCE_S)
    assert bench.labels(photo) == []
    bench.free.set()
    bench.wait()
    assert bench.labels(photo) == ["dog"]


def test_a_model_that_is_too_weak_proposes_nothing(bench: Bench, dog: NDArray[np.float32]) -> None:
    bench.catalog.use_model(BASIC)
    photo = bench.catalog.add("a.jpg", near(dog, 0.95))
    bench.idle.start()
    assert bench.looked.wait(PATIENCE_S)
    bench.idle.stop()
    assert bench.labels(photo) == []
    assert not bench.listener.changed.is_set()


def test_what_a_person_took_off_is_not_proposed_again(
    bench: Bench, dog: NDArray[np.float32]
) -> None:
    photo = bench.catalog.add("a.jpg", near(dog, 0.95))
    write(bench.catalog.writer, change_tags, [photo], remove=["dog"])
    bench.idle.start()
    bench.wait()
    assert bench.labels(photo) == []
