from __future__ import annotations

import numpy as np
import pytest

from photofind.catalog.vectors import fetch_vectors, iterate_vectors
from photofind.domain import ModelId, Space
from tests.unit.catalog.library import Library, unit_vector


@pytest.mark.parametrize("chunk", [1, 2, 5, 100])
def test_iterates_over_the_visible_photos_alone(library: Library, chunk: int) -> None:
    ids = [library.add(f"{n}.jpg", f"content {n}") for n in range(7)]
    library.writer.mark_missing(ids[2:4], 5)
    library.edit(ids[0], "edited")
    library.claim(library.insert("waiting.jpg"), "waiting")
    visible = sorted(
        library.content_id(name) for name in ("edited", *(f"content {n}" for n in (1, 4, 5, 6)))
    )

    chunks = list(
        iterate_vectors(library.reader.connection, library.model, Space.SIMILAR, chunk=chunk)
    )

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
    connection = library.reader.connection
    assert list(iterate_vectors(connection, ModelId(library.model + 1), Space.SEARCH)) == []


def test_fetches_in_the_order_given(library: Library) -> None:
    for name in "abc":
        library.add(f"{name}.jpg", name)
    wanted = [library.content_id(name) for name in "cab"]
    stored = fetch_vectors(library.reader.connection, library.model, Space.SEARCH, np.array(wanted))
    expected = [unit_vector(f"search {content}", 8) for content in wanted]
    np.testing.assert_array_equal(stored, np.array(expected).astype(np.float16))


def test_content_without_a_vector_gets_zeros(library: Library) -> None:
    library.add("1.jpg", "a")
    connection, content = library.reader.connection, library.content_id("a")
    stored = fetch_vectors(connection, library.model, Space.SEARCH, [99, content, 98])
    assert stored.shape == (3, 8)
    assert not stored[[0, 2]].any()
    assert stored[1].any()
    assert fetch_vectors(connection, library.model, Space.SEARCH, [99]).shape == (1, 0)
    assert fetch_vectors(connection, library.model, Space.SEARCH, []).shape == (0, 0)
