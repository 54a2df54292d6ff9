"""`photofind tags`, `rate`, `favourite`, `flag`, `title` and `note`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.tags import read_tags
from photofind.cli.documents import edited_document, tags_document
from photofind.cli.info import SAID_BY, find_photo
from photofind.cli.work import run_request
from photofind.domain import EditedField, PhotoEdit
from photofind.worker.messages import EditPhotos

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.domain import EditValue, Photo


def show_tags(session: Session, path: Path, add: Sequence[str], remove: Sequence[str]) -> None:
    """Changes a photo's tags as asked, and prints those it has then.

    Raises:
        PhotofindError: the file is not among the photos that can be found, or a tag is no tag.
    """
    with CatalogReader(session.folders) as reader:
        photo_id = find_photo(reader, path)
        edits = tuple(
            PhotoEdit(field=EditedField.TAG, photo_ids=(photo_id,), value=value, label=label)
            for value, labels in ((1, add), (0, remove))
            for label in labels
        )
        if edits:
            run_request(session, EditPhotos(edits=edits))
        with reader.snapshot() as snapshot:
            tags = read_tags(snapshot, [photo_id]).get(photo_id, ())
    if session.output.as_json:
        session.output.document(tags_document(path, tags))
        return
    for tag in tags:
        session.output.line(f"{tag.label}  ({SAID_BY[tag.source]})")
    if not tags:
        session.output.remark("No tags yet. Give one with: photofind tags FILE --add LABEL")


def show_field(
    session: Session, paths: Sequence[Path], field: EditedField, value: EditValue
) -> None:
    """Sets something of photos, all at once, and prints what they have then.

    Args:
        value: None changes nothing.

    Raises:
        PhotofindError: a file is not among the photos that can be found (nothing is changed), or
            the value is none.
    """
    with CatalogReader(session.folders) as reader:
        photo_ids = [find_photo(reader, path) for path in paths]
        if value is not None:
            edit = PhotoEdit(field=field, photo_ids=tuple(photo_ids), value=value)
            run_request(session, EditPhotos(edits=(edit,)))
        with reader.snapshot() as snapshot:
            photos = read_photos(snapshot, photo_ids)
    shown = [(path, photos[each]) for path, each in zip(paths, photo_ids, strict=True)]
    if session.output.as_json:
        session.output.document(edited_document(field, shown))
        return
    for path, photo in shown:
        said = _in_words(photo, field)
        session.output.line(said if len(shown) == 1 else f"{path}: {said}")


def _in_words(photo: Photo, field: EditedField) -> str:
    match field:
        case EditedField.RATING:
            return f"{max(photo.rating or 0, 0)} of 5"
        case EditedField.FAVOURITE:
            return "a favourite" if photo.favourite else "no favourite"
        case EditedField.FLAG:
            return photo.flag.name.lower()
        case EditedField.TITLE:
            return photo.title or "no title"
        case _:
            return photo.note or "no note"
