"""Deleted rows take no room on the disk for long."""

from __future__ import annotations

import shutil
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from photofind.catalog.writer import CatalogWriter

if TYPE_CHECKING:
    import pytest

    from photofind.paths import AppFolders


def fill_and_empty(writer: CatalogWriter) -> None:
    connection = writer._connection
    connection.execute("CREATE TABLE ballast (bytes BLOB)")
    for _ in range(60):
        connection.execute("INSERT INTO ballast VALUES (zeroblob(60000))")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("DELETE FROM ballast")


def shrink(writer: CatalogWriter) -> int:
    steps = 0
    while writer.give_back_space():
        steps += 1
    return steps


def test_free_pages_go_back_some_at_a_time(folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        fill_and_empty(writer)
        before = folders.catalog.stat().st_size
        assert shrink(writer) in {1, 2}
        assert folders.catalog.stat().st_size < before - 3_000_000
        assert shrink(writer) == 0


def made_without_auto_vacuum(folders: AppFolders) -> None:
    CatalogWriter(folders).close()
    connection = sqlite3.connect(folders.catalog, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA auto_vacuum = 0")
    connection.execute("VACUUM")
    connection.close()


def test_a_catalog_from_before_is_rewritten_once(folders: AppFolders) -> None:
    made_without_auto_vacuum(folders)
    with CatalogWriter(folders) as writer:
        fill_and_empty(writer)
        before = folders.catalog.stat().st_size
        assert shrink(writer) == 1
        assert folders.catalog.stat().st_size < before - 3_000_000
        assert writer._connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)


def test_but_not_where_there_is_no_room_for_the_copy(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    made_without_auto_vacuum(folders)
    with CatalogWriter(folders) as writer:
        fill_and_empty(writer)
        before = folders.catalog.stat().st_size
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=1_000_000))
        assert shrink(writer) == 0
        assert folders.catalog.stat().st_size == before
