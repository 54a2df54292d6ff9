"""Drives that are mounted inside an indexed folder come, go and change places."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.program import Program


class Mounter:
    """Mounts folders at other places, as a drive is mounted; undoes it all at the end."""

    def __init__(self) -> None:
        self._mounted: list[Path] = []

    def mount(self, drive: Path, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["mount", "--bind", drive, place], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"mounting needs rights that this process hasn't: {done.stderr.strip()}")
        self._mounted.append(place)

    def unmount(self, place: Path) -> None:
        subprocess.run(["umount", place], check=True, capture_output=True)
        self._mounted.remove(place)

    def unmount_all(self) -> None:
        for place in reversed(self._mounted[:]):
            self.unmount(place)


@pytest.fixture
def mounter() -> Iterator[Mounter]:
    if sys.platform != "linux":
        pytest.skip("bind mounts are Linux's")
    mounter = Mounter()
    yield mounter
    mounter.unmount_all()


def drive(folder: Path, *seeds: int) -> Path:
    """A drive with photos, always of the same names."""
    for number, seed in enumerate(seeds):
        make_photo(folder / f"IMG_{number}.jpg", seed=seed)
    return folder


def test_an_unplugged_drive_below_a_folder_is_offline_and_comes_back(
    program: Program, photos: Path, tmp_path: Path, mounter: Mounter
) -> None:
    usb, inner = drive(tmp_path / "usb", 11, 12), drive(tmp_path / "inner", 13)
    mounter.mount(usb, photos / "usb")
    (photos / "usb" / "in").mkdir()
    mounter.mount(inner, photos / "usb" / "in")
    assert program.document("index", photos)["new"] == 6
    mounter.unmount(photos / "usb" / "in")
    assert program.document("status")["offline"] == 1
    assert program.document("index")["missing"] == 0
    mounter.unmount(photos / "usb")
    (photos / "usb").rmdir()
    report = program.document("index")
    assert (report["missing"], report["unchanged"]) == (0, 3)
    status = program.document("status")
    assert (status["ready"], status["offline"], status["missing"]) == (6, 3, 0)
    assert "IMG_1.jpg" in program.hit_names("search", "IMG_1")
    mounter.mount(usb, photos / "usb")
    mounter.mount(inner, photos / "usb" / "in")
    (usb / "IMG_1.jpg").unlink()
    report = program.document("index")
    assert (report["new"], report["missing"], report["unchanged"]) == (0, 1, 5)
    assert program.document("status")["offline"] == 0


def test_another_drive_at_the_same_place_replaces_nothing(
    program: Program, photos: Path, tmp_path: Path, mounter: Mounter
) -> None:
    place = photos / "card"
    first, second = drive(tmp_path / "first", 21, 22), drive(tmp_path / "second", 23, 24)
    mounter.mount(first, place)
    assert program.document("index", photos)["new"] == 5
    program.document("tags", place / "IMG_0.jpg", "--add", "harbour")
    program.document("sidecars", "on")
    program.document("index")
    mounter.unmount(place)
    mounter.mount(second, place)
    report = program.document("index")
    assert (report["new"], report["changed"], report["missing"]) == (2, 0, 0)
    assert program.document("info", place / "IMG_0.jpg")["keywords"] == []
    program.document("tags", place / "IMG_0.jpg", "--add", "mountain")
    program.document("index")
    assert program.document("status")["offline"] == 2
    assert program.hit_names("search", "IMG_0")[:2] == ["IMG_0.jpg"] * 2
    mounter.unmount(place)
    mounter.mount(first, place)
    program.document(
        "rate", place / "IMG_0.jpg", "--stars", "3"
    )  # of the second drive, as far as is known
    report = program.document("index")
    assert (report["new"], report["changed"], report["unchanged"]) == (0, 0, 5)
    assert "Rating" not in (first / "IMG_0.jpg.xmp").read_text()
    assert program.document("info", place / "IMG_0.jpg")["keywords"] == ["harbour"]
    assert "mountain" not in (first / "IMG_0.jpg.xmp").read_text()
    assert "harbour" not in (second / "IMG_0.jpg.xmp").read_text()


def test_photos_below_a_mount_point_are_hidden_not_gone(
    program: Program, photos: Path, tmp_path: Path, mounter: Mounter
) -> None:
    hidden = make_photo(photos / "usb" / "left here.jpg", seed=31)
    assert program.document("index", photos)["new"] == 4
    mounter.mount(drive(tmp_path / "usb", 32), hidden.parent)
    report = program.document("index")
    assert (report["new"], report["missing"]) == (1, 0)
    mounter.unmount(hidden.parent)
    report = program.document("index")
    assert (report["unchanged"], report["missing"]) == (4, 0)


def test_a_folder_on_a_drive_that_is_away_can_be_absorbed(
    program: Program, photos: Path, tmp_path: Path, mounter: Mounter
) -> None:
    place = photos / "usb"
    mounter.mount(drive(tmp_path / "usb", 41, 42), place)
    assert program.document("index", place)["new"] == 2
    mounter.unmount(place)
    place.rmdir()
    assert program.document("index", photos)["missing"] == 0
    status = program.document("status")
    assert (status["ready"], status["offline"], status["missing"]) == (5, 2, 0)
    mounter.mount(tmp_path / "usb", place)
    report = program.document("index")
    assert (report["new"], report["missing"]) == (0, 0)
    status = program.document("status")
    assert (status["ready"], status["offline"]) == (5, 0)
