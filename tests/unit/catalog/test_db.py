from __future__ import annotations

import errno
import os
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from photofind.catalog import migrations
from photofind.catalog.db import (
    APPLICATION_ID,
    PAGE_BYTES,
    is_in_memory,
    open_reading,
    open_writing,
)
from photofind.domain import CatalogError
from photofind.paths import AppFolders

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")

VERSION_1 = (
    "PRAGMA page_size = 16384",
    "PRAGMA application_id = 1885890148",
    "PRAGMA journal_mode = WAL",
    """CREATE TABLE folders (id INTEGER PRIMARY KEY AUTOINCREMENT, path BLOB NOT NULL UNIQUE,
       volume_id TEXT, added_at INTEGER NOT NULL) STRICT""",
    """CREATE TABLE exclusions (folder_id INTEGER NOT NULL REFERENCES folders(id) ON DELETE CASCADE,
       pattern TEXT NOT NULL, PRIMARY KEY (folder_id, pattern)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,
       applied_at TEXT)""",
    "CREATE UNIQUE INDEX i ON _sqlite_migrations (migration_set, name)",
    "INSERT INTO _sqlite_migrations VALUES (1, 'photofind', 'create_folders', '2025-01-01')",
    "INSERT INTO folders VALUES (7, CAST('/photos' AS BLOB), NULL, 5)",
    "PRAGMA user_version = 1",
)
"""A catalog as the first step alone left it; never to be changed."""


def make_file(path: Path, statements: tuple[str, ...]) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path.read_bytes()


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def code_of(folders: AppFolders, *, reading: bool = False) -> str:
    with pytest.raises(CatalogError) as caught:
        (open_reading if reading else open_writing)(folders)
    assert str(folders.catalog) in caught.value.user_message
    return caught.value.code


def test_new_catalog_has_schema_and_marks(folders: AppFolders) -> None:
    with closing(open_writing(folders)) as connection:
        marks = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version", "page_size", "journal_mode")
        ]
        assert marks == [APPLICATION_ID, len(migrations.STEPS), PAGE_BYTES, "wal"]
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
        assert {"folders", "exclusions", "files", "contents", "photos", "models", "embeddings",
                "tags", "texts", "questions", "jobs", "saved_searches"} <= tables  # fmt: skip
    assert not folders.backups.exists()


def test_second_opening_changes_nothing(folders: AppFolders) -> None:
    open_writing(folders).close()
    before = folders.catalog.read_bytes()
    open_writing(folders).close()
    assert folders.catalog.read_bytes() == before
    assert not folders.backups.exists()


@posix
def test_files_belong_to_their_owner_alone(folders: AppFolders) -> None:
    umask = os.umask(0)
    try:
        with closing(open_writing(folders)) as connection:
            connection.execute("INSERT INTO saved_searches (name, query) VALUES ('a', 'b')")
            modes = {
                path.name: stat.S_IMODE(path.stat().st_mode) for path in folders.data.iterdir()
            }
            assert modes.pop("catalog.db-wal") == modes.pop("catalog.db-shm") == 0o600
            assert modes.pop("catalog.db") == 0o600
            assert set(modes.values()) == {0o700}
            assert stat.S_IMODE(folders.data.stat().st_mode) == 0o700
    finally:
        os.umask(umask)


def test_log_left_by_a_deleted_catalog_is_not_replayed(folders: AppFolders) -> None:
    with closing(open_writing(folders)) as connection:
        connection.execute("INSERT INTO saved_searches (name, query) VALUES ('old', 'x')")
        log = folders.catalog.with_name("catalog.db-wal").read_bytes()
    assert log
    folders.catalog.unlink()
    folders.catalog.with_name("catalog.db-wal").write_bytes(log)
    with closing(open_writing(folders)) as connection:
        assert connection.execute("SELECT count(*) FROM saved_searches").fetchone()[0] == 0
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_older_catalog_is_backed_up_and_migrated(folders: AppFolders) -> None:
    make_file(folders.catalog, VERSION_1)
    with closing(open_writing(folders)) as connection:
        assert connection.execute("SELECT id, path FROM folders").fetchall() == [(7, b"/photos")]
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(migrations.STEPS)
        connection.execute("SELECT * FROM visible_photos")
    (backup,) = folders.backups.iterdir()
    assert backup.suffix == ".bak"
    assert query(backup, "PRAGMA user_version") == [(1,)]
    assert query(backup, "SELECT id, path FROM folders") == [(7, b"/photos")]
    if os.name == "posix":
        assert stat.S_IMODE(backup.stat().st_mode) == 0o600
        assert stat.S_IMODE(folders.backups.stat().st_mode) == 0o700


def test_backup_can_be_put_back(folders: AppFolders) -> None:
    make_file(folders.catalog, VERSION_1)
    open_writing(folders).close()
    (backup,) = folders.backups.iterdir()
    backup.replace(folders.catalog)
    open_writing(folders).close()
    assert query(folders.catalog, "SELECT path FROM folders") == [(b"/photos",)]


def test_backup_holds_what_is_still_in_the_log(folders: AppFolders) -> None:
    make_file(folders.catalog, VERSION_1)
    with closing(sqlite3.connect(folders.catalog, isolation_level=None)) as other:
        other.execute("INSERT INTO folders VALUES (8, CAST('/more' AS BLOB), NULL, 6)")
        open_writing(folders).close()
    (backup,) = folders.backups.iterdir()
    assert query(backup, "SELECT count(*) FROM folders") == [(2,)]


def test_failing_migration_leaves_the_catalog_as_it_was(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_writing(folders).close()

    def break_down(db: migrations.Database) -> None:  # type: ignore[name-defined]
        db.execute("CREATE TABLE half (id INTEGER) STRICT")
        db.execute("INSERT INTO missing_table VALUES (1)")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, break_down))
    with pytest.raises(sqlite3.OperationalError):
        open_writing(folders)
    monkeypatch.undo()
    assert query(folders.catalog, "SELECT name FROM sqlite_schema WHERE name = 'half'") == []
    assert len(list(folders.backups.iterdir())) == 1
    open_writing(folders).close()


@pytest.mark.parametrize(
    "newer",
    [
        f"PRAGMA user_version = {len(migrations.STEPS) + 1}",
        "INSERT INTO _sqlite_migrations (migration_set, name) VALUES ('photofind', 'from_2050')",
    ],
)
@pytest.mark.parametrize("reading", [False, True])
def test_newer_catalog_is_refused_untouched(folders: AppFolders, newer: str, reading: bool) -> None:
    open_writing(folders).close()
    before = make_file(folders.catalog, (newer,))
    assert code_of(folders, reading=reading) == "catalog_too_new"
    assert folders.catalog.read_bytes() == before
    assert not folders.backups.exists()


def test_reader_waits_for_the_writer_to_migrate(folders: AppFolders) -> None:
    before = make_file(folders.catalog, VERSION_1)
    assert code_of(folders, reading=True) == "catalog_outdated"
    assert folders.catalog.read_bytes() == before


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000, b"x"]
)
def test_file_that_is_no_database(folders: AppFolders, content: bytes, reading: bool) -> None:
    folders.data.mkdir()
    folders.catalog.write_bytes(content)
    assert code_of(folders, reading=reading) == "catalog_corrupt"
    assert folders.catalog.read_bytes() == content


@pytest.mark.parametrize("reading", [False, True])
def test_database_of_another_program(folders: AppFolders, reading: bool) -> None:
    before = make_file(folders.catalog, ("CREATE TABLE theirs (id)",))
    assert code_of(folders, reading=reading) == "catalog_corrupt"
    assert folders.catalog.read_bytes() == before


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("pages", [1, 5])
def test_truncated_catalog(folders: AppFolders, pages: int, reading: bool) -> None:
    open_writing(folders).close()
    os.truncate(folders.catalog, pages * PAGE_BYTES + 17)
    assert code_of(folders, reading=reading) == "catalog_corrupt"


def test_catalog_cut_to_nothing_is_begun_anew(folders: AppFolders) -> None:
    open_writing(folders).close()
    os.truncate(folders.catalog, 0)
    with closing(open_reading(folders)) as connection:
        assert is_in_memory(connection)
    with closing(open_writing(folders)) as connection:
        assert connection.execute("SELECT count(*) FROM folders").fetchone()[0] == 0


def test_data_folder_that_cannot_be_made(folders: AppFolders) -> None:
    folders.data.write_text("a file is in the way")
    assert code_of(folders) == "catalog_denied"


def test_catalog_that_is_a_folder(folders: AppFolders) -> None:
    folders.catalog.mkdir(parents=True)
    assert code_of(folders) == "catalog_denied"
    assert code_of(folders, reading=True) == "catalog_denied"


def test_no_room_for_the_folders(folders: AppFolders, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_: AppFolders) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AppFolders, "ensure", no_room)
    assert code_of(folders) == "catalog_full"


def test_reading_where_nothing_is_makes_no_file(folders: AppFolders) -> None:
    with closing(open_reading(folders)) as connection:
        assert is_in_memory(connection)
        assert connection.execute("SELECT count(*) FROM visible_photos").fetchone()[0] == 0
    assert not folders.data.exists()


def test_reader_cannot_write(folders: AppFolders) -> None:
    open_writing(folders).close()
    with (
        closing(open_reading(folders)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("INSERT INTO saved_searches (name, query) VALUES ('a', 'b')")


@posix
def test_data_folder_with_an_odd_name(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"100% #1 ?mode=ro \xff\n")
    folders = AppFolders(root, root / "cache", root / "config", root / "logs")
    open_writing(folders).close()
    with closing(open_reading(folders)) as connection:
        assert not is_in_memory(connection)
