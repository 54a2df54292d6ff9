"""Files in a cloud, by made-up stats: no test machine has them."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from photofind.domain import PhotofindError
from photofind.media import online_only
from photofind.media.files import times_of
from photofind.media.online_only import (
    SF_DATALESS,
    is_online_only,
    is_status_online_only,
    lies_online_only,
    may_open,
    placeholder_target,
    refuse_download,
)
from photofind.media.scan import FolderScan, ScannedFile

if TYPE_CHECKING:
    from pathlib import Path

_HIDDEN, _ARCHIVE, _SPARSE, _REPARSE, _PINNED, _UNPINNED = (
    0x2, 0x20, 0x200, 0x400, 0x80000, 0x100000
)  # fmt: skip
_COMPRESSED = 0x20


@pytest.mark.parametrize(
    ("attributes", "flags", "expected"),
    [
        (0, 0, False),
        (_ARCHIVE | _HIDDEN, 0, False),
        (_ARCHIVE | _SPARSE | _REPARSE | _PINNED, 0, False),  # OneDrive, kept on this computer
        (_ARCHIVE | _REPARSE | _UNPINNED, 0, False),  # free to go, and still here
        (_ARCHIVE | _SPARSE | _REPARSE | _UNPINNED | 0x400000, 0, True),  # OneDrive, in the cloud
        (0x40000, 0, True),
        (_ARCHIVE | 0x1000, 0, True),
        (0, 0x40000000, True),
        (0, 0x40000000 | _COMPRESSED, True),
        (0, _COMPRESSED, False),
    ],
)
def test_attributes_and_flags(attributes: int, flags: int, expected: bool) -> None:
    assert is_online_only(attributes, flags) is expected
    status: Any = SimpleNamespace(st_file_attributes=attributes, st_flags=flags)
    assert is_status_online_only(status) is expected


def test_a_file_of_this_system_is_here(tmp_path: Path) -> None:
    assert not is_status_online_only(tmp_path.stat())


@pytest.mark.parametrize(
    ("name", "expected"),
    [(".IMG_1.HEIC.icloud", "IMG_1.HEIC"), ("IMG_1.HEIC.icloud", None), (".icloud", None),
     (".IMG_1.HEIC", None)],
)  # fmt: skip
def test_placeholders(name: str, expected: str | None) -> None:
    assert placeholder_target(name) == expected


class _Cloud:
    """os.scandir that says of files named cloud* that they are dataless."""

    def __init__(self, path: str) -> None:
        self._entries = os.scandir(path)

    def __enter__(self) -> _Cloud:
        return self

    def __exit__(self, *_: object) -> None:
        self._entries.close()

    def __iter__(self) -> _Cloud:
        return self

    def __next__(self) -> Any:
        entry = next(self._entries)
        return _Dataless(entry) if entry.name.startswith("cloud") else entry


class _Dataless:
    def __init__(self, entry: os.DirEntry[str]) -> None:
        self.name = entry.name
        self.is_dir = entry.is_dir
        self._entry = entry

    def stat(self, *, follow_symlinks: bool = True) -> Any:
        status = self._entry.stat(follow_symlinks=follow_symlinks)
        return SimpleNamespace(
            st_mode=status.st_mode,
            st_size=status.st_size,
            st_mtime_ns=status.st_mtime_ns,
            st_ctime_ns=status.st_ctime_ns,
            st_flags=0x40000000,
        )


@pytest.fixture
def in_a_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("here.jpg", "cloud.jpg", "cloud.xmp", ".old.heic.icloud", ".notes.txt.icloud"):
        (tmp_path / name).write_bytes(b"12345")
    fake = type("os", (), {**vars(os), "scandir": staticmethod(_Cloud)})
    monkeypatch.setattr("photofind.media.scan.os", fake)
    return tmp_path


def test_a_scan_counts_them_and_leaves_them_alone(in_a_cloud: Path) -> None:
    scan = FolderScan(in_a_cloud)
    assert [file.rel_path for file in scan] == [b"here.jpg"]
    assert scan.counts.online_only == 2
    status = (in_a_cloud / "cloud.jpg").stat()
    assert sorted(scan.online_only_files, key=lambda file: file.rel_path) == [
        ScannedFile(b"cloud.jpg", *times_of(status)[:2], ctime_ns=times_of(status).ctime_ns),
        ScannedFile(b"old.heic", 0, 0),
    ]


def test_a_scan_yields_them_when_asked_to(in_a_cloud: Path) -> None:
    scan = FolderScan(in_a_cloud, include_online_only=True)
    assert {file.rel_path for file in scan} == {b"here.jpg", b"cloud.jpg"}
    assert [file.rel_path for file in scan.online_only_files] == [b"old.heic"]


@pytest.mark.parametrize(
    ("fields", "away"),
    [({}, False), ({"st_flags": SF_DATALESS}, True), ({"st_file_attributes": 0x400000}, True)],
)
def test_a_file_is_looked_up_when_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fields: dict[str, int], away: bool
) -> None:
    status = SimpleNamespace(**fields)
    monkeypatch.setattr(online_only, "os", SimpleNamespace(stat=lambda _: status))
    assert lies_online_only(tmp_path) is away


def test_a_file_that_is_not_there_is_nowhere_else(tmp_path: Path) -> None:
    assert not lies_online_only(tmp_path / "gone.jpg")


def test_what_would_be_downloaded_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    away = tmp_path / "photos" / "away.jpg"
    monkeypatch.setattr(online_only, "lies_online_only", lambda path: path == away)
    with pytest.raises(PhotofindError, match="another program") as caught:
        refuse_download(away, [tmp_path / "other", tmp_path / "photos" / "sub"])
    assert caught.value.code == "photo_online_only"
    assert f'folders online-only "{away.parent}" --include' in caught.value.user_message
    refuse_download(away, [tmp_path / "photos"])
    refuse_download(tmp_path / "here.jpg")
    assert [may_open(away), may_open(away, [tmp_path])] == [False, True]
