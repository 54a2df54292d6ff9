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
    written = write_sidecar(photo, CHANGE, photo.parent)
    assert written == photo.with_name("IMG_1.jpg.xmp")
    assert (said(written).title, said(written).rating) == ("Boats", 4)
    assert photo.read_bytes() == before
    assert sorted(path.name for path in photo.parent.iterdir()) == ["IMG_1.jpg", "IMG_1.jpg.xmp"]
    assert write_sidecar(photo, CHANGE, photo.parent) is None


def test_what_is_gone_needs_no_sidecar(photo: Path) -> None:
    gone = XmpChange(remove_description="two boats", remove_keywords=("sea",))
    assert write_sidecar(photo, gone, photo.parent) is None
    assert [path.name for path in photo.parent.iterdir()] == ["IMG_1.jpg"]
    write_sidecar(photo, XmpChange(description="two boats"), photo.parent)
    assert write_sidecar(photo, gone, photo.parent) == photo.with_name("IMG_1.jpg.xmp")
    assert [path.name for path in photo.parent.iterdir()] == ["IMG_1.jpg"]  # it was ours alone
    write_sidecar(photo, XmpChange(description="two boats", rating=4), photo.parent)
    sidecar = write_sidecar(photo, gone, photo.parent)
    assert sidecar is not None
    assert (said(sidecar).description, said(sidecar).rating) == (None, 4)


def test_a_sidecar_of_a_name_in_another_case_is_left_alone(photo: Path) -> None:
    other = photo.with_name("IMG_1.JPG")
    if other.exists():
        pytest.skip("this file system takes names that differ in case for the same")
    other.write_bytes(b"the camera's own, of which the other is an export")
    theirs = photo.with_name("IMG_1.JPG.xmp")
    theirs.write_bytes(new_xmp(XmpChange(rating=5)))
    before = theirs.read_bytes()
    assert write_sidecar(photo, CHANGE, photo.parent) == photo.with_name("IMG_1.jpg.xmp")
    assert theirs.read_bytes() == before


def test_a_sidecar_of_a_name_in_another_form_of_unicode_is_changed(tmp_path: Path) -> None:
    photo, sidecar = tmp_path / "e\u0301.jpg", tmp_path / "\xe9.jpg.xmp"
    photo.write_bytes(b"came from a Mac")
    sidecar.write_bytes(new_xmp(XmpChange(rating=5)))
    assert write_sidecar(photo, CHANGE, photo.parent) == sidecar
    assert said(sidecar).rating == 4


@pytest.mark.parametrize("name", ["IMG_1.xmp", "IMG_1.jpg.XMP"])
def test_the_sidecar_that_is_there_is_changed(photo: Path, name: str) -> None:
    sidecar = photo.with_name(name)
    sidecar.write_bytes(new_xmp(XmpChange(description="two boats", rating=1)))
    assert write_sidecar(photo, CHANGE, photo.parent) == sidecar
    assert (said(sidecar).description, said(sidecar).rating) == ("two boats", 4)
    assert len(list(photo.parent.iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="modes as on Unix")
def test_modes_are_kept(photo: Path) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(new_xmp(XmpChange(rating=1)))
    sidecar.chmod(0o640)
    write_sidecar(photo, CHANGE, photo.parent)
    assert said(sidecar).rating == 4
    assert stat.S_IMODE(sidecar.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform != "linux", reason="extended attributes as on Linux")
def test_extended_attributes_are_kept(photo: Path) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(new_xmp(XmpChange(rating=1)))
    try:
        os.setxattr(sidecar, "user.xdg.tags", b"holidays")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    write_sidecar(photo, CHANGE, photo.parent)
    assert os.getxattr(sidecar, "user.xdg.tags") == b"holidays"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("link", ["symbolic", "dangling", "hard", "fifo"])
def test_what_is_no_plain_file_is_never_written_to(photo: Path, tmp_path: Path, link: str) -> None:
    real = tmp_path / "elsewhere" / "other.xmp"
    real.parent.mkdir()
    real.write_bytes(new_xmp(XmpChange(rating=1)))
    before = real.read_bytes()
    sidecar = photo.with_name("IMG_1.jpg.xmp")
    if link == "fifo":
        os.mkfifo(sidecar)
    elif link == "hard":
        os.link(real, sidecar)
    else:
        sidecar.symlink_to(real if link == "symbolic" else tmp_path / "nothing")
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE, photo.parent)
    assert caught.value.code == "sidecar_linked"
    assert real.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"IMG_1.jpg", sidecar.name, "elsewhere"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "photos", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    (elsewhere / "a.jpg").write_bytes(b"a photo")
    (root / "album").symlink_to(elsewhere)
    with pytest.raises(SidecarError) as caught:
        write_sidecar(root / "album" / "a.jpg", CHANGE, root)
    assert caught.value.code == "sidecar_linked"
    assert [each.name for each in elsewhere.iterdir()] == ["a.jpg"]
    # The root itself may be reached through a link: the person chose it so.
    (tmp_path / "Pictures").symlink_to(elsewhere)
    assert write_sidecar(tmp_path / "Pictures" / "a.jpg", CHANGE, tmp_path / "Pictures")


def test_a_damaged_sidecar_is_left_as_it_is(photo: Path) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(b"<x:xmpmeta")
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE, photo.parent)
    assert caught.value.code == "sidecar_damaged"
    assert sidecar.read_bytes() == b"<x:xmpmeta"
    assert len(list(photo.parent.iterdir())) == 2


def test_a_sidecar_in_a_cloud_is_not_downloaded(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sidecar = photo.with_name("IMG_1.xmp")
    sidecar.write_bytes(new_xmp(XmpChange(rating=1)))
    monkeypatch.setattr(sidecar_writing, "lies_online_only", lambda path: path == sidecar)
    monkeypatch.setattr(sidecar_writing, "_read", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(SidecarError, match="online-only") as caught:
        write_sidecar(photo, CHANGE, photo.parent)
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
        write_sidecar(photo, CHANGE, photo.parent)
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
        write_sidecar(photo, CHANGE, photo.parent)
    assert caught.value.code == "sidecar_denied"
    assert sidecar.read_bytes() == before
    assert len(list(photo.parent.iterdir())) == 2


def test_no_sidecar_is_made_for_a_photo_that_is_gone(photo: Path) -> None:
    photo.unlink()
    with pytest.raises(SidecarError):
        write_sidecar(photo, CHANGE, photo.parent)
    assert list(photo.parent.iterdir()) == []


def test_nothing_is_written_into_a_library_of_photos(tmp_path: Path) -> None:
    photo = tmp_path / "Mine.photoslibrary" / "originals" / "0" / "A.heic"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    with pytest.raises(SidecarError) as caught:
        write_sidecar(photo, CHANGE, photo.parent)
    assert caught.value.code == "sidecar_library"
    assert list(photo.parent.iterdir()) == [photo]
