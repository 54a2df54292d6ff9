from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.exporting import material
from photofind.exporting.material import find_pictures
from photofind.exporting.request import ExportError
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


def test_a_persons_pictures_come_first_and_are_filled_up(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    make_photo(mine / "b.jpg", seed=1)
    make_photo(mine / "deeper" / "a.jpg", seed=2)
    (mine / "notes.txt").write_text("no picture")
    found = find_pictures(mine, tmp_path)
    assert found.paths[:2] == (mine / "b.jpg", mine / "deeper" / "a.jpg")
    assert len(found.paths) == 32
    assert str(found.description) == f"2 of {mine}, 30 drawn by photofind"
    assert len({path.read_bytes() for path in found.paths}) == 32


def test_a_folder_without_pictures_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no picture") as caught:
        find_pictures(tmp_path, tmp_path)
    assert caught.value.code == "export_pictures"


def test_without_samples_everything_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "_samples", list)
    assert str(find_pictures(None, tmp_path).description) == "32 drawn by photofind"


def test_more_pictures_than_needed_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(material, "PICTURES", 1)
    for seed in range(2):
        make_photo(tmp_path / f"{seed}.jpg", seed=seed)
    assert find_pictures(tmp_path, tmp_path).paths == (tmp_path / "0.jpg",)
