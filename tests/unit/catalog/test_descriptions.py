"""Captions, answers and jobs as the catalog keeps them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.description_rows import (
    FoundAnswer,
    FoundText,
    ModelKey,
    TextKind,
    Urgency,
)
from photofind.catalog.text import find_text
from photofind.domain import CatalogError, PhotoId, TextId, WhyKind

if TYPE_CHECKING:
    from photofind.catalog.description_rows import CaptionRow, JobRow
    from tests.unit.catalog.library import Library

BASE = ModelKey("blip-base@1.p1.q1", "caption")
LARGE = ModelKey("blip-large@1.p1.q1", "caption")


def caption(text: str, model: ModelKey = BASE) -> FoundText:
    return FoundText(TextKind.CAPTION, model, text, {"score": -0.5})


def captions_of(library: Library, content: str) -> tuple[CaptionRow, ...]:
    photo_id = library.photo_id(content)
    return library.reader.descriptions.captions([photo_id]).get(photo_id, ())


def texts_of(library: Library, content: str) -> list[str]:
    return [row.text for row in captions_of(library, content)]


def next_job(library: Library, kinds: tuple[str, ...] = ("caption", "answer")) -> JobRow:
    job = library.reader.descriptions.next_job(kinds)
    assert job is not None
    return job


def queue(library: Library, kind: str, urgency: Urgency, *contents: str) -> int:
    ids = [library.content_id(content) for content in contents]
    return library.writer.descriptions.add_jobs(kind, ids, "{}", urgency)


def test_a_caption_is_found_at_once_and_says_why(library: Library) -> None:
    library.add("a.jpg", "A")
    library.add("b.jpg", "B")
    library.writer.descriptions.store(library.content_id("A"), caption("a kite over the dunes"))
    match, *others = find_text(library.reader.connection, "kite dunes", 10)
    assert not others
    assert (match.photo_id, match.kind) == (library.photo_id("A"), WhyKind.TEXT)
    assert match.text == "a kite over the dunes"


def test_a_model_replaces_its_own_words_and_nobody_elses(library: Library) -> None:
    library.add("a.jpg", "A")
    content, writer = library.content_id("A"), library.writer.descriptions
    writer.store(content, caption("first try"))
    writer.store(content, caption("of the large one", LARGE))
    writer.store(content, caption("second try"))
    assert sorted(texts_of(library, "A")) == ["of the large one", "second try"]
    assert not library.found("first")


@pytest.mark.parametrize("own", ["edit", "accept"])
def test_what_a_person_edited_or_accepted_stays(library: Library, own: str) -> None:
    library.add("a.jpg", "A")
    content, writer = library.content_id("A"), library.writer.descriptions
    text_id = TextId(writer.store(content, caption("two dogs")))
    if own == "edit":
        writer.edit_caption(text_id, "Rex and Bello")
    else:
        writer.accept_caption(text_id)
    kept = "Rex and Bello" if own == "edit" else "two dogs"
    writer.store(content, caption("a dog"))
    first, second = captions_of(library, "A")
    assert (first.text, first.is_own, first.edited) == (kept, True, own == "edit")
    assert (second.text, second.is_own) == ("a dog", False)
    assert library.found(kept)


def test_what_a_person_accepted_is_not_said_twice(library: Library) -> None:
    library.add("a.jpg", "A")
    content, writer = library.content_id("A"), library.writer.descriptions
    text_id = TextId(writer.store(content, caption("two dogs")))
    writer.accept_caption(text_id)
    assert writer.store(content, caption("two dogs")) == text_id
    assert texts_of(library, "A") == ["two dogs"]


def test_a_persons_caption_survives_a_change_of_the_file(library: Library) -> None:
    file = library.add("a.jpg", "A")
    content, writer = library.content_id("A"), library.writer.descriptions
    accepted = TextId(writer.store(content, caption("two dogs")))
    writer.accept_caption(accepted)
    writer.store(content, caption("a dog", LARGE))
    library.edit(file, "A, cropped")
    assert texts_of(library, "A, cropped") == ["two dogs"]
    assert library.found("two dogs")


def test_a_person_can_write_a_caption_and_delete_any(library: Library) -> None:
    library.add("a.jpg", "A")
    photo_id, writer = library.photo_id("A"), library.writer.descriptions
    text_id = writer.write_caption(photo_id, "our kitchen")
    (row,) = captions_of(library, "A")
    assert (row.text, row.model, row.is_own) == ("our kitchen", "", True)
    writer.delete_caption(text_id)
    assert not captions_of(library, "A")
    assert not library.found("kitchen")
    for act in (writer.delete_caption, writer.accept_caption):
        with pytest.raises(CatalogError, match="not there any more"):
            act(text_id)
    with pytest.raises(CatalogError, match="not in the catalog"):
        writer.write_caption(PhotoId(999), "nobody")


def test_answers_are_kept_in_the_order_of_asking(library: Library) -> None:
    file = library.add("a.jpg", "A")
    writer, photo_id = library.writer.descriptions, library.photo_id("A")
    for question, answer in (("how many dogs?", "2"), ("what colour?", "brown")):
        writer.store(library.content_id("A"), FoundAnswer(BASE, question, answer))
    library.edit(file, "A, cropped")
    rows = library.reader.descriptions.answers([photo_id])[photo_id]
    assert [(row.question, row.answer) for row in rows] == [
        ("how many dogs?", "2"),
        ("what colour?", "brown"),
    ]
    writer.delete_answer(rows[0].id)
    assert len(library.reader.descriptions.answers([photo_id])[photo_id]) == 1


def test_what_is_to_be_described_can_be_chosen(library: Library) -> None:
    for name in ("in/a.jpg", "in/b.jpg", "inside/c.jpg", "d.jpg"):
        library.add(name, name)
    contents, writer = library.reader.descriptions.contents, library.writer.descriptions
    ids = {name: library.content_id(name) for name in ("in/a.jpg", "in/b.jpg")}
    assert set(contents(folder=Path(library.root, "in")).values()) == set(ids.values())
    assert len(contents(folder=library.root)) == len(contents(folder=library.root.parent)) == 4
    assert not contents(folder=Path(library.root, "elsewhere"))
    writer.store(ids["in/a.jpg"], caption("done"))
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
    assert queue(library, "caption", Urgency.BACKGROUND, "A", "B", "C") == 3
    assert queue(library, "caption", Urgency.BACKGROUND, "A") == 0
    assert next_job(library).content_id == library.content_id("A")
    library.writer.descriptions.hasten_jobs([library.photo_id("C")], Urgency.IN_SIGHT)
    assert next_job(library).content_id == library.content_id("C")
    queue(library, "answer", Urgency.QUESTION, "B")
    job = next_job(library)
    assert (job.kind, job.photo_id, job.urgency) == ("answer", library.photo_id("B"), 30)
    assert job.paths == (Path(library.root, "B.jpg"),)
    assert next_job(library, ("caption",)).content_id == library.content_id("C")
    assert library.reader.descriptions.next_job(("caption",), Urgency.WAITED_FOR) is None
    assert library.reader.descriptions.waiting([library.photo_id("B")]) == {
        library.photo_id("B"): "answer"
    }


def test_what_the_grid_shows_comes_before_what_nobody_sees(library: Library) -> None:
    for content in "ABCD":
        library.add(f"{content}.jpg", content)
    queue(library, "caption", Urgency.BACKGROUND, "A", "B", "C", "D")
    show = library.writer.descriptions.show_jobs
    show([library.photo_id("C"), library.photo_id("D")])
    assert next_job(library).content_id == library.content_id("C")
    show([library.photo_id("B")])  # the grid was scrolled on
    assert next_job(library).content_id == library.content_id("B")
    library.writer.descriptions.hasten_jobs([library.photo_id("D")], Urgency.IN_SIGHT)
    show([library.photo_id("B")])
    assert next_job(library).content_id == library.content_id("D")  # looked at closely
    # While photos are indexed, only what is looked at closely goes on.
    library.writer.descriptions.cancel_jobs([library.photo_id("D")])
    assert library.reader.descriptions.next_job(["caption"], Urgency.IN_SIGHT) is None
    show([])
    assert next_job(library).content_id == library.content_id("A")


def test_a_finished_job_leaves_its_text_and_a_cancelled_one_nothing(library: Library) -> None:
    library.add("a.jpg", "A")
    library.add("b.jpg", "B")
    queue(library, "caption", Urgency.BACKGROUND, "A", "B")
    writer = library.writer.descriptions
    job = next_job(library)
    assert writer.begin_job(job.id, charged=False)
    assert writer.complete_job(job.id, job.content_id, caption("done")) is not None
    job = next_job(library)
    assert writer.begin_job(job.id, charged=False)
    assert writer.cancel_jobs([library.photo_id("B")]) == 1
    assert writer.complete_job(job.id, job.content_id, caption("too late")) is None
    assert not writer.begin_job(job.id, charged=False)
    assert (texts_of(library, "A"), texts_of(library, "B")) == (["done"], [])
    assert library.reader.descriptions.job_counts().open == 0


def test_a_failed_job_is_kept_with_its_reason_until_it_is_tried_again(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Urgency.BACKGROUND, "A")
    writer, reader = library.writer.descriptions, library.reader.descriptions
    job = next_job(library)
    writer.begin_job(job.id, charged=True)
    writer.fail_job(job.id, "unreadable", "It can't be read.")
    (failed,) = reader.failed_jobs()
    assert (failed.photo_id, failed.path, failed.attempts, failed.code, failed.reason) == (
        library.photo_id("A"),
        library.root / "a.jpg",
        1,
        "unreadable",
        "It can't be read.",
    )
    assert reader.next_job(["caption"]) is None
    assert writer.retry_jobs() == 1
    assert next_job(library).id == job.id
    assert not reader.failed_jobs()


def test_three_deaths_alone_end_a_job_and_an_innocent_one_goes_on(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Urgency.BACKGROUND, "A")
    writer = library.writer.descriptions
    writer.begin_job(next_job(library).id, charged=False)  # others may have been to blame
    for _death in range(4):
        assert writer.recover_jobs() == 1
        job = library.reader.descriptions.next_job(["caption"])
        if job is None:
            break
        assert job.suspect
        writer.begin_job(job.id, charged=True)
    (failed,) = library.reader.descriptions.failed_jobs()
    assert (failed.code, failed.attempts) == ("crashed", 3)
    assert "three times" in failed.reason
    assert writer.recover_jobs() == 0


def test_queued_again_a_job_keeps_its_strikes_and_comes_back_from_a_crash_only_if_wanted(
    library: Library,
) -> None:
    """A command that was not answered is sent to the next worker again, and reading in the
    background asks for the same every time."""
    library.add("a.jpg", "A")
    ids = [library.content_id("A")]
    writer, reader = library.writer.descriptions, library.reader.descriptions
    writer.add_jobs("caption", ids, "{}", Urgency.WAITED_FOR)
    writer.begin_job(next_job(library).id, charged=False)
    for _death in range(3):
        writer.recover_jobs()
        writer.add_jobs("caption", ids, "{}", Urgency.WAITED_FOR, after_crash=False)
        writer.begin_job(next_job(library).id, charged=True)
    writer.recover_jobs()
    writer.add_jobs("caption", ids, "{}", Urgency.WAITED_FOR, after_crash=False)
    assert reader.next_job(["caption"]) is None
    (failed,) = reader.failed_jobs()
    assert (failed.code, failed.attempts) == ("crashed", 3)
    writer.add_jobs("caption", ids, "{}", Urgency.WAITED_FOR)
    job = next_job(library)
    assert not job.suspect
    writer.fail_job(job.id, "photo_unreachable", "Connect its drive.")
    writer.add_jobs("caption", ids, "{}", Urgency.BACKGROUND, after_crash=False)
    assert next_job(library).id == job.id


def test_what_a_command_waited_for_is_no_hurry_to_the_next_worker(library: Library) -> None:
    library.add("a.jpg", "A")
    queue(library, "caption", Urgency.COMMANDED, "A")
    assert next_job(library).urgency == Urgency.COMMANDED
    library.writer.descriptions.recover_jobs()
    assert next_job(library).urgency == Urgency.BACKGROUND


def test_a_job_goes_along_when_its_file_changes(library: Library) -> None:
    file = library.add("a.jpg", "A")
    queue(library, "caption", Urgency.BACKGROUND, "A")
    library.edit(file, "A, cropped")
    job = next_job(library)
    assert job.content_id == library.content_id("A, cropped")
    assert job.photo_id == library.photo_id("A, cropped")


def test_a_job_of_a_photo_that_went_has_no_place(library: Library) -> None:
    file = library.add("a.jpg", "A")
    queue(library, "caption", Urgency.BACKGROUND, "A")
    library.writer.mark_missing([file], 1)
    job = next_job(library)
    assert (job.photo_id, job.paths) == (None, ())


def test_text_from_a_model_may_hold_anything(library: Library) -> None:
    library.add("a.jpg", "A")
    odd = "nul\0, unit\x1fseparator, lone \udcff surrogate"
    library.writer.descriptions.store(library.content_id("A"), caption(odd))
    (text,) = texts_of(library, "A")
    assert "surrogate" in text
    assert os.fsencode(text)
