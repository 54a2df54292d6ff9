"""The command line with a real worker and real files: what it does and what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.e2e.program import PATIENCE_S, Program, snapshot
from tests.plugins.pictures import PhotoExif, make_photo

COLOURS = {"a": "red", "b": "blue", "c": "green", "d": "yellow", "e": "white", "f": "black"}
"""Drawn pictures by file name, which doesn't give the colour away."""


def draw(path: Path, colour: str) -> Path:
    """A ground of one colour with a few shapes in shades of it."""
    image = Image.new("RGB", (256, 192), colour)
    pen = ImageDraw.Draw(image)
    for step in range(4):
        box = (20 + 55 * step, 40, 60 + 55 * step, 150)
        shade = tuple(max(0, value - 12 * step) for value in image.getpixel((0, 0)))  # type: ignore[union-attr]
        pen.ellipse(box, fill=shade)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


@pytest.fixture
def program(data_dir: Path) -> Program:
    return Program(data_dir)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos."""
    folder = tmp_path / "photos"
    for seed in range(3):
        make_photo(folder / f"photo {seed}.jpg", seed=seed)
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Path]:
    """An indexed folder of drawn pictures, for tests that only read."""
    folder = tmp_path_factory.mktemp("drawn")
    for name, colour in COLOURS.items():
        draw(folder / f"{name}.png", colour)
    program = Program(tmp_path_factory.mktemp("library"))
    assert program.run("index", folder).code == 0
    return program, folder


def test_a_second_run_embeds_nothing(program: Program, photos: Path) -> None:
    (photos / "notes.txt").write_text("no photo")
    first = program.document("index", photos)
    assert (first["new"], first["unchanged"], first["ignored"]) == (3, 0, 1)
    assert first["images_per_s"] > 0
    second = program.document("index", photos)
    assert (second["new"], second["unchanged"], second["images_per_s"]) == (0, 3, 0)
    third = program.document("index")
    assert (third["new"], third["unchanged"]) == (0, 3)


def test_every_photo_is_counted_once_as_what_became_of_it(program: Program, photos: Path) -> None:
    program.document("index", photos)
    (photos / "photo 0.jpg").rename(photos / "renamed.jpg")
    make_photo(photos / "photo 1.jpg", seed=11)
    (photos / "photo 2.jpg").unlink()
    make_photo(photos / "fresh.jpg", seed=12)
    (photos / "fresh copy.jpg").write_bytes((photos / "fresh.jpg").read_bytes())
    (photos / "broken.jpg").write_bytes(b"not a picture")
    report = program.document("index")
    counts = {name: count for name, count in report.items() if isinstance(count, int)}
    assert counts == {
        "new": 1,
        "changed": 1,
        "unchanged": 0,
        "moved": 1,
        "copies": 1,
        "missing": 1,
        "failed": 1,
        "ignored": 0,
    }
    assert [Path(problem["path"]).name for problem in report["problems"]] == ["broken.jpg"]


@pytest.mark.parametrize("name", sorted(COLOURS))
def test_a_description_finds_its_picture(library: tuple[Program, Path], name: str) -> None:
    program, _ = library
    names = program.hit_names("search", "something", COLOURS[name])
    assert names[0] == f"{name}.png"


def test_a_search_document_has_the_promised_shape(library: tuple[Program, Path]) -> None:
    program, folder = library
    document = program.document("search", "something red", "--limit", "2")
    assert sorted(document) == ["elapsed_ms", "hits", "model", "query"]
    assert document["query"] == "something red"
    assert document["model"] == "basic"
    assert len(document["hits"]) == 2
    hit = document["hits"][0]
    assert sorted(hit) == ["path", "paths", "relevant", "score", "taken_at", "why"]
    assert hit["path"] == str(folder / "a.png")
    assert hit["paths"] == [str(folder / "a.png")]
    assert isinstance(hit["score"], float)
    assert isinstance(hit["relevant"], bool)
    assert sorted(hit["why"][0]) == ["kind", "score", "text"]
    scores = [hit["score"] for hit in document["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_a_file_is_found_by_its_name(library: tuple[Program, Path], photos: Path) -> None:
    program = Program(photos.parent / "data")
    make_photo(photos / "grandmother in Lisbon.jpg", seed=20)
    program.document("index", photos)
    hit = program.document("search", "Lisbon")["hits"][0]
    assert hit["path"].endswith("grandmother in Lisbon.jpg")
    assert "name" in {why["kind"] for why in hit["why"]}


@pytest.mark.parametrize("words", [["-red"], ["-red thing"], ["--", "--json"], ["-x", "-y", "z"]])
def test_a_query_may_begin_with_a_dash(library: tuple[Program, Path], words: list[str]) -> None:
    program, _ = library
    document = program.run("search", "--json", *words).document()
    assert document["query"] == " ".join(word for word in words if word != "--")
    assert len(document["hits"]) == len(COLOURS)


def test_similar_never_returns_the_picture_itself(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, folder = library
    names = program.hit_names("similar", folder / "a.png")
    assert sorted(names) == [f"{name}.png" for name in sorted(COLOURS) if name != "a"]
    copy = tmp_path / "elsewhere.png"
    copy.write_bytes((folder / "a.png").read_bytes())
    assert "a.png" not in program.hit_names("similar", copy)


def test_similar_takes_a_picture_that_is_not_indexed(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, _ = library
    outside = draw(tmp_path / "outside.png", "#f00808")
    document = program.document("similar", outside, "--limit", "1")
    assert Path(document["hits"][0]["path"]).name == "a.png"
    assert document["query"] == str(outside)


def test_status_counts_photos_and_folders(program: Program, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"not a picture")
    program.document("index", photos)
    (photos / "photo 2.jpg").unlink()
    program.document("index")
    assert program.document("status") == {
        "photos": 3,
        "ready": 2,
        "pending": 0,
        "failed": 1,
        "missing": 1,
        "offline": 0,
        "model": "basic",
        "folders": [{"path": str(photos), "state": "online", "photos": 2}],
    }
    said = program.run("status").out
    assert "built in" in said
    assert "far weaker than CLIP" in said
    assert "photofind problems" in said


def test_problems_say_which_file_and_why(program: Program, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"not a picture")
    assert program.document("index", photos)["failed"] == 1
    (problem,) = program.document("problems")["problems"]
    assert sorted(problem) == ["attempts", "code", "path", "reason"]
    assert problem["path"] == str(photos / "broken.jpg")
    assert problem["attempts"] == 1
    assert program.run("problems").out == f"{photos / 'broken.jpg'}: {problem['reason']}\n"


def test_folders_are_added_listed_and_removed(program: Program, photos: Path) -> None:
    listed = [{"path": str(photos), "state": "online", "photos": 3}]
    assert program.document("folders", "add", photos) == {"folders": listed}
    assert program.document("folders", "list") == {"folders": listed}
    assert program.document("folders", "remove", photos) == {"folders": []}
    assert program.document("search", "anything")["hits"] == []
    assert program.error("folders", "remove", photos, code=1) == "folder_unknown"
    # Adding it again embeds nothing.
    report = program.document("index", photos)
    assert (report["new"], report["images_per_s"]) == (0, 0)


def test_a_folder_out_of_reach_is_offline_and_still_searched(
    program: Program, photos: Path
) -> None:
    program.document("index", photos)
    away = photos.rename(photos.with_name("away"))
    status = program.document("status")
    assert status["folders"] == [{"path": str(photos), "state": "offline", "photos": 3}]
    assert (status["offline"], status["missing"]) == (3, 0)
    program.document("index")
    assert len(program.document("search", "anything")["hits"]) == 3
    away.rename(photos)
    assert program.document("index")["unchanged"] == 3


def test_dates_are_wall_time_with_the_offset_only_if_known(program: Program, photos: Path) -> None:
    taken = datetime(2019, 3, 21, 11, 4, 22)  # noqa: DTZ001 (wall time)
    make_photo(photos / "plain.jpg", seed=30, exif=PhotoExif(taken=taken))
    make_photo(photos / "zoned.jpg", seed=31, exif=PhotoExif(taken=taken, offset="-08:00"))
    program.document("index", photos)
    hits = program.document("search", "anything")["hits"]
    dates = {Path(hit["path"]).name: hit["taken_at"] for hit in hits}
    assert dates["plain.jpg"] == "2019-03-21T11:04:22"
    assert dates["zoned.jpg"] == "2019-03-21T11:04:22-08:00"


def test_a_photo_in_several_places_is_one_hit_with_several_paths(
    program: Program, photos: Path
) -> None:
    (photos / "copy.jpg").write_bytes((photos / "photo 0.jpg").read_bytes())
    assert program.document("index", photos)["copies"] == 1
    hits = program.document("search", "anything")["hits"]
    assert len(hits) == 3
    both = {str(photos / "copy.jpg"), str(photos / "photo 0.jpg")}
    (hit,) = [hit for hit in hits if len(hit["paths"]) == 2]
    assert set(hit["paths"]) == both
    assert hit["path"] in both


def test_captions_are_evaluated_and_odd_lines_skipped(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, _ = library
    captions = tmp_path / "captions.tsv"
    lines = [f"{name}.png\tsomething {colour}" for name, colour in COLOURS.items()]
    captions.write_text("\n".join([*lines, "no tab", "unknown.png\ta cat", ""]), encoding="utf-8")
    report = program.document("eval", captions)
    assert sorted(report) == sorted(
        ["images", "queries", "skipped", "R@1", "R@5", "R@10", "median_rank", "mean_ms"]
    )
    assert (report["images"], report["queries"], report["skipped"]) == (6, 6, 2)
    assert report["R@1"] == report["R@10"] == 1.0
    assert report["median_rank"] == 1
    assert "R@1   1.000" in program.run("eval", captions).out
    assert program.error("eval", tmp_path / "none.tsv", code=1)


def test_the_built_in_model_keeps_its_scores(data_dir: Path, fixtures_dir: Path) -> None:
    program = Program(data_dir)
    photos = fixtures_dir / "coco-ccby"
    assert program.document("index", photos)["new"] == 51
    report = program.document("eval", photos / "captions.tsv")
    assert (report["images"], report["queries"], report["skipped"]) == (51, 255, 0)
    assert report["R@1"] >= 0.594
    assert report["R@5"] >= 0.943
    assert report["R@10"] >= 0.959


def test_global_options_stand_before_or_after(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, _ = library
    elsewhere = Program(tmp_path / "unused")
    data_dir = str(program.data_dir)
    for words in (
        ["--json", "--data-dir", data_dir, "status"],
        ["status", "--json", f"--data-dir={data_dir}"],
    ):
        assert elsewhere.run(*words).document()["photos"] == len(COLOURS)
    assert not (tmp_path / "unused").exists()


def test_a_folder_named_like_a_command(program: Program, tmp_path: Path) -> None:
    make_photo(tmp_path / "index" / "a.jpg")
    done = program.run("index", "./index", "--json", cwd=tmp_path)
    assert done.document()["new"] == 1


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["problems"],
        ["folders", "list"],
        ["search", "dogs"],
        ["--version"],
        ["--help"],
        ["search", ""],
        ["index", "/no/such/folder"],
        ["eval", "/no/such/file.tsv"],
        ["similar", "/no/such/file.jpg"],
        ["folders"],
        ["status", "--bogus"],
        ["bogus"],
    ],
)
def test_with_json_standard_output_is_one_document(program: Program, words: list[str]) -> None:
    program.run(*words, "--json").document()


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["problems"],
        ["folders", "list"],
        ["search", "dogs"],
        ["similar", "PICTURE"],
        ["eval", "CAPTIONS"],
        ["index"],
    ],
)
def test_looking_creates_no_files(program: Program, tmp_path: Path, words: list[str]) -> None:
    stand_ins = {
        "PICTURE": str(make_photo(tmp_path / "a.jpg")),
        "CAPTIONS": str(tmp_path / "captions.tsv"),
    }
    (tmp_path / "captions.tsv").write_text("a.jpg\ta cat\n", encoding="utf-8")
    done = program.run(*(stand_ins.get(word, word) for word in words))
    assert done.code == (1 if words == ["index"] else 0), done
    assert not program.data_dir.exists()


def test_looking_works_while_somebody_else_writes(
    program: Program, photos: Path, held_lock: object
) -> None:
    assert program.document("status")["photos"] == 0
    assert program.document("search", "dogs")["hits"] == []
    done = program.run("index", photos, "--json")
    assert (done.code, done.document()["error"]["code"]) == (1, "catalog_locked")


@pytest.fixture
def held_lock(program: Program) -> object:
    """The catalog's lock in other hands."""
    import filelock

    program.folders.ensure()
    lock = filelock.FileLock(program.folders.lock)
    with lock:
        yield lock


def test_two_writers_at_once_share_one_worker(program: Program, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for number, folder in enumerate(folders):
        for seed in range(8):
            make_photo(folder / f"{seed}.jpg", seed=100 * number + seed)
    running = [program.start("index", folder, "--json") for folder in folders]
    for process in running:
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, (out, err)
        assert err == ""
    status = program.document("status")
    assert (status["ready"], status["pending"]) == (16, 0)


# Bad input.


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
    assert [problem["code"] for problem in report["problems"]] == ["denied"]
    (photos / "secret").chmod(0o700)


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
    # Known bad files are not tried again by themselves, and still listed.
    again = program.document("index")
    assert again["failed"] == report["failed"]
    assert {p["attempts"] for p in program.document("problems")["problems"]} == {1}


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
        (["dogs", "--limit", "0"], "usage"),
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
    assert program.error("index", photos, code=1) == "catalog_corrupt"
    assert program.folders.catalog.read_bytes() == before


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


# Leaving early.


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


def test_photofinds_own_files_are_private(program: Program, photos: Path) -> None:
    program.document("index", photos)
    if os.name == "nt":
        pytest.skip("Windows keeps a person's folders private by other means")
    for path in (program.data_dir, *program.data_dir.rglob("*")):
        allowed = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == allowed, path


def test_logs_hold_no_queries(program: Program, photos: Path) -> None:
    program.document("index", photos)
    program.document("search", "a very private query")
    logs = "".join(path.read_text() for path in program.folders.logs.iterdir())
    assert "private" not in logs
