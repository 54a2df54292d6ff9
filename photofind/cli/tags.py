"""`photofind tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import tags_document
from photofind.cli.info import SAID_BY, find_photo
from photofind.cli.work import run_order
from photofind.worker.tag_messages import ChangeTags

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.cli.session import Session


def show_tags(session: Session, path: Path, add: Sequence[str], remove: Sequence[str]) -> None:
    """Changes a photo's tags as asked, and prints those it has then.

    Raises:
        PhotofindError: the file is not among the photos that can be found, or a tag is no tag.
    """
    with CatalogReader(session.folders) as reader:
        photo_id = find_photo(reader, path)
        if add or remove:
            command = ChangeTags(photo_ids=(photo_id,), add=tuple(add), remove=tuple(remove))
            run_order(session, command)
        tags = reader.tags(photo_id)
    if session.output.as_json:
        session.output.document(tags_document(path, tags))
        return
    for tag in tags:
        session.output.line(f"{tag.label}  ({SAID_BY[tag.source]})")
    if not tags:
        session.output.remark("No tags yet. Give one with: photofind tags FILE --add LABEL")
