"""The one place where SQLite's errors become sentences a person can act on."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.domain import CatalogError
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

_PRIMARY_CODE = 0xFF
_HARDLY_FREE_BYTES = 1 << 20

_CODES = {
    sqlite3.SQLITE_FULL: "catalog_full",
    sqlite3.SQLITE_BUSY: "catalog_locked",
    sqlite3.SQLITE_LOCKED: "catalog_locked",
    sqlite3.SQLITE_PROTOCOL: "catalog_locked",
    sqlite3.SQLITE_CORRUPT: "catalog_corrupt",
    sqlite3.SQLITE_NOTADB: "catalog_corrupt",
    sqlite3.SQLITE_READONLY: "catalog_denied",
    sqlite3.SQLITE_CANTOPEN: "catalog_denied",
    sqlite3.SQLITE_PERM: "catalog_denied",
    sqlite3.SQLITE_AUTH: "catalog_denied",
    sqlite3.SQLITE_IOERR: "catalog_denied",
}

_SENTENCES = {
    "catalog_full": Sentence(
        "The disk that holds {path} is full. Free some space, then try again."
    ),
    "catalog_locked": Sentence(
        "Another program is using {path}. Close it, or wait a moment and try again."
    ),
    "catalog_corrupt": Sentence(
        "{path} is damaged or is not a photofind catalog. Run 'photofind index' or open the window "
        "once: the damaged file is kept, and the newest backup takes its place. "
        "Your photos are not affected."
    ),
    "catalog_denied": Sentence(
        "photofind can't read or write {path}. Check that the folder exists, that "
        "it belongs to you and that its disk is connected and not write-protected."
    ),
    "catalog_too_new": Sentence(
        "{path} was made by a newer version of photofind. Update photofind to "
        "open it; nothing was changed."
    ),
    "catalog_outdated": Sentence(
        "{path} was made by an earlier version of photofind. Run 'photofind "
        "index' or open the window once to bring it up to date."
    ),
}


def catalog_error(code: str, path: Path) -> CatalogError:
    """The error with its sentence, ready to be raised."""
    return CatalogError(code, Sentence(_SENTENCES[code].template, path=path))


@contextmanager
def catalog_errors(where: Path | sqlite3.Connection) -> Iterator[None]:
    """Turns what the environment does to the database into CatalogError.

    Errors that are our own fault (wrong SQL, a violated constraint) pass unchanged.

    Args:
        where: the file, or an open connection to it.

    Raises:
        CatalogError: catalog_full, catalog_locked, catalog_corrupt or catalog_denied.
    """
    try:
        yield
    except sqlite3.Error as error:
        # Errors raised by Python's module itself (a closed connection) carry no number.
        number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & _PRIMARY_CODE
        code = _CODES.get(number)
        if code is None:
            raise
        path = where if isinstance(where, Path) else _file_despite_errors(where)
        if number == sqlite3.SQLITE_IOERR and _disk_is_full(path):
            code = "catalog_full"
        raise catalog_error(code, path) from error


@contextmanager
def file_errors(path: Path) -> Iterator[None]:
    """As `catalog_errors`, around what handles the file and its folders, too."""
    try:
        with catalog_errors(path):
            yield
    except OSError as error:
        code = "catalog_full" if error.errno == errno.ENOSPC else "catalog_denied"
        raise catalog_error(code, path) from error


def _file_despite_errors(connection: sqlite3.Connection) -> Path:
    try:
        return file_of(connection) or Path("catalog.db")
    except sqlite3.Error:  # a damaged file may not even tell its schema
        return Path("catalog.db")


def file_of(connection: sqlite3.Connection) -> Path | None:
    """The file a connection is open to; None when it lives in memory."""
    # As bytes: the path need not be valid Unicode.
    query = "SELECT CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'"
    row = connection.execute(query).fetchone()
    return Path(os.fsdecode(row[0])) if row[0] else None


def _disk_is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _HARDLY_FREE_BYTES
    except OSError:
        return False
