"""A damaged catalog is set aside, and the newest sound copy takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.backups import back_up
from photofind.catalog.db import open_reading, open_writing
from photofind.catalog.folders import add_folder, read_folders
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError
from photofind.paths import AppFolders, app_folders
from photofind.worker.rescue import open_catalog
from tests.plugins.catalog import write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    """A catalog that knows a folder, and a copy of it."""
    folders = app_folders(tmp_path / "data")
    (tmp_path / "photos").mkdir()
    writer = CatalogWriter(folders)
    write(writer, add_folder, tmp_path / "photos", None)
    writer.close()
    connection = open_writing(folders)
    back_up(connection, folders.backups)
    connection.close()
    return folders


@pytest.mark.expects_log("the catalog was damaged")
@pytest.mark.parametrize("content", [b"", b"no database", b"\0" * 100_000])
def test_what_is_no_catalog_of_ours_is_set_aside(
    folders: AppFolders, tmp_path: Path, content: bytes
) -> None:
    folders.catalog.write_bytes(content)
    writer, notice = open_catalog(folders)
    assert notice is not None
    assert notice.code == "catalog_restored"
    with writer.transaction() as tx:
        assert [folder.path for folder in read_folders(tx)] == [tmp_path / "photos"]
    writer.close()
    assert folders.catalog.with_name("catalog.db.damaged").read_bytes() == content


def test_whoever_only_reads_takes_no_empty_file_for_a_new_catalog(folders: AppFolders) -> None:
    folders.catalog.write_bytes(b"")
    with pytest.raises(CatalogError) as refusal:
        open_reading(folders)
    assert refusal.value.code == "catalog_corrupt"


def test_an_empty_file_without_a_copy_is_a_new_catalog(tmp_path: Path) -> None:
    folders = app_folders(tmp_path / "data")
    folders.data.mkdir()
    folders.catalog.touch()
    writer, notice = open_catalog(folders)
    writer.close()
    assert notice is None
