"""Opens the catalog: creates, backs up, migrates or refuses it; sets the connection up."""

from __future__ import annotations

import sqlite3
import sys
from typing import TYPE_CHECKING

from photofind.atomic_files import replacement
from photofind.catalog.backups import back_up, find_backups
from photofind.catalog.errors import catalog_error, file_errors, file_of
from photofind.catalog.migrations import SET_NAME, migrations, step_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.paths import AppFolders

APPLICATION_ID = 0x70686664
"""In the file's header, so that it can be told from other SQLite files ("phfd")."""
PAGE_BYTES = 16_384
"""Holds rows of up to 4 kB without overflow pages in a clustered table: a float16 vector of
1,407 numbers. Measured: half the file and half the loading time of 4 kB pages."""
INCREMENTAL = 2
"""PRAGMA auto_vacuum: free pages can be given back a few at a time."""
BUSY_TIMEOUT_S = 5.0
_CACHE_KIB = 16_000
"""Most memory a connection keeps pages in; SQLite's 2 MB are 120 pages of ours."""

_PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


def open_writing(folders: AppFolders) -> sqlite3.Connection:
    """Opens the catalog for its one writer, created or migrated if need be.

    An existing catalog is copied to `backups/*.bak` before it is migrated. The connection is
    in autocommit mode and may be used from any thread (one at a time).

    Raises:
        CatalogError: catalog_too_new, catalog_corrupt, catalog_denied, catalog_locked or
            catalog_full; the file is as it was.
    """
    path = folders.catalog
    with file_errors(path):
        folders.ensure()
        if not _is_filled(folders):
            create_file(path, APPLICATION_ID, _migrate)
        connection = connect(path, any_thread=True)
        try:
            applied = _applied_steps(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            if set(step_names()) - applied:
                back_up(connection, folders.backups)
                _migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reading(folders: AppFolders) -> sqlite3.Connection:
    """Opens the catalog for reading; where there is none yet, an empty one in memory.

    Creates no files of its own.

    Raises:
        CatalogError: catalog_too_new, catalog_outdated (the writer has to migrate it first),
            catalog_corrupt, catalog_denied, catalog_locked, or catalog_full (see
            `open_reading_alone`).
    """
    return _open_reading(folders)


def open_reading_alone(folders: AppFolders) -> sqlite3.Connection:
    """As `open_reading`, where the disk is too full for the index of the write-ahead log, a file
    that readers share with the writer. This process keeps it in memory, and all others out of the
    catalog until its last connection is closed.

    Raises:
        CatalogError: as `open_reading`.
    """
    # On Windows there is no such VFS, and a full disk stays an error.
    return _open_reading(folders, vfs=None if sys.platform == "win32" else "unix-excl")


def _open_reading(folders: AppFolders, vfs: str | None = None) -> sqlite3.Connection:
    path = folders.catalog
    with file_errors(path):
        if not _is_filled(folders):
            return _empty_catalog()
        connection = connect(path, vfs=vfs)
        try:
            if vfs is not None:
                connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA query_only = ON")
            _require_current(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def is_in_memory(connection: sqlite3.Connection) -> bool:
    """Whether `open_reading` found no catalog."""
    return file_of(connection) is None


def _is_filled(folders: AppFolders) -> bool:
    """Whether there is a catalog.

    Raises:
        CatalogError: catalog_corrupt, the file is empty although there is a backup: photofind
            never leaves it so, and the backup has what a person made.
    """
    try:
        is_filled = folders.catalog.stat().st_size > 0
    except FileNotFoundError:
        return False
    if not is_filled and find_backups(folders.backups):
        raise catalog_error("catalog_corrupt", folders.catalog)
    return is_filled


def connect(
    path: Path, *, any_thread: bool = False, read_only: bool = False, vfs: str | None = None
) -> sqlite3.Connection:
    """Opens an existing SQLite file in autocommit mode; never makes one.

    Args:
        vfs: SQLite's way to the file system, where it is not the usual one.
    """
    options = f"mode={'ro' if read_only else 'rw'}" + (f"&vfs={vfs}" if vfs else "")
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        isolation_level=None,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=not any_thread,
    )


def truncate_log(connection: sqlite3.Connection) -> bool:
    """Moves the write-ahead log into the file and empties it, so that nothing that was deleted
    stands there any more; False when somebody who reads was in the way."""
    return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)


def _empty_catalog() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _migrate(connection)
    connection.execute("PRAGMA query_only = ON")
    return connection


def create_file(
    path: Path, application_id: int, build: Callable[[sqlite3.Connection], object]
) -> None:
    """Makes a SQLite file that only its owner can read, under another name first: nobody ever
    sees half a schema.

    Raises:
        sqlite3.Error, OSError: it can't be made; nothing is left behind.
    """
    # A write-ahead log left behind by a deleted file would be replayed into the new one.
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    with replacement(path, durable=True) as partial:
        connection = connect(partial)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
            connection.execute(f"PRAGMA application_id = {application_id}")
            # Nobody else sees the file yet: it reaches the disk once, not with every statement.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("PRAGMA synchronous = OFF")
            build(connection)
        finally:
            connection.close()


def _require_current(connection: sqlite3.Connection, path: Path) -> None:
    if set(step_names()) - _applied_steps(connection, path):
        raise catalog_error("catalog_outdated", path)


def _applied_steps(connection: sqlite3.Connection, path: Path) -> set[str]:
    """Names of the migrations the file has; raises when it isn't ours or is from the future."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise catalog_error("catalog_corrupt", path)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    applied = {
        name
        for (name,) in connection.execute(
            "SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (SET_NAME,)
        )
    }
    known = step_names()
    if version > len(known) or applied - set(known):
        raise catalog_error("catalog_too_new", path)
    return applied


def _migrate(connection: sqlite3.Connection) -> None:
    from sqlite_utils import Database  # readers never need it, and it loads slowly

    migrations().apply(Database(connection, recursive_triggers=False, execute_plugins=False))
    connection.execute(f"PRAGMA user_version = {len(step_names())}")
