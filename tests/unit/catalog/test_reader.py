from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.db import PAGE_BYTES
from photofind.catalog.files import iterate_files
from photofind.catalog.folders import add_folder, read_folders, remove_folder
from photofind.catalog.models import read_active_model
from photofind.catalog.photos import (
    find_content_by_sha256,
    find_primary_photo,
    read_photo_order,
    read_photos,
)
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import CatalogStatus, read_problems, read_status
from photofind.catalog.tags import read_tags
from photofind.catalog.vectors import fetch_vectors, iterate_vectors
from photofind.catalog.words import find_phrase
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError, ContentId, FolderId, ModelId, PhotoId, Space
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders


def test_everything_is_empty_where_there_is_no_catalog(folders: AppFolders) -> None:
    with CatalogReader(folders) as reader:
        assert reader.data_version() == 0
        assert read(reader, read_folders) == []
        assert list(iterate_files(reader, FolderId(1))) == []
        assert read(reader, read_problems) == []
        assert read(reader, read_active_model) is None
        assert read(reader, read_photo_order).photo_ids.shape == (0,)
        assert read(reader, read_photos, [1, 2]) == {}
        assert read(reader, find_content_by_sha256, sha256("a")) is None
        assert read(reader, find_primary_photo, ContentId(1)) is None
        assert read(reader, read_tags, [PhotoId(1)]).get(PhotoId(1), ()) == ()
        assert read(reader, read_status, lambda _: True) == CatalogStatus(
            0, 0, 0, 0, 0, 0, None, ()
        )
        assert list(iterate_vectors(reader, ModelId(1), Space.SEARCH)) == []
        assert read(reader, fetch_vectors, ModelId(1), Space.SEARCH, [1]).shape == (1, 0)
        assert read(reader, find_phrase, "dog").tolist() == []
    assert not folders.data.exists()


def test_catalog_is_seen_once_the_writer_has_made_it(folders: AppFolders, tmp_path: Path) -> None:
    with CatalogReader(folders) as reader, CatalogWriter(folders) as writer:
        write(writer, add_folder, tmp_path / "photos", None)
        assert [row.path for row in read(reader, read_folders)] == [tmp_path / "photos"]
        assert reader.data_version() != 0


def test_data_version_changes_when_the_writer_commits(library: Library) -> None:
    before = library.reader.data_version()
    assert library.reader.data_version() == before
    library.add("1.jpg", "a")
    after = library.reader.data_version()
    assert after != before
    assert library.reader.data_version() == after


def test_every_connection_sees_a_commit_at_once(library: Library) -> None:
    with CatalogReader(library.folders) as other:
        library.add("1.jpg", "a")
        assert len(read(other, read_photo_order).photo_ids) == 1
        write(library.writer, remove_folder, library.root)
        assert len(read(other, read_photo_order).photo_ids) == 0


def test_slow_reader_does_not_keep_the_log_from_shrinking(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.files._CHUNK", 2)
    for n in range(5):
        library.add(f"{n}.jpg", f"content {n}")
    half_read = [
        iterate_files(library.reader, library.folder.id),
        iterate_vectors(library.reader, library.model, Space.SEARCH, chunk=2),
    ]
    for rows in half_read:
        next(rows)
    with closing(sqlite3.connect(library.folders.catalog)) as other:
        busy, in_log, moved = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, in_log, moved) == (0, 0, 0)
    assert sum(1 for _ in half_read[0]) == 4


def test_reader_never_waits_for_a_transaction(library: Library) -> None:
    library.add("1.jpg", "a")
    with library.writer.transaction() as tx:
        tx.execute("DELETE FROM saved_searches")
        assert library.names() == {sha256("a"): ["1.jpg"]}


def test_damage_in_the_middle_of_the_file(folders: AppFolders, tmp_path: Path) -> None:
    library = Library(folders, tmp_path / "photos")
    for n in range(20):
        library.add(f"{n}.jpg", f"content {n}")
    library.close()
    with closing(sqlite3.connect(folders.catalog)) as connection:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'visible_photos'"
        page = connection.execute(query).fetchone()[0]
    with folders.catalog.open("r+b") as file:
        file.seek((page - 1) * PAGE_BYTES)
        file.write(b"\xa5" * PAGE_BYTES)
    with CatalogReader(folders) as reader, pytest.raises(CatalogError) as caught:
        read(reader, read_photo_order)
    assert caught.value.code == "catalog_corrupt"
