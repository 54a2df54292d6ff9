"""The walk through a folder."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest

from photofind.domain import MediaCode
from photofind.media import scan as scan_module
from photofind.media.scan import FolderScan, ScannedFile

posix_only = pytest.mark.skipif(os.name != "posix", reason="POSIX file kinds")


def _touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def _names(root: Path) -> set[str]:
    return {os.fsdecode(file.rel_path).replace(os.sep, "/") for file in FolderScan(root)}


def test_finds_photos_at_any_depth_whatever_the_case(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "b/c.PNG", "b/d/e/f.HeIc", "b/notes.txt", "film.mov")
    scan = FolderScan(tmp_path)
    assert {os.fsdecode(file.rel_path) for file in scan} == {
        "a.jpg",
        str(Path("b", "c.PNG")),
        str(Path("b", "d", "e", "f.HeIc")),
    }
    assert scan.counts.ignored == 2
    assert scan.unreadable == ()
    assert scan.problems == []


def test_tells_size_and_date(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"12345")
    os.utime(path, ns=(1, 1_700_000_000_123_456_700))
    ctime_ns = None if os.name == "nt" else path.stat().st_ctime_ns
    assert list(FolderScan(tmp_path)) == [
        ScannedFile(b"a.jpg", 5, path.stat().st_mtime_ns, ctime_ns=ctime_ns)
    ]


def test_a_file_or_folder_that_goes_while_its_folder_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "a.jpg", "b/c.jpg", "d.jpg")
    (tmp_path / "nowhere.jpg").symlink_to("nothing")
    listed = os.scandir

    def then_moved(path: str) -> object:
        with listed(path) as entries:
            found = list(entries)
        if path == str(tmp_path):
            (tmp_path / "a.jpg").rename(tmp_path / "z.jpg")
            (tmp_path / "b").rename(tmp_path / "y")
        return contextlib.nullcontext(iter(found))

    monkeypatch.setattr(os, "scandir", then_moved)
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"d.jpg"]
    assert sorted(scan.vanished) == [b"a.jpg", b"b"]
    assert scan.counts.ignored == 1


def test_an_empty_folder(tmp_path: Path) -> None:
    assert _names(tmp_path) == set()


def test_leaves_out_what_is_hidden_trash_cache_or_a_bundle(tmp_path: Path) -> None:
    _touch(
        tmp_path,
        "keep.jpg",
        "._keep.jpg",
        ".hidden.jpg",
        ".thumbnails/a.jpg",
        ".Trash-1000/files/b.jpg",
        "$RECYCLE.BIN/c.jpg",
        "System Volume Information/d.jpg",
        "@eaDir/e.jpg",
        "Photos Library.photoslibrary/originals/f.heic",
        "Catalog Previews.lrdata/g.jpg",
        "Some.app/Contents/h.png",
        "sub/Thumbs.db",
    )
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"keep.jpg"]
    assert scan.counts.ignored == 3  # the two hidden files and Thumbs.db


def test_a_hidden_root_is_walked_when_it_was_asked_for(tmp_path: Path) -> None:
    _touch(tmp_path, ".stash/a.jpg")
    assert _names(tmp_path / ".stash") == {"a.jpg"}


def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _touch(root, "sub/a.jpg")
    _touch(tmp_path, "outside/b.jpg")
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "sub" / "up").symlink_to("..", target_is_directory=True)
    (root / "other").symlink_to(tmp_path / "outside", target_is_directory=True)
    (root / "folder.jpg").symlink_to(tmp_path / "outside", target_is_directory=True)
    (root / "file.jpg").symlink_to(tmp_path / "outside" / "b.jpg")
    assert _names(root) == {"sub/a.jpg", "file.jpg"}


def test_links_that_lead_nowhere_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to("nothing.jpg")
    (tmp_path / "self.jpg").symlink_to("self.jpg")
    scan = FolderScan(tmp_path)
    assert list(scan) == []
    assert scan.counts.ignored == 2
    assert scan.problems == []


def test_a_root_that_is_a_link_is_walked(tmp_path: Path) -> None:
    _touch(tmp_path, "real/a.jpg")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert _names(tmp_path / "link") == {"a.jpg"}


@posix_only
def test_only_regular_files_count(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.jpg")
    (tmp_path / "link.jpg").symlink_to("fifo.jpg")
    (tmp_path / "dir.jpg").mkdir()
    _touch(tmp_path, "dir.jpg/inside.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.jpg"))
        scan = FolderScan(tmp_path)
        assert [file.rel_path for file in scan] == [b"dir.jpg/inside.jpg"]
        assert scan.counts.ignored == 3


def test_links_that_lead_to_each_other_are_no_photos(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to("b.jpg")
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    scan = FolderScan(tmp_path)
    assert list(scan) == []
    assert (scan.counts.ignored, scan.problems) == (2, [])


@pytest.mark.skipif(os.name != "posix" or os.uname().sysname == "Darwin", reason="bytes as names")
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    name = b"caf\xe9\xff.jpg"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb"):  # noqa: PTH118, PTH123
        pass
    (found,) = FolderScan(tmp_path)
    assert found.rel_path == name
    assert (tmp_path / os.fsdecode(found.rel_path)).exists()


def test_names_as_long_as_the_system_allows(tmp_path: Path) -> None:
    name = "n" * 251 + ".jpg"
    _touch(tmp_path, name)
    assert _names(tmp_path) == {name}


@posix_only
def test_trees_deeper_than_a_path_may_be_long(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg")
    # os.open with dir_fd, since no path reaches the bottom
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        for _ in range(30):
            os.mkdir("d" * 200, dir_fd=descriptor)
            below = os.open("d" * 200, os.O_RDONLY, dir_fd=descriptor)
            os.close(os.open("x.jpg", os.O_CREAT | os.O_WRONLY, dir_fd=below))
            os.close(descriptor)
            descriptor = below
    finally:
        os.close(descriptor)
    scan = FolderScan(tmp_path)
    found = list(scan)
    assert 1 < len(found) < 31
    assert len(scan.unreadable) == 1
    assert scan.unreadable[0].endswith(b"d" * 200)


@posix_only
def test_a_file_whose_path_is_too_long_is_a_problem(tmp_path: Path) -> None:
    folder = tmp_path
    while len(os.fsencode(folder)) < 4096 - 200:
        folder /= "d" * 150
        folder.mkdir()
    descriptor = os.open(folder, os.O_RDONLY)
    name = "x" * 240 + ".jpg"
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=descriptor))
    os.close(descriptor)
    scan = FolderScan(tmp_path)
    assert list(scan) == []
    (problem,) = scan.problems
    assert problem.rel_path.endswith(os.fsencode(name))
    assert problem.code is MediaCode.UNREADABLE
    assert "too long" in str(problem.reason)


class _Refusing:
    """os.scandir, refusing one folder at its beginning or in its middle."""

    def __init__(self, name: str, error: OSError, after: int = 0) -> None:
        self._name, self._error, self._after = name, error, after

    def __call__(self, path: str) -> object:
        entries = os.scandir(path)
        if not path.endswith(self._name):
            return entries
        if not self._after:
            entries.close()
            raise self._error
        return _Breaking(entries, self._error, self._after)


class _Breaking:
    def __init__(self, entries: object, error: OSError, after: int) -> None:
        self._entries, self._error, self._left = entries, error, after

    def __enter__(self) -> _Breaking:
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()  # type: ignore[attr-defined]

    def __iter__(self) -> _Breaking:
        return self

    def __next__(self) -> object:
        if not self._left:
            raise self._error
        self._left -= 1
        return next(self._entries)  # type: ignore[call-overload]


def _refuse(monkeypatch: pytest.MonkeyPatch, refusing: _Refusing) -> None:
    fake = type("os", (), {**vars(os), "scandir": staticmethod(refusing)})
    monkeypatch.setattr(scan_module, "os", fake)


def test_a_subfolder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "a.jpg", "sub/deep/b.jpg", "sub/c.jpg")
    _refuse(monkeypatch, _Refusing("deep", PermissionError(13, "denied")))
    scan = FolderScan(tmp_path)
    assert {file.rel_path for file in scan} == {b"a.jpg", os.fsencode(str(Path("sub", "c.jpg")))}
    assert scan.unreadable == (os.fsencode(str(Path("sub", "deep"))),)
    (problem,) = scan.folder_problems
    assert (problem.rel_path, problem.code) == (scan.unreadable[0], MediaCode.DENIED)
    assert "deep" in str(problem.reason)


def test_a_listing_that_breaks_off_is_unreadable_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "sub/a.jpg", "sub/b.jpg", "sub/c.jpg")
    _refuse(monkeypatch, _Refusing("sub", OSError(5, "I/O error"), after=2))
    scan = FolderScan(tmp_path)
    assert len(list(scan)) == 2
    assert scan.unreadable == (b"sub",)


def test_a_subfolder_deleted_meanwhile_is_gone_not_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _touch(tmp_path, "a.jpg", "sub/b.jpg")
    _refuse(monkeypatch, _Refusing("sub", FileNotFoundError(2, "gone")))
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"a.jpg"]
    assert scan.unreadable == ()


def test_a_root_that_is_gone_is_unreadable(tmp_path: Path) -> None:
    scan = FolderScan(tmp_path / "gone")
    assert list(scan) == []
    assert scan.unreadable == (b"",)


def test_a_walk_left_early_holds_no_folder_open(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "b.jpg")
    files = iter(FolderScan(tmp_path))
    next(files)
    del files  # an unclosed listing would be a ResourceWarning, an error in these tests


def test_nothing_is_opened_or_touched(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg")
    before = (tmp_path / "a.jpg").stat()
    assert _names(tmp_path) == {"a.jpg"}
    after = (tmp_path / "a.jpg").stat()
    assert (after.st_atime_ns, after.st_mtime_ns) == (before.st_atime_ns, before.st_mtime_ns)


def test_videos_are_counted_by_their_kind(tmp_path: Path) -> None:
    _touch(tmp_path, "a.mov", "b.MOV", "sub/c.mp4", ".hidden.mp4", "d.jpg", "e.txt")
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"d.jpg"]
    assert scan.counts.videos == 3
    assert scan.counts.ignored == 5


def _parts(root: Path, *parts: str) -> set[str]:
    scan = FolderScan(root, [os.fsencode(str(Path(part))) for part in parts])
    return {os.fsdecode(file.rel_path).replace(os.sep, "/") for file in scan}


def test_parts_of_a_root(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "b.jpg", "sub/c.jpg", "sub/d.jpg", "sub/deep/e.jpg", "other/f.jpg")
    assert _parts(tmp_path, "a.jpg") == {"a.jpg"}
    assert _parts(tmp_path, "sub") == {"sub/c.jpg", "sub/d.jpg", "sub/deep/e.jpg"}
    assert _parts(tmp_path, "sub/c.jpg", "other") == {"sub/c.jpg", "other/f.jpg"}
    assert _parts(tmp_path, "sub/deep", "none", "none/g.jpg", "a.jpg/x.jpg") == {"sub/deep/e.jpg"}
    assert _parts(tmp_path) == set()


def test_parts_that_a_walk_would_not_come_to(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _touch(root, "sub/a.jpg", ".hidden/b.jpg", "x.app/y/c.jpg", "keep/d.jpg")
    _touch(tmp_path, "outside/deep/e.jpg")
    (root / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    (root / "loop").symlink_to(root, target_is_directory=True)
    everything = _names(root)
    for part in ("link/deep/e.jpg", "link/deep", "link", "loop/sub/a.jpg", "loop/loop/sub",
                 ".hidden/b.jpg", "x.app/y", "x.app/y/c.jpg", "../outside/deep/e.jpg"):  # fmt: skip
        assert _parts(root, part) == set(), part
    assert everything == {"sub/a.jpg", "keep/d.jpg"}
    assert _parts(root, "loop/sub", "keep/d.jpg") == {"keep/d.jpg"}


@posix_only
def test_a_part_deeper_than_anything(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg")
    part = str(Path(*["d"] * 3_000, "x.jpg")).encode()
    scan = FolderScan(tmp_path, [part, b"a.jpg"])
    assert [file.rel_path for file in scan] == [b"a.jpg"]
