"""The one writer of the catalog: every change is a transaction."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from photofind.catalog.backups import back_up
from photofind.catalog.db import open_writing, truncate_log
from photofind.catalog.errors import catalog_errors, file_errors
from photofind.catalog.space import shrink
from photofind.catalog.transactions import Transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from photofind.domain import ContentId
    from photofind.paths import AppFolders

_MOST_SKIPPED = 2**44
"""Of 2**63 numbers: half a million writers, and two of them never meet."""


class CatalogWriter:
    """Opens transactions on the catalog; any thread may call, one at a time gets in.

    One process at a time may have a writer (the caller holds `AppFolders.lock`). What the
    changes mean stands in the modules of the parts: `catalog.files`, `catalog.tags`, …
    """

    def __init__(self, folders: AppFolders) -> None:
        """Opens the catalog, created or migrated if need be.

        Raises:
            CatalogError: see `open_writing`.
        """
        self._path = folders.catalog
        self._backups = folders.backups
        self._lock = threading.RLock()
        self._in_flight: frozenset[ContentId] = frozenset()
        self._numbers_skipped = False
        self._connection = open_writing(folders)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Moves the write-ahead log into the catalog and closes it; twice does no harm."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, *, landing: Collection[ContentId] = ()) -> Iterator[Transaction]:
        """A change of the catalog: committed when the block ends, undone when it raises.

        Args:
            landing: contents in flight that are nobody's afterwards, even if this fails: then
                they may be claimed once more.

        Raises:
            CatalogError: catalog_full, catalog_locked, catalog_corrupt or catalog_denied;
                nothing was changed.
        """
        with self._lock:
            try:
                with self._begun() as tx:
                    yield tx
                self._in_flight = frozenset(tx.in_flight)
            finally:
                self._in_flight -= frozenset(landing)

    @contextmanager
    def _begun(self) -> Iterator[Transaction]:
        with catalog_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            tx = Transaction(self._connection, self._in_flight)
            try:
                if not self._numbers_skipped:
                    _skip_numbers(self._connection)
                yield tx
                self._connection.execute("COMMIT")
                self._numbers_skipped = True
            except BaseException:
                # A full disk ends the transaction by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                tx.end()

    def back_up(self) -> None:
        """Copies the catalog to the backups; drops old copies. Takes a second per gigabyte or so,
        in which nobody else can write.

        Raises:
            CatalogError: as for `transaction`.
        """
        with self._lock, file_errors(self._path):
            back_up(self._connection, self._backups)

    def give_back_space(self) -> bool:
        """Returns some of the space that deleted rows have left to the file system.

        Returns:
            Whether there is more. What is not given back is used for new rows.

        Raises:
            CatalogError: as for `transaction`.
        """
        with self._lock, catalog_errors(self._path):
            return shrink(self._connection, self._path)

    def truncate_log(self) -> bool:
        """Empties the write-ahead log, which still holds what was deleted.

        Returns:
            False when somebody who reads was in the way; try again.

        Raises:
            CatalogError: as for `transaction`.
        """
        with self._lock, catalog_errors(self._path):
            return truncate_log(self._connection)


def _skip_numbers(connection: sqlite3.Connection) -> None:
    """Sees to it that no other copy of the catalog gives the numbers of this one to something else.

    An older copy that was put back goes on where it was, and gives numbers again that were given
    since it was made. Whoever remembers something by number (a running window, the cache of
    vectors) would take the new for the old. So contents' numbers leave out so many that no two
    copies give the same ones, and models' revisions go beyond all that another copy can have
    reached until now.
    """
    step = 1 + secrets.randbelow(_MOST_SKIPPED)
    known = "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'contents'"
    if not connection.execute(known, (step,)).rowcount:
        connection.execute("INSERT INTO sqlite_sequence VALUES ('contents', ?)", (step,))
    # One a transaction from here on: far less than one a millisecond.
    now_ms = time.time_ns() // 1_000_000
    connection.execute("UPDATE models SET revision = max(revision, ?)", (now_ms,))
