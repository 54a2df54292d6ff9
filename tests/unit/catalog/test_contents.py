from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files, iterate_files
from photofind.catalog.photos import read_photos
from photofind.catalog.status import read_problems
from photofind.catalog.suspects import (
    charge_strike,
    count_in_flight,
    find_suspects,
    note_ending,
    retry_failed,
)
from photofind.catalog.tags import TagRow, TagSource, find_tagged, read_tags
from photofind.catalog.vectors import fetch_vectors
from photofind.catalog.writer import CatalogWriter
from photofind.domain import (
    Annotations,
    Capture,
    CatalogError,
    Exposure,
    MediaCode,
    Space,
    TakenSource,
)
from photofind.sentences import Sentence
from tests.plugins.catalog import complete, fail_content, read, release, write
from tests.unit.catalog.library import Library, embedded, sha256, unit_vector

FULL_CAPTURE = Capture(
    taken_at_ms=1_553_166_262_000,
    taken_offset_min=-480,
    taken_source=TakenSource.EXIF_ORIGINAL,
    camera="Apple iPhone X",
    lens="back camera 4mm f/1.8",
    latitude=41.2203,
    longitude=-96.0716,
)


def restart(library: Library) -> None:
    """The worker dies as it is, and another one starts."""
    library.writer.close()
    library.writer = CatalogWriter(library.folders)


def test_what_was_found_out_is_kept(library: Library) -> None:
    library.add("1.jpg", "a", capture=FULL_CAPTURE)
    photo_id = library.photo_id("a")
    photo = read(library.reader, read_photos, [photo_id])[photo_id]
    assert photo.capture == FULL_CAPTURE
    assert (photo.format, photo.width, photo.height, photo.byte_size) == ("JPEG", 4000, 3000, 100)
    assert photo.paths == (library.root / "1.jpg",)


def test_what_the_file_says_is_kept_and_found(library: Library) -> None:
    claim = library.claim(library.insert("1.jpg"), "a")
    assert claim.content_id is not None
    exposure = Exposure(f_number=1.8, seconds=0.01, iso=40, focal_mm=4.0, focal_35mm=28.0)
    content = replace(
        embedded(claim.content_id, replace(FULL_CAPTURE, exposure=exposure)),
        annotations=Annotations(
            rating=4,
            title="Crossing the lagoon",
            description="With the last ferry",
            keywords=("Venice", "boat"),
        ),
    )
    complete(library.writer, [content], library.model)
    photo_id = library.photo_id("a")
    photo = read(library.reader, read_photos, [photo_id])[photo_id]
    assert photo.capture.exposure == exposure
    assert (photo.rating, photo.title) == (4, "Crossing the lagoon")
    assert photo.description == "With the last ferry"
    assert [
        (tag.label, tag.source)
        for tag in read(library.reader, read_tags, [photo_id]).get(photo_id, ())
    ] == [
        ("Venice", TagSource.FILE),
        ("boat", TagSource.FILE),
    ]
    for words in ("lagoon", "last ferry", "venice"):
        assert library.found(words) == {photo_id}
    complete(library.writer, [replace(content, annotations=Annotations())], library.model)
    assert read(library.reader, read_tags, [photo_id]).get(photo_id, ()) == ()
    assert library.found("lagoon") == set()


def test_vectors_are_kept_as_half_floats_a_space(library: Library) -> None:
    library.add("1.jpg", "a")
    content = library.content_id("a")
    for space, dim in ((Space.SEARCH, 8), (Space.SIMILAR, 5)):
        stored = read(library.reader, fetch_vectors, library.model, space, [content])
        expected = unit_vector(f"{space} {content}", dim).astype(np.float16)
        np.testing.assert_array_equal(stored, expected[None])


def test_foreign_text_in_exif_is_stored(library: Library) -> None:
    library.add("1.jpg", "a", capture=Capture(camera="Can\udcffon\0", lens="50mm\x1f"))
    photo_id = library.photo_id("a")
    assert read(library.reader, read_photos, [photo_id])[photo_id].capture.camera == "Can?on"


@pytest.mark.parametrize("bad", [np.full(8, np.nan), np.ones((2, 4)), np.array([np.inf] * 8)])
def test_vector_that_is_none_stores_nothing(
    library: Library, bad: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> None:
    good, wrong = (library.claim(library.insert(f"{n}.jpg"), n).content_id for n in "ab")
    assert good is not None
    assert wrong is not None
    broken = EmbeddedContent(wrong, "JPEG", 1, 1, Capture(), {Space.SEARCH: bad.astype(np.float32)})
    with pytest.raises(ValueError, match="vector"):
        complete(library.writer, [embedded(good), broken], library.model)
    assert library.shown() == {}
    # Nobody's any more: both can be taken up again.
    assert library.claim(library.insert("0.jpg"), "a").outcome is ClaimOutcome.NEW


def test_tags_are_found_and_replaced_by_those_of_the_next_run(library: Library) -> None:
    file_id = library.add("1.jpg", "a", tags=(("dog", 0.9), ("snow", 0.4)))
    photo = library.photo_id("a")
    assert read(library.reader, read_tags, [photo]).get(photo, ()) == (
        TagRow("dog", TagSource.MODEL, 0.9),
        TagRow("snow", TagSource.MODEL, 0.4),
    )
    assert read(library.reader, find_tagged, "snow").tolist() == [photo]
    library.complete(library.content_id("a"), tags=(("cat", 0.8),))
    assert [tag.label for tag in read(library.reader, read_tags, [photo]).get(photo, ())] == ["cat"]
    assert read(library.reader, find_tagged, "snow").tolist() == []
    library.edit(file_id, "b")
    assert read(library.reader, read_tags, [photo]).get(photo, ()) == ()
    library.edit(file_id, "a")
    assert read(library.reader, find_tagged, "cat").tolist() == [photo]


def test_failed_content_is_a_problem_until_it_is_asked_for_again(library: Library) -> None:
    file_id = library.insert("1.jpg")
    claim = library.claim(file_id, "a")
    assert claim.content_id is not None
    for attempts in (1, 2):
        assert (
            fail_content(library.writer, claim.content_id, MediaCode.UNREADABLE, "It is broken.")
            == attempts
        )
        (problem,) = read(library.reader, read_problems)
        assert problem.attempts == attempts
        assert next(iterate_files(library.reader, library.folder.id)).failed
        assert write(library.writer, retry_failed) == 1
        assert read(library.reader, read_problems) == []
        assert not next(iterate_files(library.reader, library.folder.id)).failed
        assert library.claim(file_id, "a").outcome is ClaimOutcome.NEW
    library.complete(claim.content_id)
    assert write(library.writer, retry_failed) == 0
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_ready_content_that_fails_is_hidden(library: Library) -> None:
    library.add("1.jpg", "a")
    fail_content(library.writer, library.content_id("a"), MediaCode.UNREADABLE, "Broken now.")
    assert library.shown() == {}
    assert library.found("1.jpg") == set()


def test_released_content_may_be_claimed_again_and_is_no_suspect(library: Library) -> None:
    file_id = library.insert("1.jpg")
    claim = library.claim(file_id, "a")
    assert claim.content_id is not None
    release(library.writer, [claim.content_id])
    restart(library)
    assert write(library.writer, find_suspects) == []
    assert library.claim(file_id, "a").outcome is ClaimOutcome.NEW


def test_what_was_in_flight_at_a_death_is_suspect_until_it_ends(library: Library) -> None:
    ids = {name: library.insert(f"{name}.jpg") for name in "abcd"}
    contents = {name: library.claim(file_id, name).content_id for name, file_id in ids.items()}
    library.complete(contents["a"])
    restart(library)
    assert write(library.writer, count_in_flight) == 3
    expected = [contents[name] for name in "bcd"]
    assert write(library.writer, find_suspects) == expected
    restart(library)  # dies before it tries one of them
    assert write(library.writer, count_in_flight) == 0
    assert write(library.writer, find_suspects) == expected

    library.claim(ids["b"], "b")
    library.complete(contents["b"])
    library.claim(ids["c"], "c")
    assert contents["c"] is not None
    fail_content(library.writer, contents["c"], MediaCode.UNREADABLE, "It is broken.")
    restart(library)
    assert write(library.writer, find_suspects) == [contents["d"]]


def test_what_is_in_flight_now_is_no_suspect(library: Library) -> None:
    library.claim(library.insert("1.jpg"), "a")
    assert write(library.writer, find_suspects) == []


def test_third_strike_quarantines(library: Library) -> None:
    file_id = library.insert("1.jpg")
    content = library.claim(file_id, "a").content_id
    innocent = library.claim(library.insert("2.jpg"), "b").content_id
    assert content is not None
    for _ in range(3):
        restart(library)
        assert set(write(library.writer, find_suspects)) == {content, innocent}
        library.claim(file_id, "a")
        write(library.writer, charge_strike, content)
    restart(library)
    assert write(library.writer, find_suspects) == [innocent]
    (problem,) = read(library.reader, read_problems)
    assert (problem.path.name, problem.code) == ("1.jpg", MediaCode.CRASHED)
    assert "three times" in str(problem.reason)
    assert library.claim(file_id, "a").outcome is ClaimOutcome.FAILED
    assert library.claim(file_id, "changed").outcome is ClaimOutcome.NEW


def test_what_is_set_aside_says_how_the_last_attempt_ended(library: Library) -> None:
    file_id = library.insert("a.jpg")
    hung = library.claim(file_id, "a").content_id
    innocent = library.claim(library.insert("b.jpg"), "b").content_id
    assert hung is not None
    slow, greedy = Sentence("It took too long."), Sentence("It took too much memory.")
    for ending in (None, slow, greedy, slow):
        if ending is not greedy:
            write(library.writer, charge_strike, hung)
        if ending is not None:
            write(library.writer, note_ending, ending)
        restart(library)
        assert innocent in write(library.writer, find_suspects)
        library.claim(file_id, "a")
    (problem,) = read(library.reader, read_problems)
    assert str(problem.reason).startswith(
        "photofind was stopped three times while reading this photo. It took too long. It is"
    )
    assert problem.reason.values == {"reason": slow}


def test_the_least_suspicious_comes_first(library: Library) -> None:
    contents = [library.claim(library.insert(f"{n}.jpg"), n).content_id for n in "abc"]
    assert contents[0] is not None
    write(library.writer, charge_strike, contents[0])
    restart(library)
    assert write(library.writer, find_suspects) == [contents[1], contents[2], contents[0]]


def test_success_clears_strikes(library: Library) -> None:
    file_id = library.insert("1.jpg")
    for _ in range(5):
        content = library.claim(file_id, "a").content_id
        assert content is not None
        write(library.writer, charge_strike, content)
        library.complete(content)
        fail_content(library.writer, content, MediaCode.UNREADABLE, "It is broken.")
        write(library.writer, retry_failed)
    assert write(library.writer, find_suspects) == []
    assert read(library.reader, read_problems) == []


def test_asking_for_a_quarantined_photo_gives_it_three_new_chances(library: Library) -> None:
    file_id = library.insert("1.jpg")
    content = library.claim(file_id, "a").content_id
    assert content is not None
    for left in ([content], [content], []):
        library.claim(file_id, "a")
        write(library.writer, charge_strike, content)
        restart(library)
        assert write(library.writer, find_suspects) == left
    write(library.writer, retry_failed)
    library.claim(file_id, "a")
    write(library.writer, charge_strike, content)
    restart(library)
    assert write(library.writer, find_suspects) == [content]


def test_full_disk_changes_nothing_and_is_over_when_there_is_room(library: Library) -> None:
    claim = library.claim(library.insert("1.jpg"), "a")
    assert claim.content_id is not None
    connection = library.writer._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    many = [(b"%0250d" % n, 1, 1) for n in range(200)]
    with pytest.raises(CatalogError) as caught:
        write(library.writer, insert_files, library.folder.id, many)
    assert caught.value.code == "catalog_full"
    assert [row.rel_path for row in iterate_files(library.reader, library.folder.id)] == [b"1.jpg"]

    connection.execute("PRAGMA max_page_count = 1000000")
    library.complete(claim.content_id)
    assert library.names() == {sha256("a"): ["1.jpg"]}
