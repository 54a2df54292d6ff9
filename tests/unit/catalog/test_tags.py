"""Labels: a person's, their files' and what models propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.tags import (
    TagSource,
    find_tagged,
    find_untagged,
    read_every_label,
    read_tags,
    store_proposals,
)
from photofind.catalog.words import read_written
from photofind.domain import ContentId
from tests.plugins.catalog import change_tags, read, write

if TYPE_CHECKING:
    from tests.unit.catalog.library import Library

KEY = "everyday.1"


def labels(library: Library, content: str = "a") -> list[tuple[str, TagSource]]:
    tags = read(library.reader, read_tags, [library.photo_id(content)]).get(
        library.photo_id(content), ()
    )
    return [(tag.label, tag.source) for tag in tags]


def test_a_proposal_becomes_a_persons_own_when_they_confirm_it(library: Library) -> None:
    library.add("a.jpg", "a", tags=(("dog", 0.9), ("sofa", 0.5)))
    photo = library.photo_id("a")
    assert labels(library) == [("dog", TagSource.MODEL), ("sofa", TagSource.MODEL)]
    write(library.writer, change_tags, [photo], add=["Sofa"])
    assert labels(library) == [("Sofa", TagSource.USER), ("dog", TagSource.MODEL)]
    assert library.found("sofa") == {photo}
    assert library.found("dog") == set()


def test_what_a_person_took_off_stays_off_whoever_says_it_again(library: Library) -> None:
    library.add("a.jpg", "a", tags=(("dog", 0.9), ("sofa", 0.5)))
    content, photo = library.content_id("a"), library.photo_id("a")
    write(library.writer, change_tags, [photo], remove=["DOG"])
    assert labels(library) == [("sofa", TagSource.MODEL)]
    write(library.writer, store_proposals, library.model, KEY, {content: (("dog", 0.99),)})
    assert labels(library) == []
    assert read(library.reader, find_tagged, "dog").tolist() == []
    write(library.writer, change_tags, [photo], add=["dog"])
    assert labels(library) == [("dog", TagSource.USER)]


def test_a_keyword_of_the_file_can_be_taken_off(library: Library) -> None:
    library.add("a.jpg", "a")
    content, photo = library.content_id("a"), library.photo_id("a")
    with library.writer.transaction() as tx:
        tx.execute(
            "INSERT INTO tags (content_id, label, source, state)"
            " VALUES (?, 'Lisbon', 'file', 'confirmed')",
            (content,),
        )
    write(library.writer, change_tags, [photo], add=["tram"])
    write(library.writer, change_tags, [photo], remove=["lisbon"])
    assert [label for label, _source in labels(library)] == ["tram"]
    assert library.found("lisbon") == set()
    assert library.found("tram") == {photo}


def test_photos_are_found_by_label_in_any_case(library: Library) -> None:
    library.add("a.jpg", "a", tags=(("polar bear", 0.9),))
    library.add("b.jpg", "b")
    library.add("c.jpg", "c", tags=(("bear", 0.9),))
    write(library.writer, change_tags, [library.photo_id("b")], add=["Polar Bear"])
    write(library.writer, change_tags, [library.photo_id("b")], add=["Übersee"])
    found = read(library.reader, find_tagged, "POLAR bear").tolist()
    assert found == sorted([library.photo_id("a"), library.photo_id("b")])
    assert read(library.reader, find_tagged, "übersee").tolist() == [library.photo_id("b")]
    assert read(library.reader, find_tagged, "UBERSEE").tolist() == [library.photo_id("b")]
    assert read(library.reader, find_tagged, "pol").tolist() == []
    assert read(library.reader, read_every_label) == ["bear", "polar bear", "Übersee"]


def test_only_the_model_in_use_proposes(library: Library) -> None:
    library.add("a.jpg", "a", tags=(("dog", 0.9),))
    other = write(library.writer, ensure_model, "other@1.p1.q1", "search", 8)
    write(library.writer, activate_model, other)
    assert labels(library) == []
    assert read(library.reader, find_tagged, "dog").tolist() == []
    write(library.writer, activate_model, library.model)
    assert labels(library) == [("dog", TagSource.MODEL)]


def test_contents_are_labelled_once_a_model_and_vocabulary(library: Library) -> None:
    for name in ("a", "b", "c"):
        library.add(f"{name}.jpg", name)
    ids = [library.content_id(name) for name in ("c", "b", "a")]
    assert read(library.reader, find_untagged, library.model, KEY, 2) == ids[:2]
    write(
        library.writer, store_proposals, library.model, KEY, {ids[0]: (("dog", 0.5),), ids[1]: ()}
    )
    assert read(library.reader, find_untagged, library.model, KEY, 9) == ids[2:]
    assert read(library.reader, find_untagged, library.model, "everyday.2", 9) == ids
    assert labels(library, "c") == [("dog", TagSource.MODEL)]
    # Contents that went away meanwhile are nobody's business any more.
    write(library.writer, store_proposals, library.model, KEY, {ContentId(999): (("cat", 0.5),)})
    assert read(library.reader, find_untagged, library.model, KEY, 9) == ids[2:]


def test_a_persons_labels_are_read_as_they_were_given(library: Library) -> None:
    library.add("a.jpg", "a")
    photo = library.photo_id("a")
    for label in ("Lisbon", "Tram 28", "holiday"):
        write(library.writer, change_tags, [photo], add=[label])
    written = read(library.reader, read_written, [photo])[photo]
    assert written.tags == ("Lisbon", "Tram 28", "holiday")
