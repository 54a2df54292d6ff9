"""One command deletes everything that is photofind's, and nothing that is not."""

from __future__ import annotations

import errno
import io
import json
import shutil
import sys
from typing import TYPE_CHECKING

import filelock
import pytest

from photofind.__main__ import run
from photofind.paths import AppFolders, app_folders, is_own_name

if TYPE_CHECKING:
    from pathlib import Path


_OWN = (
    "catalog.db",
    "catalog.db-wal",
    "catalog.db.damaged",
    "catalog.lock",
    "worker.json",
    "searches.json",
    "backups/catalog-20260101T000000.000000Z-v9.bak",
    "cache/thumbnails.db",
    "cache/vectors/basic@1.1.search",
    "config/settings.json",
    "config/indexing.json",
    "config/describing.json",
    "logs/photofind.log.2",
    "logs/install.log",
    "logs/crash.log",
    "models/vit-b-32/visual.onnx",
    "models/vit-b-32/spec.json",
    "models/.downloads/vit-b-32/abc/model.safetensors.part",
)
_FOREIGN = (
    "holiday.jpg",
    "catalog.db.mine",
    "backups/letter.txt",
    "models/vit-b-32/my thesis.docx",
    "cache/thumbnails of mine/a.jpg",
)


@pytest.fixture
def folders(data_dir: Path) -> AppFolders:
    for name in _OWN:
        file = data_dir / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    return app_folders(data_dir)


def test_everything_goes(
    folders: AppFolders, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["delete-everything", "--yes", "--json"]) == 0
    # With the log of this very command.
    assert json.loads(capsys.readouterr().out) == {"deleted": len(_OWN) + 1, "left": []}
    assert not folders.data.exists()
    assert run(["delete-everything", "--yes"]) == 0
    assert "nothing to delete" in capsys.readouterr().out
    assert not folders.data.exists()


def test_every_place_of_ours_is_known_as_ours(tmp_path: Path) -> None:
    ours = app_folders(tmp_path)
    for name, kind in vars(AppFolders).items():
        if isinstance(kind, property):
            assert is_own_name(getattr(ours, name).name), name


def test_foreign_files_stay_and_are_named(
    folders: AppFolders, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in _FOREIGN:
        file = folders.data / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"mine")
    assert run(["delete-everything", "--yes"]) == 0
    said = capsys.readouterr()
    left = {path for path in folders.data.rglob("*") if path.is_file()}
    assert left == {folders.data / name for name in _FOREIGN}
    assert "holiday.jpg" in said.out + said.err


def test_a_link_is_no_way_out(
    folders: AppFolders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "model.onnx").write_bytes(b"mine")
    (elsewhere / "catalog.db").write_bytes(b"mine")
    try:
        (folders.models / "linked").symlink_to(elsewhere, target_is_directory=True)
        (folders.data / "vectors").symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links")
    assert run(["delete-everything", "--yes"]) == 0
    assert len(list(elsewhere.iterdir())) == 2


def test_what_lies_behind_a_folder_that_became_a_link_stays(
    folders: AppFolders, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "vectors").mkdir(parents=True)
    for name in ("thumbnails.db", "vectors/basic@1.1.search"):
        (elsewhere / name).write_bytes(b"somebody else's")
    shutil.rmtree(folders.cache)
    try:
        folders.cache.symlink_to(elsewhere, target_is_directory=True)
    except OSError:
        pytest.skip("this user may not make links")
    assert run(["delete-everything", "--yes"]) == 0
    assert (elsewhere / "thumbnails.db").exists()
    assert (elsewhere / "vectors" / "basic@1.1.search").exists()


def test_nothing_goes_while_photofind_runs(
    folders: AppFolders, capsys: pytest.CaptureFixture[str]
) -> None:
    with filelock.FileLock(folders.lock):
        assert run(["delete-everything", "--yes", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "catalog_locked"
    assert all((folders.data / name).exists() for name in _OWN if "lock" not in name)


def test_nothing_goes_in_a_windows_first_second(
    folders: AppFolders, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.cli.deleting.is_window_open", lambda data: data == folders.data)
    assert run(["delete-everything", "--yes", "--json"]) == 1  # no worker holds the catalog yet
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "catalog_locked"
    assert all((folders.data / name).exists() for name in _OWN if "lock" not in name)


def test_a_write_protected_disk_is_no_bug(
    folders: AppFolders, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    assert run(["delete-everything", "--yes", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "delete_failed"
    assert folders.catalog.exists()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "code"), [("delete\n", 0), ("yes\n", 1), ("\n", 1)])
def test_a_person_is_asked(
    folders: AppFolders,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    code: int,
) -> None:
    monkeypatch.setattr(sys, "stdin", _Terminal(typed))
    assert run(["delete-everything"]) == code
    assert folders.catalog.exists() is bool(code)
    assert "Your photos are not touched" in capsys.readouterr().out


def test_a_script_must_say_so(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("delete\n"))
    assert run(["delete-everything"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert folders.catalog.exists()
