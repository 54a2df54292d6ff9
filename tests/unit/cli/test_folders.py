from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.status import FolderStatus
from photofind.cli.folders import folder_lines
from photofind.domain import FolderError, FolderId, FolderState

if TYPE_CHECKING:
    import pytest


def folder(path: Path, photos: int, state: FolderState = FolderState.ONLINE) -> FolderStatus:
    return FolderStatus(FolderId(1), path, None, 0, state=state, photos=photos)


def test_a_folder_and_what_is_not_searched_in_it() -> None:
    plain = folder(Path("/a"), 1200)
    other = replace(
        folder(Path("/b"), 3),
        exclusions=("*.png", "/x/"),
        includes_online_only=True,
        videos=40,
        online_only=5,
    )
    aside = "40 videos (not searchable yet)  5 online only  with what is online only"
    assert folder_lines([plain, other]) == [
        f"{Path('/a')}  1,200 photos",
        f"{Path('/b')}  3 photos  {aside}",
        "    without *.png",
        "    without /x/",
    ]


def test_why_a_folder_is_out_of_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away = folder(tmp_path / "away", 1, FolderState.OFFLINE)
    assert folder_lines([away])[0].endswith("  1 photo  (offline: not connected now)")
    denied = FolderError("folder_denied", "photofind isn't allowed to read it. Do this.")
    monkeypatch.setattr("photofind.cli.folders.root_problem", lambda _: denied)
    assert "Do this." in folder_lines([away])[0]
