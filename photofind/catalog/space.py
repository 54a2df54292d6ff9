"""Gives the space of deleted rows back to the file system, without keeping others waiting."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

logger = logging.getLogger(__name__)

INCREMENTAL = 2
"""PRAGMA auto_vacuum: pages can be given back a few at a time."""
_PAGES_AT_ONCE = 256
"""4 MB; takes some milliseconds."""
_WORTH_A_VACUUM = 1 / 5
"""Of the file, what must be free before a catalog made without `INCREMENTAL` is rewritten."""
_ROOM = 2.2
"""How much of the file's size must be free on the disk for that: the copy and the log."""


def shrink(connection: sqlite3.Connection, path: Path) -> bool:
    """Takes one step; returns whether another one would give back more."""
    free = _read(connection, "freelist_count")
    if not free:
        _fold_log(connection)
        return False
    if _read(connection, "auto_vacuum") == INCREMENTAL:
        # Each row that is fetched moves a page.
        connection.execute(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})").fetchall()
        return True
    if free < _WORTH_A_VACUUM * _read(connection, "page_count"):
        return False
    if shutil.disk_usage(path.parent).free < _ROOM * path.stat().st_size:
        logger.info("no room to make the catalog smaller; the space in it is used again")
        return False
    connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
    connection.execute("VACUUM")
    return True


def _read(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _fold_log(connection: sqlite3.Connection) -> None:
    """Only then does the file on the disk become smaller; a reader may put it off."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
