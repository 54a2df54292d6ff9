"""What a person says about photos, set for many at once, with all that is needed to undo it."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from photofind.catalog.encoding import clean_text
from photofind.catalog.photos import refresh_visible
from photofind.catalog.tags import checked_label, read_decisions, set_decision
from photofind.catalog.texts import TextKind
from photofind.domain import CatalogError, EditedField, PhotoEdit, PhotoId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from photofind.catalog.transactions import Transaction
    from photofind.domain import EditValue

_SMALLEST: Final = {EditedField.RATING: -1, EditedField.FAVOURITE: 0, EditedField.FLAG: -1}
_LARGEST: Final = {EditedField.RATING: 5, EditedField.FAVOURITE: 1, EditedField.FLAG: 1}
MOST_CHARACTERS: Final = {
    EditedField.TITLE: 500,
    EditedField.CAPTION: 2_000,
    EditedField.NOTE: 20_000,
}
_WORDS: Final = {EditedField.TITLE, EditedField.CAPTION, EditedField.NOTE, EditedField.TAG}
"""What search reads."""


def edit_photos(
    tx: Transaction, edits: Sequence[PhotoEdit], *, writes_sidecars: bool = False
) -> tuple[PhotoEdit, ...]:
    """Sets what a person says about photos; photos that are gone by now are left out.

    Args:
        writes_sidecars: what is set here also goes into sidecars and is read from there again.
            Where a person had said nothing, undoing must then put back what the file says, for
            to say nothing again would let the sidecar speak.

    Returns:
        The edits that undo these, in the order in which they are to be made.

    Raises:
        CatalogError: value_refused, tag_empty, tag_too_long, or photo_unknown if all of the photos
            are gone. Nothing is changed.
    """
    before: list[PhotoEdit] = []
    touched: set[PhotoId] = set()
    known = False
    for edit in edits:
        value, label = _checked(edit)
        photo_ids = _existing(tx, edit.photo_ids)
        known = known or bool(photo_ids) or not edit.photo_ids
        before[:0] = _read(tx, edit.field, photo_ids, label, or_file=writes_sidecars)
        _write(tx, edit.field, photo_ids, value, label)
        if edit.field in _WORDS:
            touched.update(photo_ids)
    if not known:
        raise CatalogError(
            "photo_unknown", "This photo is not in the catalog any more. Nothing was changed."
        )
    if touched:
        refresh_visible(tx, touched)
    return tuple(before)


def _checked(edit: PhotoEdit) -> tuple[EditValue, str]:
    """The value as it is stored, and the label."""
    value = edit.value
    match edit.field:
        case EditedField.TAG:
            if value not in {None, 0, 1}:
                raise _refused()
            return value, checked_label(edit.label)
        case EditedField.TITLE | EditedField.CAPTION | EditedField.NOTE:
            return _checked_text(edit), ""
        case _:
            least, most = _SMALLEST[edit.field], _LARGEST[edit.field]
            may_be_none = edit.field is not EditedField.FAVOURITE
            if value is None and may_be_none:
                return None, ""
            if not isinstance(value, int) or not least <= value <= most:
                raise _refused()
            return int(value), ""


def _checked_text(edit: PhotoEdit) -> str | None:
    if edit.value is None:
        return None
    if not isinstance(edit.value, str):
        raise _refused()
    text = clean_text(edit.value).strip()
    if edit.field is EditedField.TITLE:
        text = " ".join(text.split())
    most = MOST_CHARACTERS[edit.field]
    if len(text) > most:
        raise CatalogError(
            "text_too_long",
            "This text may have at most {most} characters; it has {length}. Nothing was changed.",
            most=most,
            length=len(text),
        )
    return text


def _refused() -> CatalogError:
    return CatalogError(
        "value_refused",
        "A rating is 0 to 5 stars, and a photo is a favourite or not. Nothing was changed.",
    )


def _existing(tx: Transaction, photo_ids: Sequence[PhotoId]) -> list[PhotoId]:
    rows = tx.execute(
        """SELECT DISTINCT p.id FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           WHERE p.primary_content_id IS NOT NULL""",
        (json.dumps(list(photo_ids)),),
    )
    return [PhotoId(photo_id) for (photo_id,) in rows]


# Before

_FILE_VALUES: Final = {
    EditedField.RATING: "coalesce(c.file_rating, 0)",
    EditedField.FLAG: "CASE WHEN c.file_rating = -1 THEN -1 ELSE 0 END",
    EditedField.TITLE: "coalesce(c.file_title, '')",
}


def _read(
    tx: Transaction, field: EditedField, photo_ids: list[PhotoId], label: str, *, or_file: bool
) -> list[PhotoEdit]:
    """What is said now, as edits."""
    if field is EditedField.TAG:
        decisions = read_decisions(tx, photo_ids, label, or_rejected=or_file)
        return _grouped(field, decisions)
    if field in {EditedField.CAPTION, EditedField.NOTE}:
        texts = _read_texts(tx, field, photo_ids)
        return _grouped(field, {photo_id: (text, "") for photo_id, (_, text) in texts.items()})
    value = f"p.{field.value}"
    if or_file and field in _FILE_VALUES:
        value = f"coalesce({value}, {_FILE_VALUES[field]})"
    rows = tx.execute(
        f"""SELECT p.id, {value} FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN contents c ON c.id = p.primary_content_id""",  # noqa: S608
        (json.dumps(photo_ids),),
    )
    return _grouped(field, {PhotoId(photo_id): (value, "") for photo_id, value in rows})


def _grouped(field: EditedField, said: Mapping[PhotoId, tuple[EditValue, str]]) -> list[PhotoEdit]:
    """One edit for all photos of which the same is said."""
    groups: defaultdict[tuple[EditValue, str], list[PhotoId]] = defaultdict(list)
    for photo_id, value_and_label in said.items():
        groups[value_and_label].append(photo_id)
    return [
        PhotoEdit(field=field, photo_ids=tuple(photo_ids), value=value, label=label)
        for (value, label), photo_ids in groups.items()
    ]


def _read_texts(
    tx: Transaction, field: EditedField, photo_ids: list[PhotoId]
) -> dict[PhotoId, tuple[int | None, str | None]]:
    """Number and words of each photo's note, or of the last caption in a person's own words."""
    own = "" if field is EditedField.NOTE else "AND t.model_id IS NULL"
    rows = tx.execute(
        f"""SELECT p.id, t.id, t.text FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           LEFT JOIN texts t ON t.id = (SELECT t.id FROM texts t
               WHERE t.content_id = p.primary_content_id AND t.kind = ? {own}
               ORDER BY t.created_at DESC, t.id DESC LIMIT 1)""",  # noqa: S608
        (json.dumps(photo_ids), TextKind(field.value).value),
    )
    return {PhotoId(photo_id): (text_id, text) for photo_id, text_id, text in rows}


# After


def _write(
    tx: Transaction, field: EditedField, photo_ids: list[PhotoId], value: EditValue, label: str
) -> None:
    match field:
        case EditedField.TAG:
            set_decision(tx, photo_ids, label, None if value is None else bool(value))
        case EditedField.CAPTION | EditedField.NOTE:
            _write_texts(tx, field, photo_ids, str(value or ""))
        case _:
            tx.execute(
                f"""UPDATE photos SET {field.value} = ?
                    WHERE id IN (SELECT value FROM json_each(?))""",  # noqa: S608
                (value, json.dumps(photo_ids)),
            )


def _write_texts(tx: Transaction, field: EditedField, photo_ids: list[PhotoId], text: str) -> None:
    texts = _read_texts(tx, field, photo_ids)
    known = [text_id for text_id, _ in texts.values() if text_id is not None]
    new = [photo_id for photo_id, (text_id, _) in texts.items() if text_id is None]
    if not text:
        tx.executemany("DELETE FROM texts WHERE id = ?", [(text_id,) for text_id in known])
        return
    tx.executemany(
        "UPDATE texts SET text = ?, edited = 1, accepted = 1 WHERE id = ?",
        [(text, text_id) for text_id in known],
    )
    tx.executemany(
        """INSERT INTO texts (content_id, kind, text, created_at, edited, accepted)
           SELECT primary_content_id, ?, ?, ?, 1, 1 FROM photos WHERE id = ?""",
        [(TextKind(field.value).value, text, tx.now_ms, photo_id) for photo_id in new],
    )
