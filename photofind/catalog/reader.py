"""Reads the catalog while the writer changes it; never takes a write lock."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from photofind.catalog.db import is_in_memory, open_reading, open_reading_alone
from photofind.catalog.errors import catalog_errors
from photofind.catalog.transactions import Snapshot
from photofind.domain import CatalogError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from photofind.paths import AppFolders

_alone: set[CatalogReader] = set()
_alone_lock = threading.Lock()


class CatalogReader:
    """Opens snapshots of the catalog; one reader a thread.

    Where there is no catalog yet everything is empty; once the writer has made one, the next
    snapshot sees it. What can be asked stands in the modules of the parts: `catalog.photos`,
    `catalog.tags`, …
    """

    def __init__(self, folders: AppFolders) -> None:
        """Opens the catalog.

        Raises:
            CatalogError: see `open_reading`.
        """
        self._folders = folders
        self._identity = self._find_identity()
        self._openings = 0
        self._connection: sqlite3.Connection | None = self._open()
        self._waits_for_catalog = is_in_memory(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with _alone_lock:
            if self._connection is not None:
                self._connection.close()
            _alone.discard(self)

    def _current(self) -> sqlite3.Connection:
        """The connection to the catalog that lies there now: it may have appeared meanwhile, or
        been replaced."""
        connection, identity = self._connection, self._find_identity()
        if connection is None or self._waits_for_catalog or identity != self._identity:
            fresh = self._open()
            if connection is not None:
                connection.close()
            self._connection = connection = fresh
            self._identity = identity
            self._openings += 1
            self._waits_for_catalog = is_in_memory(fresh)
        return connection

    def _open(self) -> sqlite3.Connection:
        with _alone_lock:
            if not _alone:
                try:
                    return open_reading(self._folders)
                except CatalogError as error:
                    if error.code != "catalog_full":
                        raise
            # Not in the usual way beside another reader of this process that has the catalog
            # alone: SQLite would have it keep all others out, too.
            connection = open_reading_alone(self._folders)
            _alone.add(self)
            return connection

    def _let_others_in(self) -> None:
        """Whoever has the catalog alone opens it anew for each snapshot."""
        if self in _alone:
            self.close()
            self._connection = None

    def _find_identity(self) -> tuple[int, int] | None:
        """Tells the file that lies there now from a damaged one that was set aside."""
        try:
            found = self._folders.catalog.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """All statements inside see the catalog at one moment; one at a time.

        Raises:
            CatalogError: catalog_corrupt, catalog_denied or catalog_locked.
        """
        connection = self._current()
        with catalog_errors(self._folders.catalog):
            connection.execute("BEGIN")
            snapshot = Snapshot(connection)
            try:
                yield snapshot
            finally:
                snapshot.end()
                connection.execute("ROLLBACK")
                self._let_others_in()

    def data_version(self) -> int:
        """A number that changes whenever the writer has committed something; 0 without a
        catalog.

        Raises:
            CatalogError: as for `snapshot`.
        """
        connection = self._current()
        if self._waits_for_catalog:
            return 0
        with catalog_errors(self._folders.catalog):
            version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        self._let_others_in()
        # SQLite counts for each connection anew.
        return (self._openings << 32) + version
