"""The command line with a real worker and real files: what it does and what it says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.drawn import COLOURS, draw
from tests.e2e.program import Program
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import PhotoExif, make_photo


def folder_document(path: Path, state: str, photos: int) -> dict[str, object]:
    """A folder as documents have it, when nothing was said about it."""
    return {
        "path": str(path),
        "state": state,
        "photos": photos,
        "videos": 0,
        "online_only": 0,
        "includes_online_only": False,
        "unwatched": 0,
        "exclusions": [],
    }


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
        "videos": 0,
        "online_only": 0,
        "excluded": 0,
        "unfinished": 0,
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
    assert sorted(document) == [
        "elapsed_ms",
        "hits",
        "model",
        "query",
        "relevant_total",
        "remarks",
        "total",
        "understood",
    ]
    assert document["query"] == "something red"
    assert document["model"] == "basic"
    assert len(document["hits"]) == 2
    hit = document["hits"][0]
    assert sorted(hit) == ["parts", "path", "paths", "relevant", "score", "taken_at", "why"]
    assert hit["path"] == str(folder / "a.png")
    assert hit["paths"] == [str(folder / "a.png")]
    assert isinstance(hit["score"], float)
    assert isinstance(hit["relevant"], bool)
    assert sorted(hit["why"][0]) == ["kind", "region", "score", "text"]
    scores = [hit["score"] for hit in document["hits"]]
    assert scores == sorted(scores, reverse=True)


def test_a_query_is_explained(library: tuple[Program, Path]) -> None:
    program, _ = library
    explained = program.document("explain", "red", "-people", "ext:png")
    (alternative,) = explained["readings"][0]["alternatives"]
    assert alternative["filters"] == [{"filter": "ext:png", "photos": len(COLOURS)}]
    assert [part["words"] for part in alternative["without"]] == ["people"]


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
    assert 0 < len(document["hits"]) <= len(COLOURS)


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


def test_similar_compares_a_part_of_a_picture(
    library: tuple[Program, Path], tmp_path: Path
) -> None:
    program, folder = library
    colours = sorted(COLOURS)
    with Image.open(folder / f"{colours[0]}.png") as left:
        both = Image.new("RGB", (2 * left.width, left.height))
        both.paste(left, (0, 0))
    with Image.open(folder / f"{colours[1]}.png") as right:
        both.paste(right, (both.width // 2, 0))
    both.save(tmp_path / "both.png")
    for box, name in (("0,0,0.5,1", colours[0]), ("0.5,0,0.5,1", colours[1])):
        document = program.document("similar", tmp_path / "both.png", "--box", box)
        assert Path(document["hits"][0]["path"]).name == f"{name}.png"
        assert document["hits"][0]["why"][0]["region"] is None
    # A picture is not among what looks like a part of it.
    assert f"{colours[0]}.png" not in program.hit_names(
        "similar", folder / f"{colours[0]}.png", "--box", "0,0,0.5,0.5"
    )
    assert program.error("similar", tmp_path / "both.png", "--box", "0,0,2,2", code=2)


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
        "forgotten": 0,
        "refining": 0,
        "preview_only": 0,
        "by_name_only": 0,
        "paused": False,
        "model": "basic",
        "videos": 0,
        "online_only": 0,
        "folders": [folder_document(photos, "online", 2)],
    }
    said = program.run("status").out
    assert "built in" in said
    assert "far weaker than CLIP" in said
    assert "photofind problems" in said


def test_problems_say_which_file_and_why(program: Program, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"not a picture")
    assert program.document("index", photos)["failed"] == 1
    (problem,) = program.document("problems")["problems"]
    assert sorted(problem) == ["attempts", "code", "path", "question", "reason", "tried"]
    assert problem["path"] == str(photos / "broken.jpg")
    assert problem["attempts"] == 1
    assert (problem["tried"], problem["question"]) == ("index", None)
    assert program.run("problems").out == f"{photos / 'broken.jpg'}: {problem['reason']}\n"


def test_folders_are_added_listed_and_removed(program: Program, photos: Path) -> None:
    listed = [folder_document(photos, "online", 3)]
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
    assert status["folders"] == [folder_document(photos, "offline", 3)]
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


def test_info_tells_all_that_is_known_of_a_photo(program: Program, tmp_path: Path) -> None:
    exif = PhotoExif(
        taken=datetime(2019, 3, 21, 11, 4, 22),  # noqa: DTZ001 (wall time)
        offset="-05:00",
        make="Canon",
        model="Canon EOS 5D",
        latitude=41.2203,
        longitude=-96.0716,
    )
    path = make_photo(tmp_path / "photos" / "a.jpg", exif=exif)
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    program.document("index", path.parent)
    known = program.document("info", path)
    assert known["path"] == str(path)
    assert known["taken_at"] == "2019-03-21T11:04:22-05:00"
    assert known["taken_source"] == "exif_original"
    assert known["camera"] == "Canon EOS 5D"
    assert known["latitude"] == pytest.approx(41.2203, abs=1e-4)
    assert known["longitude"] == pytest.approx(-96.0716, abs=1e-4)
    assert (known["width"], known["height"], known["rating"]) == (320, 240, None)
    assert (known["captions"], known["answers"], known["text"]) == ([], [], None)
    lines = program.run("info", str(path)).out.splitlines()
    assert "taken        2019-03-21 11:04:22-05:00" in lines
    assert "camera       Canon EOS 5D" in lines
    assert program.error("info", path.parent / "broken.jpg", code=1) == "unsupported"
    assert program.error("info", tmp_path / "other.jpg", code=1) == "not_indexed"
