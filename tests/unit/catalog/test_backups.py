"""Copies of the catalog: made, thinned out, put back."""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.backups import KEPT, WEEK_S, find_backups, is_due, is_sound, replace_damaged
from photofind.catalog.files import insert_files
from photofind.catalog.folders import add_folder, read_folders
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.domain import CatalogError
from photofind.paths import AppFolders, app_folders
from tests.plugins.catalog import read, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


def damage(catalog: Path) -> None:
    """Overwrites pages in the middle, as a failing disk would."""
    with catalog.open("r+b") as file:
        file.seek(catalog.stat().st_size // 3)
        file.write(os.urandom(catalog.stat().st_size // 3))


def test_a_copy_holds_what_the_catalog_held_and_is_private(folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_folder, folders.data / "photos", None)
        writer.back_up()
    (copy,) = find_backups(folders.backups)
    assert is_sound(copy)
    assert copy.stat().st_mode & 0o077 == 0
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM folders").fetchone() == (1,)
    connection.close()


def test_only_the_newest_copies_are_kept(folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        seen = []
        for _ in range(KEPT + 2):
            writer.back_up()
            seen.append(find_backups(folders.backups)[0])
    assert find_backups(folders.backups) == seen[: -KEPT - 1 : -1]


def test_a_copy_is_due_after_a_week_or_when_the_clock_is_odd(folders: AppFolders) -> None:
    assert is_due(folders.backups)
    with CatalogWriter(folders) as writer:
        writer.back_up()
    made_s = find_backups(folders.backups)[0].stat().st_mtime
    assert not is_due(folders.backups, now_s=made_s + WEEK_S - 60)
    assert is_due(folders.backups, now_s=made_s + WEEK_S + 60)
    assert is_due(folders.backups, now_s=made_s - 60)


@pytest.mark.expects_log("the catalog was damaged")
def test_a_clock_that_was_set_back_keeps_no_old_copy_in_front(folders: AppFolders) -> None:
    years = range(2090, 2090 + KEPT)
    with CatalogWriter(folders) as writer:
        for year in years:
            write(writer, add_folder, folders.data / str(year), None)
            writer.back_up()
        copies = reversed(find_backups(folders.backups))
        for year, copy in zip(years, copies, strict=True):  # the clock was far ahead for a while
            copy.rename(copy.with_name(f"catalog-{year}0101T000000.000000Z-v1.bak"))
        write(writer, add_folder, folders.data / "now", None)
        writer.back_up()
        newest, *others = find_backups(folders.backups)
        assert len(others) == KEPT - 1
        assert not is_due(folders.backups)
    damage(folders.catalog)
    assert replace_damaged(folders) == newest
    with CatalogReader(folders) as reader:
        assert [folder.path.name for folder in read(reader, read_folders)] == [
            "2090",
            "2091",
            "2092",
            "now",
        ]
    newest.unlink()
    damage(folders.catalog)
    replace_damaged(folders)
    with CatalogReader(folders) as reader:
        assert [folder.path.name for folder in read(reader, read_folders)] == [
            "2090",
            "2091",
            "2092",
        ]


@pytest.mark.expects_log("the catalog was damaged")
def test_the_newest_sound_copy_is_put_back(folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_folder, folders.data / "first", None)
        writer.back_up()
        write(writer, add_folder, folders.data / "second", None)
        writer.back_up()
    newest, older = find_backups(folders.backups)
    damage(newest)
    damage(folders.catalog)
    assert not is_sound(folders.catalog)
    assert replace_damaged(folders) == older
    with CatalogReader(folders) as reader:
        assert [row.path.name for row in read(reader, read_folders)] == ["first"]
    assert folders.catalog.with_name("catalog.db.damaged").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
@pytest.mark.expects_log("the catalog was damaged")
def test_what_is_no_file_is_no_copy(folders: AppFolders, tmp_path: Path) -> None:
    with CatalogWriter(folders) as writer:
        writer.back_up()
    (copy,) = find_backups(folders.backups)
    os.mkfifo(folders.backups / "catalog-30000101T000000.000000Z-v1.bak")
    (tmp_path / "foreign").write_bytes(copy.read_bytes())
    link = folders.backups / "catalog-30000102T000000.000000Z-v1.bak"
    link.symlink_to(tmp_path / "foreign")
    damage(folders.catalog)
    assert replace_damaged(folders) == copy


@pytest.mark.expects_log("a new one is created")
def test_without_a_copy_the_catalog_begins_anew(folders: AppFolders) -> None:
    CatalogWriter(folders).close()
    folders.catalog.write_bytes(b"no database at all" * 1000)
    with pytest.raises(CatalogError):
        CatalogWriter(folders)
    assert replace_damaged(folders) is None
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        write(writer, add_folder, folders.data, None)
        assert len(read(reader, read_folders)) == 1


def test_damage_is_never_copied_over_the_good_copies(folders: AppFolders) -> None:
    with CatalogWriter(folders) as writer:
        row = write(writer, add_folder, folders.data, None)
        write(writer, insert_files, row.id, [(f"{n:06}.jpg".encode(), n, n) for n in range(20_000)])
        writer.back_up()
    good = find_backups(folders.backups)
    damage(folders.catalog)  # beyond what opening it reads
    with CatalogWriter(folders) as writer, pytest.raises(CatalogError) as caught:
        writer.back_up()
    assert caught.value.code == "catalog_corrupt"
    assert find_backups(folders.backups) == good


@pytest.mark.expects_log("the catalog was damaged")
def test_a_reader_sees_the_catalog_that_took_the_place_of_a_damaged_one(
    folders: AppFolders,
) -> None:
    with CatalogWriter(folders) as writer:
        write(writer, add_folder, folders.data / "first", None)
        writer.back_up()
        write(writer, add_folder, folders.data / "second", None)
    with CatalogReader(folders) as reader:
        before = reader.data_version()
        assert len(read(reader, read_folders)) == 2
        replace_damaged(folders)
        assert len(read(reader, read_folders)) == 1
        assert reader.data_version() != before
