from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.media.metadata import sidecar_writing
from photofind.media.metadata.sidecar import read_sidecar
from photofind.media.metadata.sidecar_writing import SidecarError, write_sidecar
from photofind.media.metadata.xmp_edit import XmpChange, edit_xmp, new_xmp

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.domain import Annotations

CHANGE = XmpChange(title="Boats", rating=4, add_keywords=("harbour",))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(b"a photo that nobody reads here")
    return path


def said(path: Path) -> Annotations:
    found = read_sidecar(path)
    assert found is not None
    return found.annotations


def test_a_new_sidecar_is_named_after_the_whole_file(photo: Path) -> None:
    before = photo.read_bytes()
    written = write_sidecar(photo, CHANGE)
    assert written == photo.with_name("IMG_1.jpg.xmp")
    assert (said(written).title, said(written).rating) == ("Boats", 4)
    assert photo.read_bytes() == before
    assert sorted(path.name for path in photo.parent.iterdir()) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]
    assert write_sidecar(photo, CHANGE) is None


def test_what_is_gone_needs_no_sidecar(photo: Path) -> None:
    gone = XmpChange(remove_description="two boats", remove_keywords=("sea",))
    assert write_sidecar(photo, gone) is None
    assert [path.name for path in photo.parent.iterdir()] == ["IMG_1.jpg"]
    write_sidecar(photo, XmpChange(description="two boats"))
    assert write_sidecar(photo, gone) == photo.with_name("IMG_1.jpg.xmp")
    assert [path.name for path in photo.parent.iterdir()] == ["IMG_1.jpg"]  # it was ours alone
    write_sidecar(photo, XmpChange(description="two boats", rating=4))
    sidecar = write_sidecar(photo, gone)
    assert sidecar is not None
    assert (said(sidecar).description, said(sidecar).rating) == (None, 4)


@pytest.mark.parametrize("name", ["IMG_1.xmp", "IMG_1.jpg.XMP"])
def test_the_sidecar_that_is_there_is_changed(photo: Path, name: str) -> None:
    sidecar = photo.with_name(name)
    sidecar.write_bytes(new_xmp(XmpChange(description="two boats", rating=1)))
    assert write_sidecar(photo, CHANGE) == sidecar
    assert (said(sidecar).description, said(sidecar).rating) == ("two boats", 4)
    assert len(list(photo.parent.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes and links as on Unix")
def test_modes_and_links_are_kept(photo: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere" / "kept.xmp"
    real.parent.mkdir()
    real.write_bytes(new_xmp(XmpChange(rating=1)))
    real.chmod(0o640)
    photo.with_name("IMG_1.xmp").symlink_to(real)
    write_sidecar(photo, CHANGE)
    assert photo.with_name("IMG_1.xmp").is_symlink()
    assert said(real).rating == 4
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_damaged_sidecar_is_left_as_it_is(photo: Path) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(b"<x:xmpmeta")
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE)
    assert caught.value.code == "sidecar_damaged"
    assert sidecar.read_bytes() == b"<x:xmpmeta"
    assert len(list(photo.parent.iterdir())) == 2


def test_a_sidecar_in_a_cloud_is_not_downloaded(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(new_xmp(XmpChange(rating=1)))
    monkeypatch.setattr(sidecar_writing, "lies_online_only", lambda path: path == sidecar)
    monkeypatch.setattr(sidecar_writing, "_read", lambda _: pytest.fail("it was opened"))
    with pytest.raises(SidecarError, match="cloud only") as caught:
        write_sidecar(photo, CHANGE)
    assert caught.value.code == "sidecar_online_only"


def test_a_sidecar_that_changes_meanwhile_is_not_overwritten(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(new_xmp(XmpChange(rating=1)))
    theirs = new_xmp(XmpChange(rating=2, title="Theirs"))

    def slowly(packet: bytes, change: XmpChange) -> bytes:
        sidecar.write_bytes(theirs)
        return edit_xmp(packet, change)

    monkeypatch.setattr(sidecar_writing, "edit_xmp", slowly)
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE)
    assert caught.value.code == "sidecar_busy"
    assert sidecar.read_bytes() == theirs
    assert len(list(photo.parent.iterdir())) == 2


def test_a_disk_that_fills_leaves_the_old_one(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    before = new_xmp(XmpChange(rating=1))
    sidecar.write_bytes(before)

    def refuse(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(SidecarError, match="disk is not full") as caught:
        write_sidecar(photo, CHANGE)
    assert caught.value.code == "sidecar_denied"
    assert sidecar.read_bytes() == before
    assert len(list(photo.parent.iterdir())) == 2


def test_no_sidecar_is_made_for_a_photo_that_is_gone(photo: Path) -> None:
    photo.unlink()
    with pytest.raises(SidecarError):
        write_sidecar(photo, CHANGE)
    assert list(photo.parent.iterdir()) == []


def test_nothing_is_written_into_a_library_of_photos(tmp_path: Path) -> None:
    photo = tmp_path / "Mine.photoslibrary" / "originals" / "0" / "A.heic"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE)
    assert caught.value.code == "sidecar_library"
    assert list(photo.parent.iterdir()) == [photo]
