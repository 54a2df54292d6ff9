"""What was searched for last: a file beside the catalog, so that no copy of the catalog keeps what
a person has forgotten."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import msgspec

from photofind.atomic_files import read_plain_file, replace_file
from photofind.domain import CatalogError
from photofind.paths import ensure_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

MOST_REMEMBERED = 100
_MOST_CHARACTERS = 2_000
_LARGEST_FILE = 1 << 20


def read_recent_searches(folders: AppFolders) -> list[str]:
    """The queries, the last one first; none where the file can't be read."""
    try:
        raw = read_plain_file(folders.recent_searches, _LARGEST_FILE)
        queries = msgspec.json.decode(raw, type=list[str])
    except FileNotFoundError:
        return []
    except (OSError, msgspec.MsgspecError) as error:
        logger.info("the recent searches can't be read: %s", type(error).__name__)
        return []
    return queries[:MOST_REMEMBERED]


def remember_search(folders: AppFolders, query: str) -> None:
    """Puts a query before the others; for the worker alone.

    Raises:
        CatalogError: searches_unwritable.
    """
    query = query.strip()
    if query and len(query) <= _MOST_CHARACTERS:
        others = [each for each in read_recent_searches(folders) if each != query]
        _write(folders, [query, *others][:MOST_REMEMBERED])


def forget_searches(folders: AppFolders, query: str | None = None) -> None:
    """Forgets one query, or (None) all of them; for the worker alone.

    Raises:
        CatalogError: searches_unwritable.
    """
    left = [] if query is None else read_recent_searches(folders)
    left = [each for each in left if each != query]
    if left:
        _write(folders, left)
        return
    try:
        folders.recent_searches.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(error) from error


def _write(folders: AppFolders, queries: Sequence[str]) -> None:
    try:
        ensure_private(folders.data)
        replace_file(folders.recent_searches, msgspec.json.encode(queries))
    except OSError as error:
        raise _unwritable(error) from error


def _unwritable(error: OSError) -> CatalogError:
    return CatalogError(
        "searches_unwritable",
        "The recent searches can't be changed: {reason}.",
        reason=error.strerror or type(error).__name__,
    )
