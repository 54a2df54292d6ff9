"""Catalogs of earlier versions, brought up to date with all they hold."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog import migrations
from photofind.catalog.background import find_first_pass
from photofind.catalog.db import open_writing
from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import fetch_vectors, find_replaced, iterate_vectors
from photofind.catalog.words import find_phrase, find_standing
from photofind.domain import CatalogError, ModelId, Space
from tests.plugins.catalog import read

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders

BEFORE = migrations.STEPS[: migrations.STEPS.index(migrations.give_vectors_to_regions)]
CONTENTS = (3, 4, 8, 2**44 + 7, 2**44 + 8)
MODELS = (ModelId(1), ModelId(2))
DIM = 4
_DIES = """
import os, sys
from pathlib import Path
from sqlite_utils import Database
from photofind.catalog import migrations
from photofind.catalog.db import open_writing
from photofind.paths import app_folders
execute, pieces = Database.execute, []
def dying(self, sql, *values):
    if sql.startswith("DELETE FROM embeddings_of_contents"):
        pieces.append(sql)
        if len(pieces) == 3:
            os._exit(9)
    return execute(self, sql, *values)
Database.execute = dying
migrations._MOVED_AT_ONCE = 2
open_writing(app_folders(Path(sys.argv[1])))
"""


def vector_of(model: int, space: Space, content: int) -> bytes:
    seed = hashlib.sha256(f"{model} {space} {content}".encode()).digest()
    return np.frombuffer(seed[: 2 * DIM], np.uint16).astype("<f2").tobytes()


@pytest.fixture
def old(folders: AppFolders, monkeypatch: pytest.MonkeyPatch) -> AppFolders:
    """A catalog of the version before vectors belonged to regions, with two models."""
    monkeypatch.setattr(migrations, "STEPS", BEFORE)
    connection = open_writing(folders)
    monkeypatch.undo()
    with closing(connection):
        for model in MODELS:
            connection.execute(
                "INSERT INTO models (id, key, task, dim, active, revision)"
                " VALUES (?, ?, ?, ?, ?, 5)",
                (model, f"m{model}@1", "search", DIM, model == 1),
            )
        for content in CONTENTS:
            connection.execute("INSERT INTO photos (id) VALUES (?)", (content,))
            connection.execute(
                """INSERT INTO contents (id, photo_id, sha256, byte_size, state)
                   VALUES (?1, ?1, ?2, 1, 'ready')""",
                (content, hashlib.sha256(b"%d" % content).digest()),
            )
            connection.execute(
                "UPDATE photos SET primary_content_id = ?1 WHERE id = ?1", (content,)
            )
            connection.execute(
                "INSERT INTO visible_photos (photo_id, content_id) VALUES (?1, ?1)", (content,)
            )
            connection.executemany(
                """INSERT INTO embeddings (model_id, content_id, space, pass, vector, revision)
                   VALUES (?, ?, ?, ?, ?, ?)""",
                [
                    (
                        model,
                        content,
                        space.value,
                        1 if content == 4 else 2,
                        vector_of(model, space, content),
                        5 if content == 8 else 0,
                    )
                    for model in MODELS
                    for space in Space
                ],
            )
    return folders


def vectors_in(catalog: Path, column: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(catalog)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection.execute(
            f"""SELECT model_id, {column}, space, pass, vector, revision FROM embeddings
                ORDER BY model_id, space, {column}"""
        ).fetchall()


def test_every_vector_goes_on_as_the_whole_pictures(
    old: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "_MOVED_AT_ONCE", 2)
    before = vectors_in(old.catalog, "content_id")
    assert len(before) == len(CONTENTS) * len(MODELS) * len(Space)
    open_writing(old).close()
    assert vectors_in(old.catalog, "region_id") == before
    (copy,) = old.backups.iterdir()
    assert vectors_in(copy, "content_id") == before
    with closing(sqlite3.connect(old.catalog)) as connection:
        regions = connection.execute("SELECT * FROM regions ORDER BY id").fetchall()
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    assert regions == [(content, content, "whole", None, None) for content in CONTENTS]
    assert "embeddings_of_contents" not in names
    assert {"embeddings_replaced", "embeddings_by_pass", "embeddings_by_region"} <= names


def test_all_that_reads_vectors_finds_them(old: AppFolders) -> None:
    open_writing(old).close()
    with CatalogReader(old) as reader:
        for model in MODELS:
            for space in Space:
                ((ids, vectors),) = iterate_vectors(reader, model, space)
                assert ids.tolist() == list(CONTENTS)
                expected = [vector_of(model, space, content) for content in CONTENTS]
                assert [row.tobytes() for row in vectors] == expected
                (one,) = read(reader, fetch_vectors, model, space, [8])
                assert one.tobytes() == vector_of(model, space, 8)
            assert read(reader, find_first_pass, model) == [4]
            assert read(reader, find_replaced, model, 4).tolist() == [8]


def test_a_death_in_the_middle_changes_nothing(old: AppFolders) -> None:
    before = vectors_in(old.catalog, "content_id")
    died = subprocess.run([sys.executable, "-c", _DIES, os.fspath(old.data)], check=False)
    assert died.returncode == 9
    assert vectors_in(old.catalog, "content_id") == before
    open_writing(old).close()
    assert vectors_in(old.catalog, "region_id") == before


def test_a_disk_that_fills_up_leaves_the_catalog_as_it_was(
    old: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = vectors_in(old.catalog, "content_id")

    def full(*_: object) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    def fills_up(db: migrations.Database) -> None:  # type: ignore[name-defined]
        migrations.give_vectors_to_regions(db)
        full()

    fills_up.__name__ = migrations.give_vectors_to_regions.__name__
    monkeypatch.setattr(migrations, "STEPS", (*BEFORE, fills_up))
    with pytest.raises(CatalogError) as caught:
        open_writing(old)
    assert caught.value.code == "catalog_full"
    monkeypatch.undo()
    assert vectors_in(old.catalog, "content_id") == before


def test_words_are_folded_where_they_were_stored_as_written(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = migrations.STEPS[: migrations.STEPS.index(migrations.fold_words)]
    monkeypatch.setattr(migrations, "STEPS", before)
    connection = open_writing(folders)
    monkeypatch.undo()
    monkeypatch.setattr(migrations, "_FOLDED_AT_ONCE", 2)
    with closing(connection):
        connection.execute("INSERT INTO folders (id, path, added_at) VALUES (1, x'2f', 1)")
        for number in range(1, 6):
            connection.execute(
                "INSERT INTO photos (id, title) VALUES (?, ?)", (number, "Straße" * (number == 3))
            )
            connection.execute(
                """INSERT INTO contents (id, photo_id, sha256, byte_size, state)
                   VALUES (?1, ?1, ?2, 1, 'ready')""",
                (number, hashlib.sha256(b"%d" % number).digest()),
            )
            connection.execute(
                """INSERT INTO files (folder_id, rel_path, name, byte_size, mtime_ns, state,
                       content_id) VALUES (1, ?, ?, 1, 1, 'known', ?)""",
                (b"%d" % number, f"Łódź_{number}.jpg", number),
            )
            connection.execute("UPDATE photos SET primary_content_id = ?1 WHERE id = ?1", (number,))
            connection.execute(
                "INSERT INTO visible_photos (photo_id, content_id) VALUES (?1, ?1)", (number,)
            )
            connection.execute(
                """INSERT INTO photo_words (rowid, names, title, tags, texts)
                   VALUES (?, ?, '', '', '')""",
                (number, f"Łódź_{number}.jpg"),
            )
    open_writing(folders).close()
    with CatalogReader(folders) as reader:
        assert read(reader, find_standing, "LODZ 4").tolist() == [4]
        assert read(reader, find_phrase, "odz_5").tolist() == [5]
        assert read(reader, find_standing, "strasse").tolist() == [3]
        assert len(read(reader, find_phrase, "lodz")) == 5


def test_files_of_an_earlier_version_keep_their_numbers_and_await_their_volumes(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = migrations.STEPS.index(migrations.tell_volumes_apart)
    monkeypatch.setattr(migrations, "STEPS", migrations.STEPS[:position])
    connection = open_writing(folders)
    monkeypatch.undo()
    with closing(connection):
        connection.execute("INSERT INTO folders (id, path, added_at) VALUES (1, x'2f61', 0)")
        for number in (3, 9):
            connection.execute(
                """INSERT INTO files (id, folder_id, rel_path, name, byte_size, mtime_ns, sidecar)
                   VALUES (?1, 1, CAST(?1 AS BLOB), 'a', 5, 7, x'01')""",
                (number,),
            )
        connection.execute("DELETE FROM files WHERE id = 9")
        connection.commit()
    with closing(open_writing(folders)) as connection:
        rows = connection.execute("SELECT id, byte_size, mtime_ns, sidecar, volume FROM files")
        assert rows.fetchall() == [(3, 5, 7, b"\x01", None)]
        (number,) = connection.execute(
            """INSERT INTO files (folder_id, rel_path, name, byte_size, mtime_ns)
               VALUES (1, x'62', 'b', 1, 1) RETURNING id"""
        ).fetchone()
        assert number == 10
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
