"""photofind's own folders are closed to others, and nobody else's are."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from photofind.paths import app_folders, is_own_name

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows keeps a person's folders private by other means"
)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_made_private(tmp_path: Path) -> None:
    folders = app_folders(tmp_path / "data")
    folders.ensure()
    assert {_mode(each) for each in (folders.data, folders.cache, folders.config)} == {0o700}


def test_a_folder_of_ours_that_was_left_open_is_closed(tmp_path: Path) -> None:
    folders = app_folders(tmp_path / "data")
    for folder in (folders.data, folders.logs):
        folder.mkdir(mode=0o755)
    (folders.data / "catalog.db").touch()
    folders.ensure()
    assert _mode(folders.data) == _mode(folders.logs) == 0o700


def test_a_folder_that_holds_other_things_stays_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "letter.txt").touch()
    app_folders(shared).ensure()
    assert _mode(shared) == 0o755
    assert _mode(shared / "cache") == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "catalog.db",
        "catalog.db-wal",
        "catalog.db.damaged",
        "thumbnails.db-shm",
        "catalog.lock",
        "worker.json",
        "settings.json",
        "worker.log.3",
        "crash.log",
        "backups",
    ],
)
def test_own_names(name: str) -> None:
    assert is_own_name(name)


@pytest.mark.parametrize("name", ["catalog.db.old", "my catalog.db", "holiday.jpg", "notes.log"])
def test_foreign_names(name: str) -> None:
    assert not is_own_name(name)
