"""`photofind search` and `photofind similar`."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.cli.documents import search_document
from photofind.cli.results import print_results
from photofind.cli.status import people_key
from photofind.inference.store import ModelStore
from photofind.search.engine import SearchEngine
from photofind.search.query import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.cli.session import Session
    from photofind.search.engine import SearchResult


def search_photos(session: Session, text: str, limit: int) -> None:
    """Prints the photos that a description fits best.

    Raises:
        QueryError: nothing to search for, or too much.
    """
    query = parse(text)
    with open_engine(session) as engine:
        _print(session, engine.search(query, limit))


def find_similar(session: Session, path: Path, limit: int) -> None:
    """Prints the photos that look like a picture, never the picture itself.

    Raises:
        MediaError: the file can't be read as a picture.
    """
    with open_engine(session) as engine:
        _print(session, engine.similar_to_file(path, limit))


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
    with CatalogReader(session.folders) as reader:
        photos = reader.photos([hit.photo_id for hit in result.hits])
        # A photo that went away since the search has no place to show.
        found = [(hit, photos[hit.photo_id]) for hit in result.hits if hit.photo_id in photos]
        nothing_indexed = not found and len(reader.photo_order().photo_ids) == 0
    if session.output.as_json:
        session.output.document(
            search_document(result.query, people_key(result.model), result.elapsed_ms, found)
        )
    elif nothing_indexed:
        session.output.remark("No photos are indexed yet. Start with: photofind index FOLDER")
    else:
        print_results(session.output, found)
