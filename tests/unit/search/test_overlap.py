"""What captions and queries have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.texts import FoundText, ModelKey, TextKind, store_finding, write_caption
from photofind.search.overlap import find_overlaps, telling_words
from tests.plugins.catalog import write
from tests.unit.catalog.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from photofind.paths import app_folders

MODEL = ModelKey("blip@1", "caption")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(app_folders(tmp_path / "data"), tmp_path / "photos")
    yield library
    library.close()


def describe(library: Library, name: str, caption: str) -> None:
    library.add(f"{name}.jpg", name)
    found = FoundText(TextKind.CAPTION, MODEL, caption)
    write(library.writer, store_finding, library.content_id(name), found)


@pytest.mark.parametrize(
    ("one", "other"),
    [("two dogs playing", "a dog plays"), ("The GLASSES", "glass"), ("boxes", "box")],
)
def test_endings_and_empty_words_make_no_difference(one: str, other: str) -> None:
    assert telling_words(one) & telling_words(other)


def test_captions_are_found_by_some_of_the_words(library: Library) -> None:
    describe(library, "dogs", "two dogs play in the snow")
    describe(library, "dog", "a dog on a couch")
    describe(library, "cat", "a cat on a couch")
    overlaps = find_overlaps(library.reader, "a dog playing with snow")
    by_name = {name: overlaps.get(library.photo_id(name)) for name in ("dogs", "dog", "cat")}
    assert by_name["cat"] is None
    assert by_name["dogs"] is not None
    assert by_name["dog"] is not None
    assert (by_name["dogs"].share, by_name["dogs"].says_much) == (1.0, True)
    assert by_name["dogs"].text == "two dogs play in the snow"
    assert (by_name["dog"].words, by_name["dog"].says_much) == (1, False)


def test_the_best_of_a_photos_captions_counts(library: Library) -> None:
    describe(library, "dogs", "a dog")
    photo_id = library.photo_id("dogs")
    write(library.writer, write_caption, photo_id, "a dog in deep snow")
    overlap = find_overlaps(library.reader, "dog snow")[photo_id]
    assert (overlap.words, overlap.text) == (2, "a dog in deep snow")


@pytest.mark.parametrize("query", ["of the in", "", '"', "x y z", "犬"])
def test_nothing_to_go_by_finds_nothing(library: Library, query: str) -> None:
    describe(library, "dogs", 'two "dogs" of the x y z')
    assert find_overlaps(library.reader, query) == {}
