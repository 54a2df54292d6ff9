"""What photofind leaves on the disk is its owner's alone, and its logs tell nothing of photos."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from photofind.logs import LEVEL_VARIABLE
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program

_TELLING = ("lastwill", "honeymoon", "hospital", "divorce", "diagnosis")
"""Words that stand in names of folders and photos, in queries, and in texts of photos only."""


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a person's folders private otherwise")
def test_photofinds_own_files_are_private(program: Program, photos: Path) -> None:
    program.data_dir.mkdir(mode=0o755)  # as mkdir makes it
    (photos / "broken.jpg").write_bytes(b"no picture")
    process = program.start("index", "--watch", photos)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Watching"):
            break
    assert (program.data_dir / "catalog.db-wal").exists()  # else this would prove less
    # The weekly copy is made some seconds after the start; asking for the status passes the time.
    until = time.monotonic() + PATIENCE_S
    while not list(program.folders.backups.glob("*.bak")):
        assert time.monotonic() < until, "no copy was made"
        program.document("status")
    while_it_runs = _open_to_others(program.data_dir)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert while_it_runs == []
    assert {path.suffix for path in program.folders.backups.iterdir()} == {".bak"}
    assert _open_to_others(program.data_dir) == []


def _open_to_others(folder: Path) -> list[Path]:
    return [
        path
        for path in (folder, *folder.rglob("*"))
        if not path.is_socket()
        and path.stat().st_mode & 0o777 != (0o700 if path.is_dir() else 0o600)
    ]


def test_logs_tell_nothing_of_photos(program: Program, tmp_path: Path) -> None:
    _do_everything(program, tmp_path)
    said = _logs(program)
    assert "INFO" in said or said == ""
    assert not [word for word in _TELLING if word in said.lower()], said


def test_at_the_debug_level_they_may(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LEVEL_VARIABLE, "debug")
    program.document("index", _telling_photos(tmp_path))
    assert "DEBUG" in _logs(program)


def _telling_photos(tmp_path: Path) -> Path:
    folder = tmp_path / "Honeymoon of A and B"
    make_photo(folder / "lastwill.jpg", seed=1)
    make_photo(folder / "hospital" / "diagnosis.jpg", seed=2)
    (folder / "divorce.jpg").write_bytes(b"no picture")
    (folder / "divorce.xmp").write_bytes(b"<broken hospital")
    return folder


def _do_everything(program: Program, tmp_path: Path) -> None:
    folder = _telling_photos(tmp_path)
    program.run("index", folder)
    program.run("search", "the diagnosis in the hospital")
    program.run("search", "x" * 5000 + " divorce")
    program.run("similar", folder / "divorce.jpg")
    program.run("folders", "add", folder / "no such hospital")
    program.run("folders", "remove", folder / "hospital")
    folder.rename(folder.with_name("divorce"))
    program.run("index")


def _logs(program: Program) -> str:
    return "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in program.folders.logs.iterdir()
    )
