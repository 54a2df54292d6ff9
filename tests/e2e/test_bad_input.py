"""What the command line says to input that can't be used; nothing is ever lost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import Program
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo


def test_a_folder_that_does_not_exist_stops_before_anything_is_done(
    program: Program, photos: Path
) -> None:
    assert program.error("index", photos, photos / "missing", code=1) == "folder_missing"
    assert program.document("folders", "list") == {"folders": []}
    message = program.run("index", photos / "missing").err
    assert str(photos / "missing") in message


def test_a_file_is_no_folder(program: Program, photos: Path) -> None:
    assert program.error("index", photos / "photo 0.jpg", code=1).startswith("folder_")


def test_index_without_any_folder_says_what_to_do(program: Program) -> None:
    assert program.error("index", code=1) == "no_folders"
    assert "photofind index FOLDER" in program.run("index").err


@pytest.fixture
def ordinary_program(program: Program) -> Program:
    """photofind without a superuser's right to read everything."""
    if os.name == "nt":
        pytest.skip("Windows has no permission bits to take away")
    if os.geteuid() != 0:
        return program
    prefix = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
    try:
        subprocess.run([*prefix, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("the superuser reads everything, and setpriv can't take that right away here")
    return Program(program.data_dir, prefix=prefix)


def test_a_folder_that_cannot_be_read(ordinary_program: Program, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir(mode=0o000)
    assert ordinary_program.error("index", secret, code=1) == "folder_denied"


def test_a_file_and_a_subfolder_that_cannot_be_read(
    ordinary_program: Program, photos: Path
) -> None:
    make_photo(photos / "secret" / "inner.jpg", seed=40)
    make_photo(photos / "locked.jpg", seed=41).chmod(0o000)
    (photos / "secret").chmod(0o000)
    report = ordinary_program.document("index", photos)
    assert (report["new"], report["failed"]) == (3, 1)
    secret, locked = photos / "secret", photos / "locked.jpg"
    for problems in (report["problems"], ordinary_program.document("problems")["problems"]):
        assert {(problem["path"], problem["code"]) for problem in problems} == {
            (str(secret), "denied"),
            (str(locked), "denied"),
        }
    secret.chmod(0o700)
    assert ordinary_program.document("index")["new"] == 1
    (problem,) = ordinary_program.document("problems")["problems"]
    assert problem["path"] == str(locked)


def test_a_root_that_cannot_be_read_any_more(ordinary_program: Program, photos: Path) -> None:
    ordinary_program.document("index", photos)
    photos.chmod(0o000)
    try:
        (problem,) = ordinary_program.document("index")["problems"]
        assert (problem["path"], problem["code"]) == (str(photos), "denied")
        assert "isn't allowed to read" in problem["reason"]
        status = ordinary_program.document("status")
        assert (status["ready"], status["offline"]) == (3, 3)
    finally:
        photos.chmod(0o700)
    assert ordinary_program.document("index")["problems"] == []


def test_a_data_folder_that_cannot_be_written(
    ordinary_program: Program, photos: Path, tmp_path: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    program = Program(closed / "data", prefix=ordinary_program.prefix)
    assert program.error("index", photos, code=1) == "catalog_denied"


def test_broken_empty_and_huge_pictures_stop_nothing(program: Program, photos: Path) -> None:
    whole = (photos / "photo 0.jpg").read_bytes()
    (photos / "empty.jpg").touch()
    (photos / "text.png").write_text("hello")
    (photos / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    # A GIF header that promises 65535 × 66601 pixels, in 44 bytes.
    (photos / "bomb.gif").write_bytes(
        b"GIF89a" + b"\xff\xff\xff\xff\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
        b"\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x4c\x01\x00\x3b"
    )
    (photos / "huge.bmp").write_bytes(bmp_header(3_000_000, 2_000_000))
    report = program.document("index", photos)
    problems = {Path(problem["path"]).name: problem["code"] for problem in report["problems"]}
    assert report["new"] >= 3
    assert set(problems) >= {"empty.jpg", "text.png", "bomb.gif", "huge.bmp"}
    assert problems["huge.bmp"] == "too_large"
    assert problems["bomb.gif"] == "too_large"
    assert report["new"] + report["failed"] == 8
    for problem in report["problems"]:
        assert problem["reason"].endswith((".", "!")) or " " in problem["reason"]
    # Known bad files are still listed, and only those tried again whose reason may have passed.
    again = program.document("index")
    assert again["failed"] == report["failed"]
    for problem in program.document("problems")["problems"]:
        assert problem["attempts"] == (2 if problem["code"] == "too_large" else 1)


def bmp_header(width: int, height: int) -> bytes:
    """The first 54 bytes of an uncompressed 24-bit BMP of that size."""
    return (
        b"BM"
        + (54).to_bytes(4, "little")
        + bytes(4)
        + (54).to_bytes(4, "little")
        + (40).to_bytes(4, "little")
        + width.to_bytes(4, "little")
        + height.to_bytes(4, "little")
        + (1).to_bytes(2, "little")
        + (24).to_bytes(2, "little")
        + bytes(24)
    )


def test_similar_to_what_is_no_picture_is_an_error(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, _ = library
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("not a picture")
    assert program.error("similar", tmp_path / "empty.jpg", code=1) == "unreadable"
    assert program.error("similar", tmp_path / "text.jpg", code=1) == "unsupported"
    assert program.error("similar", tmp_path / "missing.jpg", code=1) == "vanished"
    assert program.run("similar", tmp_path, "--json").code == 1


def test_files_that_vanish_while_they_are_indexed(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "vanishing"
    for seed in range(60):
        make_photo(folder / f"{seed:02}.jpg", seed=seed)
    process = program.start("index", folder)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("Indexing"):
            break
    for seed in range(0, 60, 2):
        (folder / f"{seed:02}.jpg").unlink()
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, (out, err)
    assert "Traceback" not in err
    report = program.document("index")
    assert report["unchanged"] == 30
    assert program.document("status")["ready"] == 30
    assert program.document("problems") == {"problems": []}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets any byte into a file name")
def test_names_that_are_not_utf8_and_very_long_names(program: Program, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9 \xff.jpg")
    long = "ภ" * 83 + ".jpg"  # 253 bytes
    control = "line\nbreak \x1b[31m.jpg"
    folder = tmp_path / os.fsdecode(b"fol\xe9der")
    for seed, name in enumerate((odd, long, control)):
        make_photo(tmp_path / f"{seed}.jpg", seed=seed).rename(folder_made(folder) / name)
    assert program.document("index", os.fsencode(folder))["new"] == 3
    done = program.run("search", "anything", "--json")
    assert "caf\\udce9 \\udcff.jpg" in done.out
    paths = {hit["path"] for hit in done.document()["hits"]}
    assert paths == {str(folder / name) for name in (odd, long, control)}
    assert all(Path(path).exists() for path in paths)
    for encoding in ("utf-8", "ascii"):
        said = Program(program.data_dir, environment={"PYTHONIOENCODING": encoding}).run(
            "search", "anything"
        )
        assert said.code == 0, said
        assert len(said.out.splitlines()) == 3
        assert "\x1b" not in said.out
    assert program.run("search", b"caf\xe9", "--json").code == 0
    assert program.run("index", b"/no/such/caf\xe9").code == 1


def folder_made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([""], "query_empty"),
        ([], "query_empty"),
        (["  \t "], "query_empty"),
        (["x" * 10_000], "query_too_long"),
        (["dogs", "--limit", "-1"], "usage"),
        (["dogs", "--limit", "many"], "usage"),
        (["dogs", "--limit"], "usage"),
    ],
)
def test_queries_that_cannot_be_answered(program: Program, words: list[str], code: str) -> None:
    assert program.error("search", *words, code=2) == code


def test_a_catalog_from_a_newer_version_is_left_alone(program: Program, photos: Path) -> None:
    import sqlite3

    program.document("index", photos)
    with sqlite3.connect(program.folders.catalog) as connection:
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " SELECT migration_set, 'm9999_from_the_future', applied_at"
            " FROM _sqlite_migrations LIMIT 1"
        )
    connection.close()
    before = program.folders.catalog.read_bytes()
    assert program.error("index", photos, code=1) == "catalog_too_new"
    assert program.error("search", "dogs", code=1) == "catalog_too_new"
    assert program.error("status", code=1) == "catalog_too_new"
    assert program.folders.catalog.read_bytes() == before


def test_a_damaged_catalog_is_said_to_be_one(program: Program, photos: Path) -> None:
    program.folders.ensure()
    program.folders.catalog.write_bytes(b"this is no database " * 1000)
    before = program.folders.catalog.read_bytes()
    assert program.error("status", code=1) == "catalog_corrupt"
    assert program.folders.catalog.read_bytes() == before
    # Indexing sets the damaged file aside and begins anew; nothing is lost that was not before.
    assert program.document("index", photos)["failed"] == 0
    assert program.document("status")["pending"] == 0
    assert program.folders.catalog.with_name("catalog.db.damaged").read_bytes() == before


def test_a_full_disk_loses_nothing(tmp_path: Path, photos: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small file system (root on Linux)")
    try:
        program = Program(disk / "data")
        for seed in range(100, 140):
            make_photo(photos / f"{seed}.jpg", size=(640, 480), seed=seed)
        done = program.run("index", photos, "--json")
        assert done.code == 1, done
        assert done.document()["error"]["code"] == "catalog_full"
        # Room again: it goes on where it was.
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        report = program.document("index", photos)
        assert report["failed"] == 0
        assert program.document("status")["ready"] == 43
    finally:
        subprocess.run(["umount", str(disk)], check=True)
