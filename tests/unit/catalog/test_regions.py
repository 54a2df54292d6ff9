"""What is in a picture, beside the picture itself."""

from __future__ import annotations

import numpy as np
import pytest

from photofind.catalog.background import find_without_vectors, store_reembedded
from photofind.catalog.files import iterate_files, mark_missing
from photofind.catalog.forgetting import expire_contents, note_missing
from photofind.catalog.models import (
    begin_model_removal,
    ensure_model,
    read_model_indexes,
    remove_model_vectors,
)
from photofind.catalog.regions import read_parts, read_regions
from photofind.catalog.tags import find_untagged
from photofind.catalog.vectors import (
    ReembeddedContent,
    VectorPass,
    copy_vectors,
    fetch_vectors,
    iterate_vectors,
    store_part,
)
from photofind.domain import Box, ContentId, FileId, Region, RegionId, RegionKind, Space
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import SEARCH_DIM, SIMILAR_DIM, Library, unit_vector

PART = Region(RegionKind.PART, Box(0.25, 0.5, 0.1, 0.2))
FRAME = Region(RegionKind.FRAME, at_ms=1500)


def add_part(library: Library, content: ContentId, region: Region, seed: str) -> RegionId:
    vectors = {
        Space.SEARCH: unit_vector(seed, SEARCH_DIM),
        Space.SIMILAR: unit_vector(seed, SIMILAR_DIM),
    }
    found = write(library.writer, store_part, content, region, vectors, library.model)
    assert found is not None
    return found


@pytest.fixture
def parts(library: Library) -> tuple[RegionId, RegionId]:
    library.add("a.jpg", "a")
    content = library.content_id("a")
    return add_part(library, content, PART, "part"), add_part(library, content, FRAME, "frame")


def test_regions_are_read_as_they_were_stored(
    library: Library, parts: tuple[RegionId, RegionId]
) -> None:
    whole = library.content_id("a")
    assert read(library.reader, read_regions, [*parts, whole, 99]) == {
        parts[0]: PART,
        parts[1]: FRAME,
        RegionId(whole): Region(),
    }


def test_a_number_is_given_to_one_thing_alone(library: Library) -> None:
    numbers: set[int] = set()
    for name in "abc":
        library.add(f"{name}.jpg", name)
        content = library.content_id(name)
        numbers |= {content, add_part(library, content, PART, name)}
    assert len(numbers) == 6


def test_only_what_is_visible_is_found(library: Library, parts: tuple[RegionId, RegionId]) -> None:
    content = library.content_id("a")
    expected = [[parts[0], content], [parts[1], content]]
    assert read(library.reader, read_parts, library.model, Space.SEARCH).tolist() == expected
    ((ids, _),) = iterate_vectors(library.reader, library.model, Space.SEARCH)
    assert ids.tolist() == [content, *parts]
    write(library.writer, mark_missing, [_file_id(library)], 1)
    assert read(library.reader, read_parts, library.model, Space.SEARCH).shape == (0, 2)
    assert list(iterate_vectors(library.reader, library.model, Space.SEARCH)) == []


def _file_id(library: Library) -> FileId:
    (row,) = iterate_files(library.reader, library.folder.id)
    return row.id


def test_what_counts_photos_counts_whole_pictures(
    library: Library, parts: tuple[RegionId, RegionId]
) -> None:
    library.add("b.jpg", "b")
    (index,) = read(library.reader, read_model_indexes)
    assert (index.photos, index.embedded, index.complete) == (2, 2, True)
    assert read(library.reader, find_without_vectors, library.model) == []
    untagged = read(library.reader, find_untagged, library.model, "v", 10)
    assert untagged == [library.content_id("b"), library.content_id("a")]
    assert parts


def test_what_shows_the_same_has_the_same_in_it(
    library: Library, parts: tuple[RegionId, RegionId]
) -> None:
    library.add("b.jpg", "b")
    twin = library.content_id("b")
    for _ in range(2):  # twice does no harm
        write(library.writer, copy_vectors, library.content_id("a"), twin)
        rows = read(library.reader, read_parts, library.model, Space.SIMILAR)
        copies = rows[rows[:, 1] == twin, 0].tolist()
        assert [*read(library.reader, read_regions, copies).values()] == [PART, FRAME]
        assert not {*copies} & {*parts}
        for copy, part in zip(copies, parts, strict=True):
            one, other = read(
                library.reader, fetch_vectors, library.model, Space.SIMILAR, [copy, part]
            )
            np.testing.assert_array_equal(one, other)


def test_what_is_gone_for_long_takes_its_parts_along(
    library: Library, parts: tuple[RegionId, RegionId]
) -> None:
    write(library.writer, mark_missing, [_file_id(library)], 1)
    write(library.writer, note_missing, 1)
    assert write(library.writer, expire_contents, 2, lambda _: None) == 1
    assert read(library.reader, read_regions, [*parts, library.content_id("a")]) == {}


def test_an_index_goes_with_the_vectors_of_parts(library: Library) -> None:
    library.add("a.jpg", "a")
    content = library.content_id("a")
    other = write(library.writer, ensure_model, "other@1", "search", SEARCH_DIM)
    vectors = {Space.SEARCH: unit_vector("x", SEARCH_DIM)}
    whole = ReembeddedContent(content, vectors, (), VectorPass.WHOLE)
    write(library.writer, store_reembedded, [whole], other)
    part = write(library.writer, store_part, content, PART, vectors, other)
    assert part is not None
    write(library.writer, begin_model_removal, other)
    removed = []
    while (count := write(library.writer, remove_model_vectors, other, 1)) is not None:
        removed.append(count)
    assert removed == [1, 0]
    assert list(iterate_vectors(library.reader, other, Space.SEARCH)) == []
    assert [*read(library.reader, read_regions, [part])] == [part], "it is no model's"


def test_nothing_is_stored_in_an_index_that_goes(library: Library) -> None:
    library.add("a.jpg", "a")
    gone = write(library.writer, ensure_model, "other@1", "search", SEARCH_DIM)
    write(library.writer, begin_model_removal, gone)
    content = library.content_id("a")
    vectors = {Space.SEARCH: unit_vector("x", SEARCH_DIM)}
    assert write(library.writer, store_part, content, PART, vectors, gone) is None
