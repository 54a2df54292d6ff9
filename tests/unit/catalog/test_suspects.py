"""Whole pictures decoded in the background: what ends the process is found out, no photo lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.background import find_first_pass, read_background_photos, store_reembedded
from photofind.catalog.models import ensure_model, read_model_indexes
from photofind.catalog.photos import read_photo_order
from photofind.catalog.suspects import (
    begin_attempts,
    charge_attempt,
    count_in_flight,
    end_attempts,
    fail_attempt,
    find_suspect_attempts,
    retry_failed,
)
from photofind.catalog.vectors import ReembeddedContent, VectorPass
from photofind.catalog.writer import CatalogWriter
from photofind.domain import ContentId, MediaCode, Space
from photofind.sentences import Sentence
from tests.plugins.catalog import read, write
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
    write(library.writer, begin_attempts, [one, two])
    assert write(library.writer, count_in_flight) == 2
    die(library)
    assert write(library.writer, find_suspect_attempts) == [one, two]
    assert write(library.writer, count_in_flight) == 0
    assert len(read(library.reader, read_photo_order).photo_ids) == 2
    assert read(library.reader, find_first_pass, library.model) == [one, two]
    die(library)
    assert write(library.writer, find_suspect_attempts) == [one, two], "until they are settled"
    write(library.writer, end_attempts, [one])
    assert write(library.writer, find_suspect_attempts) == [two]


def test_three_strikes_of_its_own_and_the_preview_stays(library: Library) -> None:
    one, two = first_pass(library, "a", "b")
    for strike in range(3):
        assert one in write(library.writer, find_suspect_attempts) or strike == 0
        write(library.writer, begin_attempts, [one])
        write(library.writer, charge_attempt, one)
        die(library)
    assert write(library.writer, find_suspect_attempts) == []
    assert read(library.reader, find_first_pass, library.model) == [two]
    assert len(read(library.reader, read_photo_order).photo_ids) == 2
    photo = read(library.reader, read_background_photos, [one])[0]
    assert photo.failed
    assert [path.name for _, path in photo.places] == ["a.jpg"]
    assert write(library.writer, retry_failed) == 1
    assert read(library.reader, find_first_pass, library.model) == [one, two]


def test_success_clears_what_was_suspected(library: Library) -> None:
    (one,) = first_pass(library, "a")
    write(library.writer, begin_attempts, [one])
    write(library.writer, charge_attempt, one)
    die(library)
    assert write(library.writer, find_suspect_attempts) == [one]
    vectors = {Space.SEARCH: unit_vector("x", SEARCH_DIM)}
    done = ReembeddedContent(one, vectors, (), VectorPass.WHOLE)
    write(library.writer, store_reembedded, [done], library.model, [one])
    assert write(library.writer, find_suspect_attempts) == []
    assert read(library.reader, find_first_pass, library.model) == []


def test_a_picture_that_is_damaged_is_left_out_where_there_is_no_vector(library: Library) -> None:
    one, two = first_pass(library, "a", "b")
    write(library.writer, fail_attempt, one, MediaCode.UNREADABLE, Sentence("It is broken."))
    other = write(library.writer, ensure_model, "other@1.p1.q0", "search", 4)
    index = read(library.reader, read_model_indexes)[1]
    assert (index.left_out, index.waiting, index.complete) == (1, 1, False)
    vectors = {Space.SEARCH: unit_vector("x", 4)}
    done = ReembeddedContent(two, vectors, (), VectorPass.WHOLE)
    write(library.writer, store_reembedded, [done], other)
    assert read(library.reader, read_model_indexes)[1].complete
