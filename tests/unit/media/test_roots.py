"""Which folders can be added, and what to do about the others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from photofind.domain import FolderError, MediaCode
from photofind.media import roots as roots_module
from photofind.media.roots import describe_folder_error, is_photos_library, root_problem
from photofind.media.scan import FolderScan

if TYPE_CHECKING:
    from pathlib import Path


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def test_root_problem(tmp_path: Path) -> None:
    _touch(tmp_path / "a.jpg")
    assert root_problem(tmp_path) is None
    missing, not_a_folder = root_problem(tmp_path / "gone"), root_problem(tmp_path / "a.jpg")
    assert isinstance(missing, FolderError)
    assert isinstance(not_a_folder, FolderError)
    assert missing.code == not_a_folder.code == "folder_missing"
    assert "gone" in missing.user_message
    assert "not a folder" in not_a_folder.user_message


def test_strange_names(tmp_path: Path) -> None:
    for name in ("zero\x00byte", "x" * 5000):
        problem = root_problem(tmp_path / name)
        assert problem is not None
        assert problem.code == "folder_missing"


@pytest.mark.parametrize(
    ("platform", "place"), [("linux", "its permissions"), ("darwin", "Privacy & Security")]
)
def test_a_folder_without_permission(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, place: str
) -> None:
    def refuse(path: str) -> object:
        raise PermissionError(13, "denied")

    fake = type("os", (), {**vars(os), "scandir": staticmethod(refuse)})
    monkeypatch.setattr(roots_module, "os", fake)
    problem = root_problem(tmp_path, platform)
    assert problem is not None
    assert problem.code == "folder_denied"
    assert place in problem.user_message


def test_a_library_of_photos_is_not_walked_but_its_originals_may_be(tmp_path: Path) -> None:
    library = tmp_path / "My Photos.photoslibrary"
    _touch(library / "originals/0/A.heic")
    _touch(library / "resources/derivatives/B.jpeg")
    problem = root_problem(library)
    assert problem is not None
    assert problem.code == "folder_library"
    assert str(library / "originals") in problem.user_message
    assert is_photos_library(library)
    assert list(FolderScan(tmp_path)) == []
    assert root_problem(library / "originals") is None
    found = [file.rel_path for file in FolderScan(library / "originals")]
    assert found == [os.path.join(b"0", b"A.heic")]  # noqa: PTH118 (bytes)


@pytest.mark.parametrize(
    ("error", "platform", "code", "words"),
    [
        (PermissionError(13, "denied"), "darwin", MediaCode.DENIED, "Privacy & Security"),
        (PermissionError(13, "denied"), "linux", MediaCode.DENIED, "its permissions"),
        (OSError(5, "I/O error"), "linux", MediaCode.UNREADABLE, "stay as they were"),
    ],
)
def test_a_subfolder_that_can_not_be_looked_into(
    tmp_path: Path, error: OSError, platform: str, code: MediaCode, words: str
) -> None:
    found, reason = describe_folder_error(tmp_path / "sub", error, platform)
    assert found is code
    assert words in str(reason)
    assert "sub" in str(reason)
