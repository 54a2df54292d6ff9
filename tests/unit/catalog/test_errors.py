from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.errors import catalog_errors
from photofind.domain import CatalogError

if TYPE_CHECKING:
    from pathlib import Path


def fail_with(number: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = number
    return error


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (sqlite3.SQLITE_FULL, "catalog_full"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "catalog_locked"),
        (sqlite3.SQLITE_CORRUPT_VTAB, "catalog_corrupt"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "catalog_denied"),
        (sqlite3.SQLITE_IOERR_WRITE, "catalog_denied"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, "catalog_denied"),
    ],
)
def test_environment_becomes_a_sentence(tmp_path: Path, number: int, code: str) -> None:
    path = tmp_path / "catalog.db"
    with pytest.raises(CatalogError) as caught, catalog_errors(path):
        raise fail_with(number)
    assert caught.value.code == code
    assert str(path) in caught.value.user_message
    assert caught.value.__cause__ is not None


def test_io_error_on_a_full_disk_is_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0}))
    with pytest.raises(CatalogError) as caught, catalog_errors(tmp_path / "catalog.db"):
        raise fail_with(sqlite3.SQLITE_IOERR_SHMSIZE)
    assert caught.value.code == "catalog_full"


def test_own_mistakes_pass_unchanged() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(sqlite3.OperationalError),
        catalog_errors(connection),
    ):
        connection.execute("SELEKT")
    with pytest.raises(sqlite3.ProgrammingError), catalog_errors(connection):
        connection.execute("SELECT 1")


def test_names_the_file_of_a_connection(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(tmp_path / "x.db")) as connection,
        pytest.raises(CatalogError) as caught,
        catalog_errors(connection),
    ):
        raise fail_with(sqlite3.SQLITE_FULL)
    assert str(tmp_path / "x.db") in caught.value.user_message
