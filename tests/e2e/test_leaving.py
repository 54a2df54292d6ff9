"""Leaving early leaves nothing half-done, and no photo is ever written to."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.e2e.program import Program, snapshot
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


def test_a_reader_that_goes_away_is_no_error(library: tuple[Program, Path]) -> None:
    program, _ = library
    for words in (["search", "red"], ["search", "red", "--json"], ["status"]):
        process = program.start(*words)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        process.stderr.close()
        assert process.wait(PATIENCE_S) == 0
        assert err == "" or words == ["search", "red"]
        assert "Traceback" not in err
        assert "BrokenPipe" not in err


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_ctrl_c_keeps_what_is_indexed(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for seed in range(80):
        make_photo(folder / f"{seed:02}.jpg", seed=seed)
    process = program.start("index", folder)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Indexing"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, (out, err)
    assert err.splitlines()[-1].startswith("photofind: Stopped.")
    assert "Traceback" not in err
    status = program.document("status")
    assert status["failed"] == 0
    report = program.document("index")
    assert report["unchanged"] == status["ready"]
    assert program.document("status")["ready"] == 80


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a whole console")
def test_watching_indexes_what_comes_and_ends_with_ctrl_c(program: Program, photos: Path) -> None:
    process = program.start("index", "--watch", photos)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Watching"):
            break
    before = program.document("status")["ready"]
    make_photo(photos / "late.jpg", seed=77)
    for line in process.stderr:
        if line == "1 more can be found now.\n":
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, (out, err)
    assert program.document("status")["ready"] == before + 1


def test_the_users_files_are_never_touched(program: Program, photos: Path) -> None:
    make_photo(photos / "odd.heic", seed=50)
    (photos / "broken.jpg").write_bytes(b"not a picture")
    (photos / "notes.txt").write_text("no photo")
    (photos / "captions.tsv").write_text("photo 0.jpg\ta cat\n", encoding="utf-8")
    before = snapshot(photos)
    for words in (
        ["index", str(photos)],
        ["index"],
        ["search", "cat"],
        ["similar", str(photos / "odd.heic")],
        ["eval", str(photos / "captions.tsv")],
        ["problems"],
        ["status"],
        ["folders", "remove", str(photos)],
    ):
        assert program.run(*words).code == 0
    assert snapshot(photos) == before
