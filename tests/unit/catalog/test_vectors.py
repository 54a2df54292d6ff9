from __future__ import annotations

import numpy as np
import pytest

from photofind.catalog.background import find_first_pass, find_without_vectors, store_reembedded
from photofind.catalog.files import mark_missing
from photofind.catalog.models import (
    begin_model_removal,
    choose_model,
    ensure_model,
    read_model_indexes,
    remove_model_vectors,
)
from photofind.catalog.tags import read_tags
from photofind.catalog.vectors import (
    ReembeddedContent,
    VectorPass,
    fetch_vectors,
    find_replaced,
    iterate_vectors,
    read_revision,
)
from photofind.domain import ContentId, ModelId, Space
from tests.plugins.catalog import complete, read, write
from tests.unit.catalog.library import SEARCH_DIM, SIMILAR_DIM, Library, embedded, unit_vector


@pytest.mark.parametrize("chunk", [1, 2, 5, 100])
def test_iterates_over_the_visible_photos_alone(library: Library, chunk: int) -> None:
    ids = [library.add(f"{n}.jpg", f"content {n}") for n in range(7)]
    write(library.writer, mark_missing, ids[2:4], 5)
    library.edit(ids[0], "edited")
    library.claim(library.insert("waiting.jpg"), "waiting")
    visible = sorted(
        library.content_id(name) for name in ("edited", *(f"content {n}" for n in (1, 4, 5, 6)))
    )

    chunks = list(iterate_vectors(library.reader, library.model, Space.SIMILAR, chunk=chunk))

    assert all(len(content_ids) <= chunk for content_ids, _ in chunks)
    content_ids = np.concatenate([each[0] for each in chunks])
    vectors = np.concatenate([each[1] for each in chunks])
    assert content_ids.dtype == np.int64
    assert content_ids.tolist() == visible
    assert vectors.dtype == np.float16
    expected = [unit_vector(f"similar {content}", 5) for content in visible]
    np.testing.assert_array_equal(vectors, np.array(expected).astype(np.float16))


def test_knows_models_apart(library: Library) -> None:
    library.add("1.jpg", "a")
    assert list(iterate_vectors(library.reader, ModelId(library.model + 1), Space.SEARCH)) == []


def test_fetches_in_the_order_given(library: Library) -> None:
    for name in "abc":
        library.add(f"{name}.jpg", name)
    wanted = [library.content_id(name) for name in "cab"]
    stored = read(library.reader, fetch_vectors, library.model, Space.SEARCH, np.array(wanted))
    expected = [unit_vector(f"search {content}", 8) for content in wanted]
    np.testing.assert_array_equal(stored, np.array(expected).astype(np.float16))


def test_content_without_a_vector_gets_zeros(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    stored = read(library.reader, fetch_vectors, library.model, Space.SEARCH, [99, content, 98])
    assert stored.shape == (3, 8)
    assert not stored[[0, 2]].any()
    assert stored[1].any()
    assert read(library.reader, fetch_vectors, library.model, Space.SEARCH, [99]).shape == (1, 0)
    assert read(library.reader, fetch_vectors, library.model, Space.SEARCH, []).shape == (0, 0)


def again(
    content_id: ContentId, seed: str, vector_pass: VectorPass, *, dim: int = SEARCH_DIM
) -> ReembeddedContent:
    vectors = {Space.SEARCH: unit_vector(seed, dim), Space.SIMILAR: unit_vector(seed, SIMILAR_DIM)}
    return ReembeddedContent(content_id, vectors, (("dog", 0.9),), vector_pass)


def stored(library: Library, content_id: ContentId, model: ModelId | None = None) -> np.ndarray:
    model = library.model if model is None else model
    return read(library.reader, fetch_vectors, model, Space.SEARCH, [content_id])


def test_a_whole_picture_replaces_a_preview_and_never_the_other_way(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    write(
        library.writer,
        store_reembedded,
        [again(content, "early", VectorPass.PREVIEW)],
        library.model,
    )
    assert not np.array_equal(stored(library, content)[0], unit_vector("early", 8).astype("<f2"))
    write(
        library.writer, store_reembedded, [again(content, "late", VectorPass.WHOLE)], library.model
    )
    assert np.array_equal(stored(library, content)[0], unit_vector("late", 8).astype("<f2"))


def test_only_replaced_vectors_are_told_and_each_once(library: Library) -> None:
    library.add("1.jpg", "a")
    library.add("2.jpg", "b")
    one = library.content_id("a")
    before = read(library.reader, read_revision, library.model)
    assert read(library.reader, find_replaced, library.model, before).tolist() == []
    write(library.writer, store_reembedded, [again(one, "x", VectorPass.WHOLE)], library.model)
    after = read(library.reader, read_revision, library.model)
    assert read(library.reader, find_replaced, library.model, before).tolist() == [one]
    assert read(library.reader, find_replaced, library.model, after).tolist() == []
    library.add("3.jpg", "c")  # a new vector replaces none
    assert read(library.reader, read_revision, library.model) == after


def test_a_revision_is_never_used_twice_even_if_its_vectors_went_away(library: Library) -> None:
    library.add("1.jpg", "a")
    library.add("2.jpg", "b")
    for name in "ab":
        content = library.content_id(name)
        write(
            library.writer, store_reembedded, [again(content, "x", VectorPass.WHOLE)], library.model
        )
    seen = read(library.reader, read_revision, library.model)
    library.writer._connection.execute(
        "DELETE FROM embeddings WHERE region_id = ?", (library.content_id("b"),)
    )
    one = library.content_id("a")
    write(library.writer, store_reembedded, [again(one, "y", VectorPass.WHOLE)], library.model)
    assert read(library.reader, find_replaced, library.model, seen).tolist() == [one]
    library.complete(library.content_id("b"))


def test_a_vector_of_another_length_is_refused(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    before = stored(library, content)
    with pytest.raises(ValueError, match="length 9"):
        write(
            library.writer,
            store_reembedded,
            [again(content, "x", VectorPass.WHOLE, dim=9)],
            library.model,
        )
    assert np.array_equal(stored(library, content), before)


def test_models_live_side_by_side_and_one_goes_without_the_other(library: Library) -> None:
    for number in range(5):
        library.add(f"{number}.jpg", str(number))
    contents = [library.content_id(str(number)) for number in range(5)]
    other = write(library.writer, ensure_model, "other@1.p1.q0", "search", 4)
    assert read(library.reader, find_without_vectors, other) == contents[::-1]
    found = [
        ReembeddedContent(
            each, {Space.SEARCH: unit_vector("o", 4)}, (("x", 0.5),), VectorPass.PREVIEW
        )
        for each in contents[:4]
    ]
    write(library.writer, choose_model, other)
    assert write(library.writer, store_reembedded, found, other)
    test, new = read(library.reader, read_model_indexes)
    assert (test.active, test.complete, test.embedded, test.first_pass) == (True, True, 5, 0)
    assert (new.chosen, new.complete, new.embedded, new.waiting) == (True, False, 4, 1)
    assert new.first_pass == 4
    assert read(library.reader, find_without_vectors, other) == contents[4:]
    assert read(library.reader, find_first_pass, other) == contents[:4]
    write(library.writer, begin_model_removal, other)
    assert not write(library.writer, store_reembedded, found, other)
    removed = []
    while count := write(library.writer, remove_model_vectors, other, 3):
        removed.append(count)
    assert removed == [3, 1]
    assert [index.key for index in read(library.reader, read_model_indexes)] == ["test@1.p1.q1"]
    assert (
        read(library.reader, read_tags, [library.photo_id("0")]).get(library.photo_id("0"), ())
        == ()
    )
    assert stored(library, contents[0]).shape == (1, 8)


def test_the_active_index_is_never_removed(library: Library) -> None:
    library.add("1.jpg", "a")
    write(library.writer, begin_model_removal, library.model)
    assert write(library.writer, remove_model_vectors, library.model, 10) is None
    assert read(library.reader, read_model_indexes)[0].complete


def test_a_twin_is_copied_with_its_pass(library: Library) -> None:
    library.add("1.jpg", "a")
    one = library.content_id("a")
    library.writer._connection.execute("UPDATE embeddings SET pass = 1")
    claim = library.claim(library.insert("2.jpg"), "b")
    assert claim.content_id is not None
    content = embedded(claim.content_id)
    object.__setattr__(content, "twin", one)
    complete(library.writer, [content], library.model)
    assert read(library.reader, find_first_pass, library.model) == [one, claim.content_id]


def test_storing_costs_the_same_however_many_vectors_there_are(library: Library) -> None:
    steps: list[int] = []
    library.writer._connection.set_progress_handler(lambda: steps.append(len(names)), 10)
    names: list[str] = []
    for number in range(200):
        names.append(f"{number}.jpg")
        library.add(names[-1], str(number))
    library.writer._connection.set_progress_handler(None, 0)
    assert steps.count(200) < 2 * steps.count(5)
