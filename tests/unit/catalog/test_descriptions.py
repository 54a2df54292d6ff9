"""Captions, answers and jobs as the catalog keeps them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from photofind.catalog.files import mark_missing
from photofind.catalog.jobs import (
    Priority,
    add_jobs,
    begin_job,
    cancel_jobs,
    complete_job,
    count_jobs,
    fail_job,
    find_next_job,
    raise_priority,
    read_failed_jobs,
    read_waiting,
    recover_jobs,
    retry_jobs,
    show_jobs,
)
from photofind.catalog.photos import find_contents
from photofind.catalog.texts import (
    FoundAnswer,
    FoundText,
    ModelKey,
    TextKind,
    accept_caption,
    delete_answer,
    delete_caption,
    edit_caption,
    read_answers,
    read_captions,
    store_finding,
    write_caption,
)
from photofind.catalog.words import find_standing, read_written
from photofind.domain import CatalogError, ContentId, PhotoId, TextId
from photofind.sentences import Sentence
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from photofind.catalog.jobs import JobRow
    from photofind.catalog.texts import CaptionRow
    from tests.unit.catalog.library import Library

BASE = ModelKey("blip-base@1.p1.q1", "caption")
LARGE = ModelKey("blip-large@1.p1.q1", "caption")


def caption(text: str, model: ModelKey = BASE) -> FoundText:
    return FoundText(TextKind.CAPTION, model, text, {"score": -0.5})


def captions_of(library: Library, content: str) -> tuple[CaptionRow, ...]:
    photo_id = library.photo_id(content)
    return read(library.reader, read_captions, [photo_id]).get(photo_id, ())


def texts_of(library: Library, content: str) -> list[str]:
    return [row.text for row in captions_of(library, content)]


def next_job(library: Library, kinds: tuple[str, ...] = ("caption", "answer")) -> JobRow:
    job = read(library.reader, find_next_job, kinds)
    assert job is not None
    return job


def queue(library: Library, kind: str, priority: Priority, *contents: str) -> int:
    ids = [library.content_id(content) for content in contents]
    return write(library.writer, add_jobs, kind, ids, "{}", priority)


def test_a_caption_is_found_at_once_and_says_why(library: Library) -> None:
    library.add("a.jpg", "A")
    library.add("b.jpg", "B")
    write(library.writer, store_finding, library.content_id("A"), caption("a kite over the dunes"))
    photo_id = library.photo_id("A")
    assert read(library.reader, find_standing, "kite dunes").tolist() == [photo_id]
    written = read(library.reader, read_written, [photo_id])[photo_id]
    assert written.texts == ("a kite over the dunes",)


def test_a_model_replaces_its_own_words_and_nobody_elses(library: Library) -> None:
    library.add("a.jpg", "A")
    content = library.content_id("A")
    write(library.writer, store_finding, content, caption("first try"))
    write(library.writer, store_finding, content, caption("of the large one", LARGE))
    write(library.writer, store_finding, content, caption("second try"))
    assert sorted(texts_of(library, "A")) == ["of the large one", "second try"]
    assert not library.found("first")


@pytest.mark.parametrize("own", ["edit", "accept"])
def test_what_a_person_edited_or_accepted_stays(library: Library, own: str) -> None:
    library.add("a.jpg", "A")
    content = library.content_id("A")
    text_id = TextId(write(library.writer, store_finding, content, caption("two dogs")))
    if own == "edit":
        write(library.writer, edit_caption, text_id, "Rex and Bello")
    else:
        write(library.writer, accept_caption, text_id)
    kept = "Rex and Bello" if own == "edit" else "two dogs"
    write(library.writer, store_finding, content, caption("a dog"))
    first, second = captions_of(library, "A")
    assert (first.text, first.is_own, first.edited) == (kept, True, own == "edit")
    assert (second.text, second.is_own) == ("a dog", False)
    assert library.found(kept)


def test_what_a_person_accepted_is_not_said_twice(library: Library) -> None:
    library.add("a.jpg", "A")
    content = library.content_id("A")
    text_id = TextId(write(library.writer, store_finding, content, caption("two dogs")))
    write(library.writer, accept_caption, text_id)
    assert write(library.writer, store_finding, content, caption("two dogs")) == text_id
    assert texts_of(library, "A") == ["two dogs"]


def test_a_persons_caption_survives_a_change_of_the_file(library: Library) -> None:
    file = library.add("a.jpg", "A")
    content = library.content_id("A")
    accepted = TextId(write(library.writer, store_finding, content, caption("two dogs")))
    write(library.writer, accept_caption, accepted)
    write(library.writer, store_finding, content, caption("a dog", LARGE))
    library.edit(file, "A, cropped")
    assert texts_of(library, "A, cropped") == ["two dogs"]
    assert library.found("two dogs")


def test_a_person_can_write_a_caption_and_delete_any(library: Library) -> None:
    library.add("a.jpg", "A")
    photo_id = library.photo_id("A")
    text_id = write(library.writer, write_caption, photo_id, "our kitchen")
    (row,) = captions_of(library, "A")
    assert (row.text, row.model, row.is_own) == ("our kitchen", "", True)
    write(library.writer, delete_caption, text_id)
    assert not captions_of(library, "A")
    assert not library.found("kitchen")
    for act in (delete_caption, accept_caption):
        with pytest.raises(CatalogError, match="not there any more"):
            write(library.writer, act, text_id)
    with pytest.raises(CatalogError, match="not in the catalog"):
        write(library.writer, write_caption, PhotoId(999), "nobody")


def test_answers_are_kept_in_the_order_of_asking(library: Library) -> None:
    file = library.add("a.jpg", "A")
    photo_id = library.photo_id("A")
    for question, answer in (("how many dogs?", "2"), ("what colour?", "brown")):
        write(
            library.writer,
            store_finding,
            library.content_id("A"),
            FoundAnswer(BASE, question, answer),
        )
    library.edit(file, "A, cropped")
    rows = read(library.reader, read_answers, [photo_id])[photo_id]
    assert [(row.question, row.answer) for row in rows] == [
        ("how many dogs?", "2"),
        ("what colour?", "brown"),
    ]
    write(library.writer, delete_answer, rows[0].id)
    assert len(read(library.reader, read_answers, [photo_id])[photo_id]) == 1


def test_what_is_to_be_described_can_be_chosen(library: Library) -> None:
    for name in ("in/a.jpg", "in/b.jpg", "inside/c.jpg", "d.jpg"):
        library.add(name, name)

    def contents(*args: Any, **options: Any) -> dict[PhotoId, ContentId]:
        return read(library.reader, find_contents, *args, **options)

    ids = {name: library.content_id(name) for name in ("in/a.jpg", "in/b.jpg")}
    assert set(contents(folder=Path(library.root, "in")).values()) == set(ids.values())
    assert len(contents(folder=library.root)) == len(contents(folder=library.root.parent)) == 4
    assert not contents(folder=Path(library.root, "elsewhere"))
    write(library.writer, store_finding, ids["in/a.jpg"], caption("done"))
    left = contents(folder=Path(library.root, "in"), without=(TextKind.CAPTION, BASE.catalog_key))
    assert list(left.values()) == [ids["in/b.jpg"]]
    asked = [library.photo_id("in/b.jpg"), library.photo_id("in/a.jpg"), PhotoId(999)]
    assert list(contents(asked).items()) == [
        (asked[0], ids["in/b.jpg"]),
        (asked[1], ids["in/a.jpg"]),
    ]


def test_the_most_urgent_job_comes_first(library: Library) -> None:
    for content in "ABC":
        library.add(f"{content}.jpg", content)
    assert queue(library, "caption", Priority.BACKGROUND, "A", "B", "C") == 3
    assert queue(library, "caption", Priority.BACKGROUND, "A") == 0
    assert next_job(library).content_id == library.content_id("A")
    write(library.writer, raise_priority, [library.photo_id("C")], Priority.IN_SIGHT)
    assert next_job(library).content_id == library.content_id("C")
    queue(library, "answer", Priority.QUESTION, "B")
    job = next_job(library)
    assert (job.kind, job.photo_id, job.priority) == ("answer", library.photo_id("B"), 30)
    assert job.paths == (Path(library.root, "B.jpg"),)
    assert next_job(library, ("caption",)).content_id == library.content_id("C")
    assert read(library.reader, find_next_job, ("caption",), Priority.WAITED_FOR) is None
    assert read(library.reader, read_waiting, [library.photo_id("B")]) == {
        library.photo_id("B"): "answer"
    }


def test_what_the_grid_shows_comes_before_what_nobody_sees(library: Library) -> None:
    for content in "ABCD":
        library.add(f"{content}.jpg", content)
    queue(library, "caption", Priority.BACKGROUND, "A", "B", "C", "D")

    def show(photo_ids: list[PhotoId]) -> None:
        write(library.writer, show_jobs, photo_ids)

    show([library.photo_id("C"), library.photo_id("D")])
    assert next_job(library).content_id == library.content_id("C")
    show([library.photo_id("B")])  # the grid was scrolled on
    assert next_job(library).content_id == library.content_id("B")
    write(library.writer, raise_priority, [library.photo_id("D")], Priority.IN_SIGHT)
    show([library.photo_id("B")])
    assert next_job(library).content_id == library.content_id("D")  # looked at closely
    # While photos are indexed, only what is looked at closely goes on.
    write(library.writer, cancel_jobs, [library.photo_id("D")])
    assert read(library.reader, find_next_job, ["caption"], Priority.IN_SIGHT) is None
    show([])
    assert next_job(library).content_id == library.content_id("A")


def test_a_finished_job_leaves_its_text_and_a_cancelled_one_nothing(library: Library) -> None:
    library.add("a.jpg", "A")
    library.add("b.jpg", "B")
    queue(library, "caption", Priority.BACKGROUND, "A", "B")
    job = next_job(library)
    assert write(library.writer, begin_job, job.id, charged=False)
    assert write(library.writer, complete_job, job.id, job.content_id, caption("done")) is not None
    job = next_job(library)
    assert write(library.writer, begin_job, job.id, charged=False)
    assert write(library.writer, cancel_jobs, [library.photo_id("B")]) == 1
    assert write(library.writer, complete_job, job.id, job.content_id, caption("too late")) is None
    assert not write(library.writer, begin_job, job.id, charged=False)
    assert (texts_of(library, "A"), texts_of(library, "B")) == (["done"], [])
    assert read(library.reader, count_jobs).open == 0


def test_a_failed_job_is_kept_with_its_reason_until_it_is_tried_again(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Priority.BACKGROUND, "A")
    job = next_job(library)
    write(library.writer, begin_job, job.id, charged=True)
    write(library.writer, fail_job, job.id, "unreadable", Sentence("It can't be read."))
    (failed,) = read(library.reader, read_failed_jobs)
    assert (failed.photo_id, failed.path, failed.attempts, failed.code, failed.reason) == (
        library.photo_id("A"),
        library.root / "a.jpg",
        1,
        "unreadable",
        Sentence("It can't be read."),
    )
    assert read(library.reader, find_next_job, ["caption"]) is None
    assert write(library.writer, retry_jobs) == 1
    assert next_job(library).id == job.id
    assert not read(library.reader, read_failed_jobs)


def test_three_deaths_alone_end_a_job_and_an_innocent_one_goes_on(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Priority.BACKGROUND, "A")
    write(
        library.writer, begin_job, next_job(library).id, charged=False
    )  # others may have been to blame
    for _death in range(4):
        assert write(library.writer, recover_jobs) == 1
        job = read(library.reader, find_next_job, ["caption"])
        if job is None:
            break
        assert job.suspect
        write(library.writer, begin_job, job.id, charged=True)
    (failed,) = read(library.reader, read_failed_jobs)
    assert (failed.code, failed.attempts) == ("crashed", 3)
    assert "three times" in str(failed.reason)
    assert write(library.writer, recover_jobs) == 0


def test_queued_again_a_job_keeps_its_strikes_and_comes_back_from_a_crash_only_if_wanted(
    library: Library,
) -> None:
    """A command that was not answered is sent to the next worker again, and reading in the
    background asks for the same every time."""
    library.add("a.jpg", "A")
    ids = [library.content_id("A")]
    write(library.writer, add_jobs, "caption", ids, "{}", Priority.WAITED_FOR)
    write(library.writer, begin_job, next_job(library).id, charged=False)
    for _death in range(3):
        write(library.writer, recover_jobs)
        write(
            library.writer, add_jobs, "caption", ids, "{}", Priority.WAITED_FOR, after_crash=False
        )
        write(library.writer, begin_job, next_job(library).id, charged=True)
    write(library.writer, recover_jobs)
    write(library.writer, add_jobs, "caption", ids, "{}", Priority.WAITED_FOR, after_crash=False)
    assert read(library.reader, find_next_job, ["caption"]) is None
    (failed,) = read(library.reader, read_failed_jobs)
    assert (failed.code, failed.attempts) == ("crashed", 3)
    write(library.writer, add_jobs, "caption", ids, "{}", Priority.WAITED_FOR)
    job = next_job(library)
    assert not job.suspect
    write(library.writer, fail_job, job.id, "photo_unreachable", Sentence("Connect its drive."))
    write(library.writer, add_jobs, "caption", ids, "{}", Priority.BACKGROUND, after_crash=False)
    assert next_job(library).id == job.id


def test_what_a_command_waited_for_is_no_hurry_to_the_next_worker(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Priority.COMMANDED, "A")
    assert next_job(library).priority == Priority.COMMANDED
    write(library.writer, recover_jobs)
    assert next_job(library).priority == Priority.BACKGROUND


def test_a_job_goes_along_when_its_file_changes(library: Library) -> None:
    file = library.add("a.jpg", "A")
    queue(library, "caption", Priority.BACKGROUND, "A")
    library.edit(file, "A, cropped")
    job = next_job(library)
    assert job.content_id == library.content_id("A, cropped")
    assert job.photo_id == library.photo_id("A, cropped")


def test_a_job_of_a_photo_that_went_has_no_place(library: Library) -> None:
    file = library.add("a.jpg", "A")
    queue(library, "caption", Priority.BACKGROUND, "A")
    write(library.writer, mark_missing, [file], 1)
    job = next_job(library)
    assert (job.photo_id, job.paths) == (None, ())


def test_text_from_a_model_may_hold_anything(library: Library) -> None:
    library.add("a.jpg", "A")
    odd = "nul\0, unit\x1fseparator, lone \udcff surrogate"
    write(library.writer, store_finding, library.content_id("A"), caption(odd))
    (text,) = texts_of(library, "A")
    assert "surrogate" in text
    assert os.fsencode(text)
