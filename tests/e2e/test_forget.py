"""Forgotten photos are gone from the disk, and come back only when they are asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tests.e2e.program import Program, snapshot
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


def _names(program: Program) -> list[str]:
    return sorted(program.hit_names("search", "photo"))


def _bytes_on_disk(program: Program) -> bytes:
    """But for copies, which are said to hold it for a while."""
    return b"".join(
        path.read_bytes()
        for path in program.data_dir.rglob("*")
        if path.is_file() and path.suffix != ".bak"
    )


def test_a_photo_is_forgotten_until_it_is_asked_for(program: Program, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    for seed in range(3):
        make_photo(photos / f"photo {seed}.jpg", seed=seed)
    secret = make_photo(photos / "zyxwvu photo.jpg", seed=7)
    before = snapshot(photos)
    program.document("index", photos)
    assert b"zyxwvu" in _bytes_on_disk(program)

    assert program.document("forget", secret) == {"forgotten": 1}

    assert b"zyxwvu" not in _bytes_on_disk(program)
    assert snapshot(photos) == before
    # Neither a scan brings it back, nor a move or another time.
    os.utime(secret, ns=(1, 1))
    secret.rename(secret.with_name("photo elsewhere.jpg"))
    report = program.document("index")
    assert (report["new"], report["unchanged"], report["ignored"]) == (0, 3, 1)
    assert _names(program) == ["photo 0.jpg", "photo 1.jpg", "photo 2.jpg"]
    assert program.document("status")["forgotten"] == 1

    assert program.error("forget", secret, code=1) == "photo_unknown"
    undone = program.run("forget", "--undo", secret.with_name("photo elsewhere.jpg"))
    assert undone.code == 0
    assert "1 new" in undone.out
    assert len(_names(program)) == 4


def test_a_folder_is_forgotten_for_good(program: Program, tmp_path: Path) -> None:
    for seed in range(2):
        make_photo(tmp_path / "kept" / f"photo {seed}.jpg", seed=seed)
        make_photo(tmp_path / "zyxwvu" / f"photo {seed + 2}.jpg", seed=seed + 2)
    program.document("index", tmp_path / "kept", tmp_path / "zyxwvu")
    left = program.document("folders", "remove", "--forget", tmp_path / "zyxwvu")
    assert [folder["path"] for folder in left["folders"]] == [str(tmp_path / "kept")]
    assert b"zyxwvu" not in _bytes_on_disk(program)
    assert program.document("index", tmp_path / "zyxwvu")["new"] == 2  # adding it is asking

    (tmp_path / "kept" / "photo 0.jpg").unlink()
    program.document("index")
    assert program.document("forget", "--missing") == {"forgotten": 1}
    assert program.document("status")["missing"] == 0
