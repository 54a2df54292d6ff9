"""Which files of a folder are one photo, and which sidecar speaks for it; as a scan finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from photofind.media import scan as scan_module
from photofind.media.companions import companion_stem, sidecar_names
from photofind.media.scan import FolderScan


def _touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_names_of_sidecars() -> None:
    assert sidecar_names("IMG_1.jpg") == ("IMG_1.jpg.xmp", "IMG_1.xmp")
    assert sidecar_names("a.b.CR2") == ("a.b.CR2.xmp", "a.b.xmp")


@pytest.mark.parametrize(
    "name", ["IMG_1.JPG", "IMG_1.CR2", "IMG_1.MOV", "IMG_1.xmp", "IMG_1.JPG.XMP", "IMG_1"]
)
def test_what_names_have_in_common(name: str) -> None:
    assert companion_stem(name) == "IMG_1"


def test_a_dot_in_a_name_is_no_suffix() -> None:
    assert companion_stem("my.trip.xmp") == "my.trip"
    assert companion_stem("my.trip.jpg") == "my.trip"


def _seen(root: Path, *parts: str) -> dict[str, tuple[str | None, str | None]]:
    """By path: what a file is part of, and its sidecar."""
    wanted = [os.fsencode(str(Path(part))) for part in parts] or None

    def shown(path: bytes | None) -> str | None:
        return None if path is None else os.fsdecode(path).replace(os.sep, "/")

    return {
        str(shown(file.rel_path)): (
            shown(file.part_of),
            shown(None if file.sidecar is None else file.sidecar.rel_path),
        )
        for file in FolderScan(root, wanted)
    }


def test_the_film_of_a_live_photo_is_a_part_and_no_video(tmp_path: Path) -> None:
    _touch(tmp_path, "IMG_1.HEIC", "IMG_1.mov", "IMG_2.MOV", "sub/img_2.jpg", "sub/IMG_3.heic")
    _touch(tmp_path, "shot.png", "shot.mov", "a.jpg", "a.avi")
    scan = FolderScan(tmp_path)
    films = [file for file in scan if file.is_film]
    assert [(film.rel_path, film.part_of) for film in films] == [(b"IMG_1.mov", b"IMG_1.HEIC")]
    assert scan.videos == {".mov": 2, ".avi": 1}
    assert scan.ignored == 3


def test_a_large_film_is_a_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "IMG_1.JPG", "IMG_1.MP4")
    monkeypatch.setattr(scan_module, "LARGEST_LIVE_FILM", 0)
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"IMG_1.JPG"]
    assert scan.videos == {".mp4": 1}


def test_raw_files_are_parts_of_what_lies_beside_them(tmp_path: Path) -> None:
    _touch(tmp_path, "IMG_1.CR2", "img_1.jpg", "sub/IMG_1.DNG", "sub/a.arw", "sub/a.dng")
    assert _seen(tmp_path) == {
        "img_1.jpg": (None, None),
        "IMG_1.CR2": ("img_1.jpg", None),
        "sub/IMG_1.DNG": (None, None),  # a pair is in one folder
        "sub/a.arw": (None, None),
        "sub/a.dng": ("sub/a.arw", None),
    }


def test_what_is_left_out_is_nobodys_partner(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "a.cr2")
    scan = FolderScan(tmp_path, exclude=["*.jpg"])
    assert [(file.rel_path, file.part_of) for file in scan] == [(b"a.cr2", None)]


def test_photos_know_their_sidecars(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "a.jpg.xmp", "a.xmp", "sub/b.jpg", "sub/b.XMP", "sub/._c.xmp")
    _touch(tmp_path, "sub/c.jpg", "d.jpg", "d.nef", "d.nef.xmp", "e.jpg", "e.png", "E.xmp")
    (tmp_path / "f.jpg").touch()
    (tmp_path / "f.xmp").symlink_to("nothing")
    (tmp_path / "f.jpg.xmp").mkdir()
    assert _seen(tmp_path) == {
        "a.jpg": (None, "a.jpg.xmp"),
        "sub/b.jpg": (None, "sub/b.XMP"),
        "sub/c.jpg": (None, None),
        "d.jpg": (None, "d.nef.xmp"),
        "d.nef": ("d.jpg", None),
        "e.jpg": (None, "E.xmp"),
        "e.png": (None, "E.xmp"),
        "f.jpg": (None, None),
    }


def test_a_part_of_a_root_brings_what_is_one_photo_with_it(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "a.cr2", "a.jpg.xmp", "b.jpg", "ab.jpg", "a.b.jpg", "a/x.jpg")
    both = {"a.jpg": (None, "a.jpg.xmp"), "a.cr2": ("a.jpg", None)}
    assert _seen(tmp_path, "a.jpg") == both
    assert _seen(tmp_path, "a.cr2") == both
    assert _seen(tmp_path, "a.jpg.xmp") == both
    assert _seen(tmp_path, "A.XMP") == both
    assert _seen(tmp_path, "a.mov") == both  # it was there a moment ago


def test_a_stamp_tells_one_state_of_a_sidecar_from_another(tmp_path: Path) -> None:
    _touch(tmp_path, "a.jpg", "a.xmp")

    def stamp() -> bytes | None:
        (file,) = FolderScan(tmp_path)
        return file.sidecar_stamp

    first = stamp()
    assert first is not None
    assert stamp() == first
    (tmp_path / "a.xmp").write_text("longer")
    second = stamp()
    os.utime(tmp_path / "a.xmp", ns=(5, 5))
    third = stamp()
    (tmp_path / "a.xmp").rename(tmp_path / "a.jpg.xmp")
    assert len({None, first, second, third, stamp()}) == 5
