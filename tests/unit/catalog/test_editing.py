"""What a person says about photos, for many at once, and how it is undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.editing import edit_photos
from photofind.catalog.photos import read_photos
from photofind.catalog.tags import read_tags
from photofind.catalog.texts import read_captions
from photofind.domain import CatalogError, EditedField, Flag, PhotoEdit, PhotoId
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from photofind.domain import EditValue, Photo
    from tests.unit.catalog.library import Library


def edit(
    library: Library,
    field: EditedField,
    value: EditValue,
    *contents: str,
    label: str = "",
    writes_sidecars: bool = False,
) -> tuple[PhotoEdit, ...]:
    photo_ids = tuple(library.photo_id(content) for content in contents)
    edits = [PhotoEdit(field=field, photo_ids=photo_ids, value=value, label=label)]
    return write(library.writer, edit_photos, edits, writes_sidecars=writes_sidecars)


def photo(library: Library, content: str = "a") -> Photo:
    photo_id = library.photo_id(content)
    return read(library.reader, read_photos, [photo_id])[photo_id]


def state(library: Library, *contents: str) -> list[object]:
    """All that a person can say about photos, as it is shown."""
    ids = [library.photo_id(content) for content in contents]
    photos = read(library.reader, read_photos, ids)
    tags = read(library.reader, read_tags, ids)
    captions = read(library.reader, read_captions, ids)
    return [
        (
            max(photos[each].rating or 0, 0),
            photos[each].favourite,
            photos[each].flag,
            photos[each].title or "",
            photos[each].note,
            [(tag.label, tag.source) for tag in tags.get(each, ())],
            [caption.text for caption in captions.get(each, ())],
        )
        for each in ids
    ]


def file_says(library: Library, content: str, **columns: object) -> None:
    with library.writer.transaction() as tx:
        for column, value in columns.items():
            tx.execute(
                f"UPDATE contents SET {column} = ? WHERE id = ?",
                (value, library.content_id(content)),
            )


@pytest.fixture
def three(library: Library) -> Library:
    for name in ("a", "b", "c"):
        library.add(f"{name}.jpg", name)
    return library


@pytest.mark.parametrize("writes_sidecars", [False, True])
@pytest.mark.parametrize(
    ("field", "value", "label"),
    [
        (EditedField.RATING, 4, ""),
        (EditedField.RATING, 0, ""),
        (EditedField.FAVOURITE, 1, ""),
        (EditedField.FLAG, Flag.PICK, ""),
        (EditedField.FLAG, Flag.REJECT, ""),
        (EditedField.FLAG, Flag.NONE, ""),
        (EditedField.TITLE, "Boats", ""),
        (EditedField.TITLE, "", ""),
        (EditedField.CAPTION, "two boats", ""),
        (EditedField.NOTE, "scan it\nagain", ""),
        (EditedField.TAG, 1, "Lisbon"),
        (EditedField.TAG, 0, "lisbon"),
        (EditedField.TAG, 0, "sea"),
    ],
)
def test_what_differs_before_is_put_back_as_it_was(
    three: Library, field: EditedField, value: EditValue, label: str, writes_sidecars: bool
) -> None:
    file_says(three, "b", file_rating=-1, file_title="Harbour")
    with three.writer.transaction() as tx:
        tx.execute(
            "INSERT INTO tags (content_id, label, source, state)"
            " VALUES (?, 'Lisbon', 'file', 'confirmed')",
            (three.content_id("b"),),
        )
    for name, own in ((EditedField.RATING, 2), (EditedField.TITLE, "Old"), (EditedField.NOTE, "x")):
        edit(three, name, own, "c")
    edit(three, EditedField.TAG, 1, "c", label="LISBON")
    edit(three, EditedField.CAPTION, "mine", "c")
    before = state(three, "a", "b", "c")
    undo = edit(three, field, value, "a", "b", "c", label=label, writes_sidecars=writes_sidecars)
    after = state(three, "a", "b", "c")
    redo = write(three.writer, edit_photos, undo)
    assert state(three, "a", "b", "c") == before
    write(three.writer, edit_photos, redo)
    assert state(three, "a", "b", "c") == after


def test_values_are_shown_and_found(three: Library) -> None:
    edit(three, EditedField.RATING, 4, "a", "b")
    edit(three, EditedField.FAVOURITE, 1, "a")
    edit(three, EditedField.FLAG, 1, "a")
    edit(three, EditedField.TITLE, "  Boats\n at dawn ", "a")
    edit(three, EditedField.NOTE, "print this one", "a")
    edit(three, EditedField.CAPTION, "a red lighthouse", "b")
    first = photo(three)
    assert (first.rating, first.favourite, first.flag) == (4, True, Flag.PICK)
    assert (first.title, first.note) == ("Boats at dawn", "print this one")
    assert photo(three, "b").rating == 4
    assert photo(three, "c").rating is None
    assert three.found("dawn") == three.found("print this") == {three.photo_id("a")}
    assert three.found("lighthouse") == {three.photo_id("b")}
    edit(three, EditedField.TITLE, "", "a")
    assert three.found("dawn") == set()


def test_a_person_goes_before_the_file(three: Library) -> None:
    file_says(three, "a", file_rating=-1, file_title="DSC_1")
    assert photo(three).flag is Flag.REJECT
    edit(three, EditedField.FLAG, 0, "a")
    assert photo(three).flag is Flag.NONE
    assert photo(three).rating == 0
    edit(three, EditedField.TITLE, "", "a")
    assert photo(three).title == ""
    edit(three, EditedField.FLAG, None, "a")
    edit(three, EditedField.TITLE, None, "a")
    assert photo(three).flag is Flag.REJECT
    assert photo(three).title == "DSC_1"


def test_undoing_stands_against_a_sidecar_that_was_written(three: Library) -> None:
    """What was said went into the sidecar and came back as what the file says."""
    undo = edit(three, EditedField.RATING, 4, "a", writes_sidecars=True)
    file_says(three, "a", file_rating=4)
    write(three.writer, edit_photos, undo)
    assert photo(three).rating == 0
    undo = edit(three, EditedField.TAG, 1, "a", label="sea", writes_sidecars=True)
    with three.writer.transaction() as tx:
        tx.execute(
            "INSERT INTO tags (content_id, label, source, state)"
            " VALUES (?, 'sea', 'file', 'confirmed')",
            (three.content_id("a"),),
        )
    write(three.writer, edit_photos, undo)
    assert read(three.reader, read_tags, [three.photo_id("a")]) == {}


def test_a_model_keeps_its_captions_when_a_person_takes_theirs_back(three: Library) -> None:
    undo = edit(three, EditedField.CAPTION, "mine", "a")
    with three.writer.transaction() as tx:
        tx.execute(
            "INSERT INTO texts (content_id, kind, model_id, text, created_at)"
            " VALUES (?, 'caption', ?, 'its', 1)",
            (three.content_id("a"), three.model),
        )
    write(three.writer, edit_photos, undo)
    captions = read(three.reader, read_captions, [three.photo_id("a")])
    assert [row.text for row in captions[three.photo_id("a")]] == ["its"]


def test_photos_that_are_gone_are_left_out(three: Library) -> None:
    gone = PhotoId(999)
    some = PhotoEdit(field=EditedField.RATING, photo_ids=(gone, three.photo_id("a")), value=3)
    (undo,) = write(three.writer, edit_photos, [some])
    assert undo.photo_ids == (three.photo_id("a"),)
    assert photo(three).rating == 3
    none = PhotoEdit(field=EditedField.RATING, photo_ids=(gone,), value=3)
    with pytest.raises(CatalogError) as caught:
        write(three.writer, edit_photos, [none])
    assert caught.value.code == "photo_unknown"


@pytest.mark.parametrize(
    ("field", "value", "label", "code"),
    [
        (EditedField.RATING, 6, "", "value_refused"),
        (EditedField.RATING, "4", "", "value_refused"),
        (EditedField.FAVOURITE, None, "", "value_refused"),
        (EditedField.FAVOURITE, 2, "", "value_refused"),
        (EditedField.FLAG, -2, "", "value_refused"),
        (EditedField.TITLE, 1, "", "value_refused"),
        (EditedField.TITLE, "x" * 501, "", "text_too_long"),
        (EditedField.TAG, 2, "sea", "value_refused"),
        (EditedField.TAG, 1, " ", "tag_empty"),
        (EditedField.TAG, 1, "x" * 101, "tag_too_long"),
    ],
)
def test_nothing_is_changed_by_what_is_no_value(
    three: Library, field: EditedField, value: EditValue, label: str, code: str
) -> None:
    photo_ids = (three.photo_id("a"),)
    edits = [
        PhotoEdit(field=EditedField.RATING, photo_ids=photo_ids, value=1),
        PhotoEdit(field=field, photo_ids=photo_ids, value=value, label=label),
    ]
    with pytest.raises(CatalogError) as caught:
        write(three.writer, edit_photos, edits)
    assert caught.value.code == code
    assert photo(three).rating is None


def test_what_a_person_said_goes_along_with_a_file_that_is_edited(three: Library) -> None:
    file_id = three.add("d.jpg", "d")
    edit(three, EditedField.FLAG, 1, "d")
    edit(three, EditedField.NOTE, "crop it", "d")
    three.edit(file_id, "e")
    assert (photo(three, "e").flag, photo(three, "e").note) == (Flag.PICK, "crop it")
