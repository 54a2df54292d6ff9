"""Gives the space of deleted rows back to the file system, without keeping others waiting."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from photofind.catalog.db import INCREMENTAL, truncate_log

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

logger = logging.getLogger(__name__)

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
        truncate_log(connection)  # only then does the file on the disk become smaller
        return False
    if _read(connection, "auto_vacuum") == INCREMENTAL:
        # Not `execute`: that takes the first page for the end of the statement.
        connection.executescript(f"PRAGMA incremental_vacuum({_PAGES_AT_ONCE})")
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
