"""Which names are left out."""

from __future__ import annotations

import pytest

from photofind.media.exclusions import (
    EXCLUDED_FOLDER_PATTERNS,
    EXCLUDED_FOLDERS,
    is_excluded_file,
    is_excluded_folder,
    is_hidden_on_windows,
)


@pytest.mark.parametrize(
    "name",
    [".git", ".thumbnails", ".Trash-1000", ".Trashes", "$RECYCLE.BIN", "$Recycle.Bin",
     "System Volume Information", "@eaDir", "#recycle", "lost+found", "__MACOSX",
     "Photos Library.photoslibrary", "Old.APLIBRARY", "Catalog Previews.lrdata", "Gimp.app"],
)  # fmt: skip
def test_folders_left_out(name: str) -> None:
    assert is_excluded_folder(name)


@pytest.mark.parametrize(
    "name", ["Pictures", "2024", "app", "My app", "Trash talk", "eaDir", "ไทย"]
)
def test_folders_kept(name: str) -> None:
    assert not is_excluded_folder(name)


def test_hidden_files_are_left_out() -> None:
    assert is_excluded_file("._IMG_0001.jpg")
    assert is_excluded_file(".hidden.jpg")
    assert not is_excluded_file("_IMG_0001.jpg")


def test_windows_attributes() -> None:
    hidden, system, directory, archive = 0x2, 0x4, 0x10, 0x20
    assert is_hidden_on_windows(hidden | directory)
    assert not is_hidden_on_windows(system | directory)  # a folder with an icon of its own
    assert not is_hidden_on_windows(archive)
    assert not is_hidden_on_windows(0)


def test_the_data_is_lower_case() -> None:
    for name in (*EXCLUDED_FOLDERS, *EXCLUDED_FOLDER_PATTERNS):
        assert name == name.lower()
