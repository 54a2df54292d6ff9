"""What people leave out by patterns, in a walk and of what is indexed already."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from photofind.media.patterns import (
    IGNORE_FILE_NAME,
    ExclusionRules,
    pattern_below,
    pattern_for,
    pattern_problem,
)
from photofind.media.scan import FolderScan

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX names")


def _touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def _ignore(folder: Path, *lines: str) -> None:
    (folder / IGNORE_FILE_NAME).write_text("\n".join(lines), encoding="utf-8")


def _names(root: Path, *exclude: str) -> set[str]:
    scan = FolderScan(root, exclude=exclude)
    return {os.fsdecode(file.rel_path).replace(os.sep, "/") for file in scan}


_TREE = ("a.jpg", "b.png", "raw/c.jpg", "raw/d.png", "sub/raw/e.jpg", "sub/f.jpg", "sub/keep.png")


@pytest.mark.parametrize(
    ("lines", "left_out"),
    [
        (["*.png"], {"b.png", "raw/d.png", "sub/keep.png"}),
        (["*.png", "!keep.png"], {"b.png", "raw/d.png"}),
        (["raw/"], {"raw/c.jpg", "raw/d.png", "sub/raw/e.jpg"}),
        (["/raw/"], {"raw/c.jpg", "raw/d.png"}),
        (["raw/", "!raw/c.jpg"], {"raw/c.jpg", "raw/d.png", "sub/raw/e.jpg"}),
        (["sub/**"], {"sub/raw/e.jpg", "sub/f.jpg", "sub/keep.png"}),
        (["*", "!a.jpg"], set(_TREE) - {"a.jpg"}),
        (["# *.png", "", "  "], set()),
        (["!", "[", "*.png"], {"b.png", "raw/d.png", "sub/keep.png"}),
    ],
)
def test_patterns_in_a_file_or_in_the_settings(
    tmp_path: Path, lines: list[str], left_out: set[str]
) -> None:
    _touch(tmp_path, *_TREE)
    assert _names(tmp_path, *lines) == set(_TREE) - left_out
    rules = ExclusionRules(lines)
    indexed = {name for name in _TREE if rules.is_excluded(os.fsencode(name.replace("/", os.sep)))}
    assert indexed == left_out
    _ignore(tmp_path, *lines)
    assert _names(tmp_path) == set(_TREE) - left_out


def test_patterns_are_matched_in_linear_time() -> None:
    """With backtracking, this takes longer than the universe is old."""
    rules = ExclusionRules(["*a" * 12 + "b"])
    assert not rules.is_excluded(b"a" * 200)
    assert rules.is_excluded(b"a" * 200 + b"b")


@posix_only
def test_patterns_hold_for_names_that_are_no_text() -> None:
    rules = ExclusionRules(["*.png", pattern_for(b"caf\xe9.jpg", is_folder=False)])
    assert rules.is_excluded(b"caf\xe9.png")
    assert rules.is_excluded(b"caf\xe9.jpg")
    assert not rules.is_excluded(b"caf\xe8.jpg")


@pytest.mark.parametrize(
    "text",
    ["*.png\n" * 5_001, "x" * 1_001, "#" * (1 << 20) + "\n*.png"],
    ids=["many", "long", "large"],
)
def test_more_patterns_than_anybody_writes_are_a_problem(tmp_path: Path, text: str) -> None:
    _touch(tmp_path, "a.jpg", "sub/b.jpg")
    _ignore(tmp_path / "sub", text)
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"a.jpg"]
    (problem,) = scan.folder_problems
    assert problem.rel_path == b"sub"
    assert "Shorten it" in str(problem.reason)


@posix_only
def test_an_ignore_file_that_is_none_keeps_nobody_waiting(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / IGNORE_FILE_NAME)
    assert _names(tmp_path) == {"a.jpg"}


def test_a_deeper_file_outranks_those_above(tmp_path: Path) -> None:
    _touch(tmp_path, *_TREE)
    _ignore(tmp_path, "*.png")
    _ignore(tmp_path / "sub", "!*.png", "/f.jpg")
    assert _names(tmp_path) == {"a.jpg", "raw/c.jpg", "sub/raw/e.jpg", "sub/keep.png"}


def test_settings_outrank_files(tmp_path: Path) -> None:
    _touch(tmp_path, *_TREE)
    _ignore(tmp_path, "*.png", "*.jpg")
    assert _names(tmp_path, "!a.jpg", "!*.png", "d.*") == {"a.jpg", "b.png", "sub/keep.png"}


def test_what_is_left_out_is_counted_once(tmp_path: Path) -> None:
    _touch(tmp_path, *_TREE)
    scan = FolderScan(tmp_path, exclude=["raw/", "a.jpg"])
    assert len(list(scan)) == 3
    assert (scan.counts.excluded, scan.counts.ignored) == (3, 0)  # two folders and a file


def test_parts_of_a_root_keep_to_the_rules_above_them(tmp_path: Path) -> None:
    _touch(tmp_path, *_TREE)
    _ignore(tmp_path, "raw/")
    _ignore(tmp_path / "sub", "*.png")

    def parts(*names: str) -> set[bytes]:
        return {file.rel_path for file in FolderScan(tmp_path, [os.fsencode(n) for n in names])}

    assert parts("raw") == set()
    assert parts(str(Path("raw", "c.jpg"))) == set()
    assert parts(str(Path("sub", "raw", "e.jpg")), str(Path("sub", "keep.png"))) == set()
    assert parts(str(Path("sub", "f.jpg"))) == {os.fsencode(str(Path("sub", "f.jpg")))}
    assert parts("a.jpg", "sub") == {b"a.jpg", os.fsencode(str(Path("sub", "f.jpg")))}


def test_the_rules_a_scan_met_serve_for_what_is_indexed_already(tmp_path: Path) -> None:
    _touch(tmp_path, *_TREE)
    _ignore(tmp_path / "sub", "*.png")
    scan = FolderScan(tmp_path, exclude=["/raw/"])
    list(scan)
    assert scan.rules.is_excluded(os.fsencode(str(Path("sub", "old.png"))))
    assert scan.rules.is_excluded(os.fsencode(str(Path("raw", "old.jpg"))))
    assert not scan.rules.is_excluded(b"old.png")


@pytest.mark.parametrize(
    ("rel_path", "expected"),
    [(b"a.jpg", False), (b".hidden.jpg", True), (b"._a.jpg", True), (b"@eaDir/a.jpg", True),
     (b"x/.cache/a.jpg", True), (b"x/Some.app/a.jpg", True), (b"x/y/a.jpg", False)],
)  # fmt: skip
def test_names_that_are_always_left_out(rel_path: bytes, expected: bool) -> None:
    rel_path = rel_path.replace(b"/", os.sep.encode())
    assert ExclusionRules().is_excluded(rel_path) is expected


@posix_only
@pytest.mark.parametrize(
    "name",
    [
        "plain",
        "with space ",
        "st*r",
        "wh?t",
        "[x]",
        "!bang",
        "#hash",
        "back\\slash",
        "ไทย",
        "caf\udce9",
    ],
)
def test_a_pattern_for_exactly_one(name: str) -> None:
    other = name[:1] + "_" + name[1:]
    folder = ExclusionRules([pattern_for(os.fsencode(f"a/{name}"), is_folder=True)])
    assert folder.is_excluded(os.fsencode(f"a/{name}/x.jpg"))
    assert not folder.is_excluded(os.fsencode(f"a/{other}/x.jpg"))
    assert not folder.is_excluded(os.fsencode(f"b/a/{name}/x.jpg"))
    file = ExclusionRules([pattern_for(os.fsencode(f"a/{name}"), is_folder=False)])
    assert file.is_excluded(os.fsencode(f"a/{name}"))
    assert not file.is_excluded(os.fsencode(f"a/{other}"))


@posix_only
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX permissions")
def test_rules_that_cannot_be_read_leave_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "a.jpg", "private/b.jpg")

    def refuse(folder: str, **_: bool) -> str | None:
        if folder.endswith("private"):
            raise PermissionError(13, "denied")
        return None

    monkeypatch.setattr("photofind.media.scan.read_ignore_file", refuse)
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"a.jpg"]
    assert scan.unreadable == (b"private",)
    part = FolderScan(tmp_path, [b"private/b.jpg"])
    assert list(part) == []
    assert part.unreadable == (b"private",)


@pytest.mark.parametrize("place", ["", "private"])
def test_rules_that_lie_in_a_cloud_are_not_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    _touch(tmp_path, "a.jpg", "private/b.jpg", "private/c.png")
    rules = tmp_path / place / IGNORE_FILE_NAME
    rules.write_text("*.png\n")
    away = rules.stat().st_ino
    monkeypatch.setattr(
        "photofind.media.patterns.is_status_online_only", lambda status: status.st_ino == away
    )
    scan = FolderScan(tmp_path)
    # What they leave out isn't known, so nothing comes in, and what is known stays as it was.
    assert [file.rel_path for file in scan] == ([b"a.jpg"] if place else [])
    assert scan.unreadable == (place.encode(),)
    (problem,) = scan.folder_problems
    assert "is online-only. Have that file downloaded" in str(problem.reason)
    assert {file.rel_path for file in FolderScan(tmp_path, include_online_only=True)} == {
        b"a.jpg",
        b"private/b.jpg",
    }


def test_odd_ignore_files(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "b/b.jpg", "c/c.jpg")
    (tmp_path / IGNORE_FILE_NAME).write_bytes(b"\xef\xbb\xbfa.jpg\r\n\xff\xfe*\r\n")
    (tmp_path / "b" / IGNORE_FILE_NAME).mkdir()
    assert _names(tmp_path) == {"b/b.jpg", "c/c.jpg"}


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*.png", b"sub/deep/a.png", b"a.png"),
        ("/*.png", b"sub/a.png", b"sub/deep/a.png"),
        ("shots/", b"sub/x/shots/a.jpg", b"shots/a.jpg"),
        ("x/shots/", b"sub/x/shots/a.jpg", b"sub/y/x/shots/a.jpg"),
    ],
)
def test_a_folder_s_pattern_means_the_same_from_above(
    pattern: str, inside: bytes, outside: bytes
) -> None:
    rules = ExclusionRules([pattern_below(pattern, b"sub")])
    assert rules.is_excluded(inside)
    assert not rules.is_excluded(outside)


def test_an_exception_stays_one_from_above() -> None:
    rules = ExclusionRules(["*.png", pattern_below("!keep.png", b"s*b")])
    assert not rules.is_excluded(b"s*b/keep.png")
    assert rules.is_excluded(b"sub/keep.png")


@pytest.mark.parametrize("pattern", ["", "  ", "# a remark", "a\nb", "x" * 1_001, "!"])
def test_what_is_no_pattern_is_explained(pattern: str) -> None:
    problem = pattern_problem(pattern)
    assert problem is not None
    assert str(problem).endswith((".", "/"))


@pytest.mark.parametrize("pattern", ["*.png", "Screenshots/", "/a b/", "!keep.jpg", "été/**"])
def test_patterns(pattern: str) -> None:
    assert pattern_problem(pattern) is None
