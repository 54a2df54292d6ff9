"""Copies of the catalog: made before a migration and once a week, put back when it is damaged."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from photofind.atomic_files import replace_file, replacement
from photofind.catalog.errors import catalog_error, file_errors, file_of

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

logger = logging.getLogger(__name__)

KEPT = 3
"""How many copies are kept, the newest ones."""
WEEK_S = 7 * 86_400.0

_PRIVATE_FOLDER = 0o700
_COMPANIONS = ("-wal", "-shm", "-journal")


def back_up(connection: sqlite3.Connection, backups: Path) -> Path:
    """Copies an open catalog, as one file that can be put back as it is; drops old copies.

    Raises:
        CatalogError: catalog_corrupt, the catalog is damaged.
        sqlite3.Error, OSError: it can't be copied; nothing is left behind.
    """
    backups.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    now = datetime.now(UTC)
    _put_in_the_past(backups, now)
    target = backups / f"catalog-{_stamp(now)}-v{version}.bak"
    with replacement(target) as fresh:
        copy = sqlite3.connect(fresh, isolation_level=None)
        try:
            connection.backup(copy)
            # One file that can be put back as it is, without a write-ahead log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
        _require_sound(fresh, connection)
    for old in find_backups(backups)[KEPT:]:
        old.unlink(missing_ok=True)
    return target


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S.%fZ")


def _put_in_the_past(backups: Path, now: datetime) -> None:
    """Gives copies from the future times just before now, in their order.

    They are from before the clock was set back. As they are they would pass for newer than every
    copy to come: be put back in their place, and have them dropped.
    """
    ahead = [copy for copy in find_backups(backups) if copy.name >= f"catalog-{_stamp(now)}"]
    for age, copy in enumerate(ahead, 1):
        moment = now - timedelta(microseconds=age)
        version = copy.name.rpartition("-")[2]
        os.utime(copy, (moment.timestamp(), moment.timestamp()))
        copy.rename(copy.with_name(f"catalog-{_stamp(moment)}-{version}"))


def _require_sound(copy: Path, of: sqlite3.Connection) -> None:
    """Else copies of damage would push the good ones out."""
    if not is_sound(copy):
        raise catalog_error("catalog_corrupt", file_of(of) or copy)


def find_backups(backups: Path) -> list[Path]:
    """The copies there are, the newest first (their names begin with the time); what is no file
    is none, nor is a link."""
    named = sorted(backups.glob("catalog-*.bak"), reverse=True)
    return [path for path in named if path.is_file() and not path.is_symlink()]


def is_due(backups: Path, *, now_s: float | None = None) -> bool:
    """Whether the newest copy is older than a week, or there is none.

    A copy from the future (the clock was set back) counts as old.
    """
    newest = next(iter(find_backups(backups)), None)
    if newest is None:
        return True
    age_s = (time.time() if now_s is None else now_s) - newest.stat().st_mtime
    return not 0 <= age_s < WEEK_S


def is_sound(file: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file; reads all of it."""
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",))
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def replace_damaged(folders: AppFolders) -> Path | None:
    """Sets a damaged catalog aside (`.damaged`) and puts the newest sound copy in its place.

    Nobody may have the catalog open.

    Returns:
        The copy that was put back; None when there is none and a new catalog is created.

    Raises:
        CatalogError: catalog_full or catalog_denied; the damaged file is then still there,
            perhaps under its new name.
    """
    catalog = folders.catalog
    with file_errors(catalog):
        os.replace(catalog, f"{catalog}.damaged")  # noqa: PTH105 (same folder, atomic)
        for ending in _COMPANIONS:
            # The log of a damaged file would be replayed into whatever takes its place.
            companion = catalog.with_name(catalog.name + ending)
            if companion.exists():
                os.replace(companion, f"{companion}.damaged")  # noqa: PTH105
        for backup in find_backups(folders.backups):
            if is_sound(backup):
                _copy_back(backup, catalog)
                logger.warning("the catalog was damaged; %s was put back", backup.name)
                return backup
    logger.warning("the catalog was damaged and had no backup; a new one is created")
    return None


def _copy_back(backup: Path, catalog: Path) -> None:
    with backup.open("rb") as source:
        replace_file(catalog, partial(shutil.copyfileobj, source), durable=True)
