"""Vectors of several models and passes side by side, and what a replacement leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog.rows import ReembeddedContent, VectorPass
from photofind.catalog.vectors import fetch_vectors, find_replaced, read_revision
from photofind.domain import Space
from tests.unit.catalog.library import SEARCH_DIM, SIMILAR_DIM, embedded, unit_vector

if TYPE_CHECKING:
    from photofind.domain import ContentId, ModelId
    from tests.unit.catalog.library import Library


def again(
    content_id: ContentId, seed: str, vector_pass: VectorPass, *, dim: int = SEARCH_DIM
) -> ReembeddedContent:
    vectors = {Space.SEARCH: unit_vector(seed, dim), Space.SIMILAR: unit_vector(seed, SIMILAR_DIM)}
    return ReembeddedContent(content_id, vectors, (("dog", 0.9),), vector_pass)


def stored(library: Library, content_id: ContentId, model: ModelId | None = None) -> np.ndarray:
    connection = library.reader.connection
    model = library.model if model is None else model
    return fetch_vectors(connection, model, Space.SEARCH, [content_id])


def test_a_whole_picture_replaces_a_preview_and_never_the_other_way(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    library.writer.indexes.store_vectors(
        [again(content, "early", VectorPass.PREVIEW)], library.model
    )
    assert not np.array_equal(stored(library, content)[0], unit_vector("early", 8).astype("<f2"))
    library.writer.indexes.store_vectors([again(content, "late", VectorPass.WHOLE)], library.model)
    assert np.array_equal(stored(library, content)[0], unit_vector("late", 8).astype("<f2"))


def test_only_replaced_vectors_are_told_and_each_once(library: Library) -> None:
    library.add("1.jpg", "a")
    library.add("2.jpg", "b")
    connection, one = library.reader.connection, library.content_id("a")
    before = read_revision(connection, library.model)
    assert find_replaced(connection, library.model, before).tolist() == []
    library.writer.indexes.store_vectors([again(one, "x", VectorPass.WHOLE)], library.model)
    after = read_revision(connection, library.model)
    assert find_replaced(connection, library.model, before).tolist() == [one]
    assert find_replaced(connection, library.model, after).tolist() == []
    library.add("3.jpg", "c")  # a new vector replaces none
    assert read_revision(connection, library.model) == after


def test_a_revision_is_never_used_twice_even_if_its_vectors_went_away(library: Library) -> None:
    library.add("1.jpg", "a")
    library.add("2.jpg", "b")
    connection = library.reader.connection
    for name in "ab":
        content = library.content_id(name)
        library.writer.indexes.store_vectors([again(content, "x", VectorPass.WHOLE)], library.model)
    seen = read_revision(connection, library.model)
    library.writer._connection.execute(
        "DELETE FROM embeddings WHERE content_id = ?", (library.content_id("b"),)
    )
    one = library.content_id("a")
    library.writer.indexes.store_vectors([again(one, "y", VectorPass.WHOLE)], library.model)
    assert find_replaced(connection, library.model, seen).tolist() == [one]
    library.complete(library.content_id("b"))


def test_a_vector_of_another_length_is_refused(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    before = stored(library, content)
    with pytest.raises(ValueError, match="length 9"):
        library.writer.indexes.store_vectors(
            [again(content, "x", VectorPass.WHOLE, dim=9)], library.model
        )
    assert np.array_equal(stored(library, content), before)


def test_models_live_side_by_side_and_one_goes_without_the_other(library: Library) -> None:
    for number in range(5):
        library.add(f"{number}.jpg", str(number))
    contents = [library.content_id(str(number)) for number in range(5)]
    other = library.writer.ensure_model("other@1.p1.q0", "search", 4)
    assert library.reader.lacking(other) == contents
    found = [
        ReembeddedContent(
            each, {Space.SEARCH: unit_vector("o", 4)}, (("x", 0.5),), VectorPass.PREVIEW
        )
        for each in contents[:4]
    ]
    library.writer.indexes.choose(other)
    assert library.writer.indexes.store_vectors(found, other)
    test, new = library.reader.model_indexes()
    assert (test.active, test.complete, test.embedded, test.first_pass) == (True, True, 5, 0)
    assert (new.chosen, new.complete, new.embedded, new.waiting) == (True, False, 4, 1)
    assert new.first_pass == 4
    assert library.reader.lacking(other) == contents[4:]
    assert library.reader.first_pass(other) == contents[:4]
    library.writer.indexes.begin_removal(other)
    assert not library.writer.indexes.store_vectors(found, other)
    removed = []
    while count := library.writer.indexes.remove_vectors(other, 3):
        removed.append(count)
    assert removed == [3, 1]
    assert [index.key for index in library.reader.model_indexes()] == ["test@1.p1.q1"]
    assert library.reader.tags(library.photo_id("0")) == ()
    assert stored(library, contents[0]).shape == (1, 8)


def test_the_active_index_is_never_removed(library: Library) -> None:
    library.add("1.jpg", "a")
    library.writer.indexes.begin_removal(library.model)
    assert library.writer.indexes.remove_vectors(library.model, 10) == 0
    assert library.reader.model_indexes()[0].complete


def test_a_twin_is_copied_with_its_pass(library: Library) -> None:
    library.add("1.jpg", "a")
    one = library.content_id("a")
    library.writer._connection.execute("UPDATE embeddings SET pass = 1")
    claim = library.claim(library.insert("2.jpg"), "b")
    assert claim.content_id is not None
    content = embedded(claim.content_id)
    object.__setattr__(content, "twin", one)
    library.writer.complete([content], library.model)
    assert library.reader.first_pass(library.model) == [one, claim.content_id]


def test_storing_costs_the_same_however_many_vectors_there_are(library: Library) -> None:
    steps: list[int] = []
    library.writer._connection.set_progress_handler(lambda: steps.append(len(names)), 10)
    names: list[str] = []
    for number in range(200):
        names.append(f"{number}.jpg")
        library.add(names[-1], str(number))
    library.writer._connection.set_progress_handler(None, 0)
    assert steps.count(200) < 2 * steps.count(5)
