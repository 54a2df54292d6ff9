"""Whole pictures decoded in the background: what ends the process is found out, no photo lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.rows import ReembeddedContent, VectorPass
from photofind.catalog.writer import CatalogWriter
from photofind.domain import ContentId, MediaCode, Space
from tests.unit.catalog.library import SEARCH_DIM, unit_vector

if TYPE_CHECKING:
    from tests.unit.catalog.library import Library


def first_pass(library: Library, *names: str) -> list[ContentId]:
    for name in names:
        library.add(f"{name}.jpg", name)
    library.writer._connection.execute("UPDATE embeddings SET pass = 1")
    return [library.content_id(name) for name in names]


def die(library: Library) -> None:
    """What the next worker finds."""
    library.writer.close()
    library.writer = CatalogWriter(library.folders)


def test_what_was_in_flight_is_suspected_and_found_all_the_while(library: Library) -> None:
    one, two = first_pass(library, "a", "b")
    library.writer.indexes.begin_attempts([one, two])
    assert library.writer.left_in_flight() == 2
    die(library)
    assert library.writer.indexes.attempt_suspects() == [one, two]
    assert library.writer.left_in_flight() == 0
    assert len(library.reader.photo_order().photo_ids) == 2
    assert library.reader.first_pass(library.model) == [one, two]
    die(library)
    assert library.writer.indexes.attempt_suspects() == [one, two], "until they are settled"
    library.writer.indexes.end_attempts([one])
    assert library.writer.indexes.attempt_suspects() == [two]


def test_three_strikes_of_its_own_and_the_preview_stays(library: Library) -> None:
    one, two = first_pass(library, "a", "b")
    for strike in range(3):
        assert one in library.writer.indexes.attempt_suspects() or strike == 0
        library.writer.indexes.begin_attempts([one])
        library.writer.indexes.charge_attempt(one)
        die(library)
    assert library.writer.indexes.attempt_suspects() == []
    assert library.reader.first_pass(library.model) == [two]
    assert len(library.reader.photo_order().photo_ids) == 2
    photo = library.reader.background_photos([one])[0]
    assert photo.failed
    assert [path.name for _, path in photo.places] == ["a.jpg"]
    assert library.writer.retry_failed() == 1
    assert library.reader.first_pass(library.model) == [one, two]


def test_success_clears_what_was_suspected(library: Library) -> None:
    (one,) = first_pass(library, "a")
    library.writer.indexes.begin_attempts([one])
    library.writer.indexes.charge_attempt(one)
    die(library)
    assert library.writer.indexes.attempt_suspects() == [one]
    vectors = {Space.SEARCH: unit_vector("x", SEARCH_DIM)}
    done = ReembeddedContent(one, vectors, (), VectorPass.WHOLE)
    library.writer.indexes.store_vectors([done], library.model, [one])
    assert library.writer.indexes.attempt_suspects() == []
    assert library.reader.first_pass(library.model) == []


def test_a_picture_that_is_damaged_is_left_out_where_there_is_no_vector(library: Library) -> None:
    one, two = first_pass(library, "a", "b")
    library.writer.indexes.fail_attempt(one, MediaCode.UNREADABLE, "It is broken.")
    other = library.writer.ensure_model("other@1.p1.q0", "search", 4)
    index = library.reader.model_indexes()[1]
    assert (index.left_out, index.waiting, index.complete) == (1, 1, False)
    vectors = {Space.SEARCH: unit_vector("x", 4)}
    done = ReembeddedContent(two, vectors, (), VectorPass.WHOLE)
    library.writer.indexes.store_vectors([done], other)
    assert library.reader.model_indexes()[1].complete
