from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import insert_files, iterate_files
from photofind.catalog.folders import add_folder, read_folders
from photofind.catalog.models import activate_model, ensure_model, read_active_model
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders
    from tests.unit.catalog.library import Library


def test_second_writer_is_told_that_the_catalog_is_in_use(
    folders: AppFolders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.db.BUSY_TIMEOUT_S", 0.01)
    with CatalogWriter(folders) as writer:
        with closing(sqlite3.connect(folders.catalog, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CatalogError) as caught:
                write(writer, add_folder, tmp_path / "photos", None)
            assert caught.value.code == "catalog_locked"
            other.execute("ROLLBACK")
        write(writer, add_folder, tmp_path / "photos", None)


def test_two_writers_take_turns(library: Library) -> None:
    with CatalogWriter(library.folders) as other:
        write(other, insert_files, library.folder.id, [(b"1.jpg", 1, 1)])
        library.insert("2.jpg")
        write(other, insert_files, library.folder.id, [(b"3.jpg", 1, 1)])
    assert len(list(iterate_files(library.reader, library.folder.id))) == 3


def test_closing_folds_the_log_into_the_catalog(folders: AppFolders, tmp_path: Path) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_folder, tmp_path, None)
        assert folders.catalog.with_name("catalog.db-wal").stat().st_size > 0
    assert not folders.catalog.with_name("catalog.db-wal").exists()
    writer.close()


def test_transaction_that_fails_changes_nothing(library: Library) -> None:
    def fail() -> None:
        with library.writer.transaction() as tx:
            tx.execute("DELETE FROM folders")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert read(library.reader, read_folders) == [library.folder]
    library.add("1.jpg", "a")


def test_model_is_known_by_its_key(library: Library) -> None:
    assert write(library.writer, ensure_model, "test@1.p1.q1", "search", 8) == library.model
    other = write(library.writer, ensure_model, "other@1.p1.q1", "search", 512)
    assert other != library.model
    assert read(library.reader, read_active_model) == (library.model, "test@1.p1.q1")
    write(library.writer, activate_model, other)
    assert read(library.reader, read_active_model) == (other, "other@1.p1.q1")
    write(library.writer, activate_model, library.model)
    assert read(library.reader, read_active_model) == (library.model, "test@1.p1.q1")
