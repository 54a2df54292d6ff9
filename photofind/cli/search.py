"""`photofind search` and `photofind similar`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.cli.arguments import UsageError
from photofind.cli.documents import search_document
from photofind.cli.results import print_results
from photofind.cli.status import people_key
from photofind.cli.work import carry_out
from photofind.domain import Box
from photofind.inference.store import ModelStore
from photofind.search.engine import SearchEngine
from photofind.search.query import parse, with_absolute_paths
from photofind.worker.messages import SaveSearch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.search.engine import SearchResult

_BOX_NUMBERS = 4


def search_photos(session: Session, text: str, limit: int, save: str | None = None) -> None:
    """Prints the photos that a query fits best.

    Args:
        limit: 0 for all.
        save: the name to keep the search under; None: it isn't kept.

    Raises:
        QueryError: nothing to search for, or too much.
        PhotofindError: the name can't be used.
    """
    query = parse(text)
    if save is not None:
        carry_out(session, SaveSearch(name=save, query=with_absolute_paths(text)))
    with open_engine(session) as engine:
        _print(session, engine.search(query, limit or None))


def find_similar(session: Session, path: Path, limit: int, box: str | None = None) -> None:
    """Prints the photos that look like a picture, never the picture itself.

    Args:
        box: a part of the picture, as `parse_box` takes it.

    Raises:
        UsageError: it is no box.
        MediaError: the file can't be read as a picture.
    """
    part = None if box is None else parse_box(box)
    with open_engine(session) as engine:
        _print(session, engine.similar_to_file(path, limit, part))


def parse_box(text: str) -> Box:
    """Reads `X,Y,W,H`, shares of a picture's width and height.

    Raises:
        UsageError: it is no rectangle inside a picture.
    """
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != _BOX_NUMBERS:
        raise UsageError(
            "--box takes four numbers, X,Y,W,H, such as 0.5,0,0.5,1 for the right half;"
            f" not {text}."
        )
    try:
        return Box(*numbers)
    except ValueError:
        raise UsageError(
            "--box must lie inside the picture: all four numbers are shares of its width and"
            f" height, from 0 to 1, X + W and Y + H are 1 at most, W and H more than 0; not {text}."
        ) from None


@contextlib.contextmanager
def open_engine(session: Session) -> Iterator[SearchEngine]:
    """A search engine over the catalog as it is now."""
    engine = SearchEngine(session.folders, ModelStore(session.folders))
    try:
        engine.refresh()
        yield engine
    finally:
        engine.close()


def _print(session: Session, result: SearchResult) -> None:
    with CatalogReader(session.folders) as reader, reader.snapshot() as snapshot:
        photos = read_photos(snapshot, [hit.photo_id for hit in result.hits])
        # A photo that went away since the search has no place to show.
        found = [(hit, photos[hit.photo_id]) for hit in result.hits if hit.photo_id in photos]
        nothing_indexed = not found and len(read_photo_order(snapshot).photo_ids) == 0
    if not session.output.as_json:
        for remark in result.remarks:
            session.output.remark(str(remark.sentence))
    if session.output.as_json:
        session.output.document(search_document(result, people_key(result.model), found))
    elif nothing_indexed:
        session.output.remark("No photos are indexed yet. Start with: photofind index FOLDER")
    else:
        print_results(session.output, found)
