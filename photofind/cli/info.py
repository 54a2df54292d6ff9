"""`photofind info`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import Document, info_document
from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.domain import PhotoId


def show_info(session: Session, path: Path) -> None:
    """Prints all that is known of one photo.

    Raises:
        PhotofindError: the file is not among the photos that can be found (not_indexed), or can't
            be searched (its problem's code).
    """
    with CatalogReader(session.folders) as reader:
        photo_id = find_photo(reader, path)
        document = info_document(reader.photos([photo_id])[photo_id], reader.tags(photo_id))
    if session.output.as_json:
        session.output.document(document)
        return
    for name, value in _lines(document):
        session.output.line(f"{name:12} {value}")


def find_photo(reader: CatalogReader, path: Path) -> PhotoId:
    """The photo at a path.

    Raises:
        PhotofindError: as `show_info`.
    """
    photo_id = reader.photo_at(path)
    if photo_id is not None:
        return photo_id
    for problem in reader.problems():
        if problem.path == path:
            raise PhotofindError(problem.code, f"{path}: {problem.reason}")
    raise PhotofindError(
        "not_indexed", f"{path} is not indexed. Index its folder first: photofind index FOLDER"
    )


def _lines(document: Document) -> list[tuple[str, object]]:
    """What is known, one line each; what is not known is left out."""
    lines: list[tuple[str, object]] = []
    for name, value in document.items():
        match value:
            case None | [] | {}:
                continue
            case list():
                lines += [(name, _in_words(each)) for each in value]
            case dict():
                lines += [(name, f"{key} {each}") for key, each in value.items()]
            case _:
                lines.append((name, value))
    return lines


def _in_words(item: object) -> object:
    """A part of the photo in one line; anything else as it is."""
    return f"{item['path']} ({item['kind']})" if isinstance(item, dict) else item
