"""What file systems can do, asked of the one under the test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.media.volume import find_file_system, ignores_case

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_names_in_another_case_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1 Photo.jpg").touch()
    there = os.lstat(tmp_path / "1 Photo.jpg")
    tried: list[str] = []

    def look(path: str) -> os.stat_result:
        tried.append(os.path.basename(path))  # noqa: PTH119
        return there

    monkeypatch.setattr(os, "lstat", look)
    assert ignores_case(str(tmp_path), ["1", "1 Photo.jpg"])
    assert tried == ["1 Photo.jpg", "1 photo.jpg"]


def test_two_files_whose_names_differ_in_case_are_two(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    os.link(tmp_path / "a", tmp_path / "b")  # as alike as files can be
    assert not ignores_case(str(tmp_path), ["a", "A"])
    assert not ignores_case(str(tmp_path), [])
    assert not ignores_case(str(tmp_path), ["gone"])


def test_the_topmost_of_nested_mounts_counts(tmp_path: Path) -> None:
    mounts = [("/", "ext4"), (str(tmp_path), "nfs4"), (str(tmp_path / "usb"), "vfat")]
    assert find_file_system(tmp_path / "usb" / "a", mounts) == "vfat"
    assert find_file_system(tmp_path / "usb2", mounts) == "nfs4"
