"""Thumbnails in a SQLite file of their own: a cache that may vanish or break at any moment.

The worker alone writes it, on several threads.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from photofind.catalog.db import PRIVATE_FOLDER, connect, create_file, truncate_log
from photofind.catalog.errors import catalog_error, file_errors
from photofind.domain import CatalogError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

logger = logging.getLogger(__name__)

APPLICATION_ID = 0x70687462
"""In the file's header ("phtb")."""
_TABLE = "CREATE TABLE thumbnails (sha256 BLOB PRIMARY KEY, jpeg BLOB NOT NULL) STRICT"

_writing = threading.RLock()
"""Held by the thread that writes. SQLite would have the others try for some seconds and then give
up, and on a busy machine that can be too soon."""


class ThumbnailReader:
    """JPEG thumbnails by the sha256 of the content they show; one reader a thread."""

    _READ_ONLY = True

    def __init__(self, path: Path) -> None:
        """Touches nothing yet: the file is opened when it is needed."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, sha256: bytes) -> bytes | None:
        """The JPEG, or None when there is none (or the file can't be read: it is a cache)."""
        try:
            with file_errors(self._path):
                connection = self._open()
                if connection is None:
                    return None
                row = connection.execute(
                    "SELECT jpeg FROM thumbnails WHERE sha256 = ?", (sha256,)
                ).fetchone()
        except CatalogError as error:
            logger.info("thumbnails not readable: %s", error.code)
            self.close()
            return None
        return None if row is None else bytes(row[0])

    def _open(self) -> sqlite3.Connection | None:
        """The connection to the file that lies there now; None when there is none."""
        identity = self._find_identity()
        if identity is None or identity != self._identity:
            self.close()
        if identity is None:
            return None
        if self._connection is None:
            connection = connect(self._path, read_only=self._READ_ONLY)
            self._connection = connection
            self._identity = identity
            if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise catalog_error("catalog_corrupt", self._path)
            self._set_up(connection)
        return self._connection

    def _set_up(self, connection: sqlite3.Connection) -> None:
        """Nothing to do for one who reads."""

    def _find_identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if found.st_size else None


class ThumbnailStore(ThumbnailReader):
    """As the worker has them: it adds some and removes some. One store a thread."""

    _READ_ONLY = False

    def close(self) -> None:
        with _writing:  # the last one to leave empties the log, and needs the file for itself
            super().close()

    def put(self, thumbnails: Mapping[bytes, bytes]) -> None:
        """Stores JPEGs by sha256 (32 bytes), in one transaction.

        A damaged file is set aside (`.damaged`) and begun anew.

        Raises:
            CatalogError: catalog_full, catalog_denied, or catalog_locked by another program;
                nothing is stored.
        """
        with _writing:
            try:
                self._put(thumbnails)
            except CatalogError as error:
                self.close()
                if error.code != "catalog_corrupt":
                    raise
                self._set_aside()
                self._put(thumbnails)

    def remove(self, hashes: Sequence[bytes]) -> None:
        """Deletes thumbnails by sha256, without a trace in the file.

        Raises:
            CatalogError: catalog_full, catalog_denied, catalog_locked or catalog_corrupt.
        """
        with _writing, file_errors(self._path):
            if (connection := self._open()) is not None:
                with _transaction(connection):
                    connection.executemany(
                        "DELETE FROM thumbnails WHERE sha256 = ?", [(each,) for each in hashes]
                    )

    def scrub(self) -> bool:
        """Empties the write-ahead log, which still holds what was removed.

        Returns:
            False when somebody who reads was in the way; try again.

        Raises:
            CatalogError: as for `remove`.
        """
        with _writing, file_errors(self._path):
            connection = self._open()
            return connection is None or truncate_log(connection)

    def _put(self, thumbnails: Mapping[bytes, bytes]) -> None:
        with file_errors(self._path):
            connection = self._open() or self._create()
            with _transaction(connection):
                connection.executemany(
                    "INSERT OR REPLACE INTO thumbnails (sha256, jpeg) VALUES (?, ?)",
                    thumbnails.items(),
                )

    def _set_up(self, connection: sqlite3.Connection) -> None:
        with _writing:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA secure_delete = ON")

    def _create(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        create_file(self._path, APPLICATION_ID, lambda made: made.execute(_TABLE))
        connection = self._open()
        if connection is None:
            raise catalog_error("catalog_denied", self._path)
        return connection

    def _set_aside(self) -> None:
        logger.warning("the thumbnails were damaged and are made anew")
        with file_errors(self._path):
            os.replace(self._path, f"{self._path}.damaged")  # noqa: PTH105 (same folder)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
