"""Which files of a folder are one photo, and which sidecar speaks for it; as a scan finds them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.media import scan as scan_module
from photofind.media.companions import companion_stem, group_companions, sidecar_names
from photofind.media.scan import FolderScan
from photofind.media.volume import ignores_case


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
    _touch(tmp_path, "IMG_1.HEIC", "IMG_1.mov", "IMG_2.MOV", "sub/IMG_2.jpg", "sub/IMG_3.heic")
    _touch(tmp_path, "shot.png", "shot.mov", "a.jpg", "a.avi")
    scan = FolderScan(tmp_path)
    films = [file for file in scan if file.is_film]
    assert [(film.rel_path, film.part_of) for film in films] == [(b"IMG_1.mov", b"IMG_1.HEIC")]
    assert scan.counts.videos == 3
    assert scan.counts.ignored == 3


def test_a_large_film_is_a_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "IMG_1.JPG", "IMG_1.MP4")
    monkeypatch.setattr(scan_module, "LARGEST_LIVE_FILM", 0)
    scan = FolderScan(tmp_path)
    assert [file.rel_path for file in scan] == [b"IMG_1.JPG"]
    assert scan.counts.videos == 1


def test_raw_files_are_parts_of_what_lies_beside_them(tmp_path: Path) -> None:
    _touch(tmp_path, "IMG_1.CR2", "IMG_1.jpg", "sub/IMG_1.DNG", "sub/a.arw", "sub/a.dng")
    assert _seen(tmp_path) == {
        "IMG_1.jpg": (None, None),
        "IMG_1.CR2": ("IMG_1.jpg", None),
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
    _touch(tmp_path, "sub/c.jpg", "d.jpg", "d.nef", "d.nef.xmp", "e.jpg", "e.png", "e.xmp")
    (tmp_path / "f.jpg").touch()
    (tmp_path / "f.xmp").symlink_to("nothing")
    (tmp_path / "f.jpg.xmp").mkdir()
    assert _seen(tmp_path) == {
        "a.jpg": (None, "a.jpg.xmp"),
        "sub/b.jpg": (None, "sub/b.XMP"),
        "sub/c.jpg": (None, None),
        "d.jpg": (None, "d.nef.xmp"),
        "d.nef": ("d.jpg", None),
        "e.jpg": (None, "e.xmp"),  # it can speak for one of them only
        "e.png": (None, None),
        "f.jpg": (None, None),
    }


def _sidecars(root: Path, *parts: str) -> dict[str, str]:
    return {name: sidecar for name, (_, sidecar) in _seen(root, *parts).items() if sidecar}


def _companions(names: list[str], sidecars: list[str], *, ignores_case: bool) -> dict[str, str]:
    groups = group_companions(names, sidecars, ignores_case=ignores_case)
    return {group.primary: group.sidecar for group in groups if group.sidecar}


@pytest.fixture
def case_sensitive(tmp_path: Path) -> Path:
    if ignores_case(str(tmp_path), _made(tmp_path, "probe")):
        pytest.skip("this file system takes names that differ in case for the same")
    return tmp_path


def _made(root: Path, name: str) -> list[str]:
    (root / name).touch()
    return [name]


def test_names_that_differ_in_case_have_their_own_sidecars(case_sensitive: Path) -> None:
    root = case_sensitive
    _touch(root, "a.JPG", "a.jpg", "a.JPG.xmp")
    assert _sidecars(root) == {"a.JPG": "a.JPG.xmp"}
    assert _sidecars(root, "a.jpg") == {"a.JPG": "a.JPG.xmp"}
    _touch(root, "a.jpg.xmp")
    assert _sidecars(root) == {"a.JPG": "a.JPG.xmp", "a.jpg": "a.jpg.xmp"}
    (root / "a.JPG").unlink()
    (root / "a.jpg.xmp").unlink()
    assert _sidecars(root) == {}  # what is left of another photo


def test_stems_that_differ_in_case_have_their_own_sidecars(case_sensitive: Path) -> None:
    root = case_sensitive
    _touch(root, "B.jpg", "b.jpg", "B.xmp", "c.jpg", "C.xmp", "d.jpg", "d.XMP")
    assert _sidecars(root) == {"B.jpg": "B.xmp", "d.jpg": "d.XMP"}


def test_a_photo_and_its_sidecar_may_be_in_different_forms_of_unicode(tmp_path: Path) -> None:
    _touch(tmp_path, "e\u0301.jpg", "\xe9.jpg.xmp", "\xfc.jpg", "u\u0308.xmp")
    if len(os.listdir(tmp_path)) < 4:  # noqa: PTH208
        pytest.skip("this file system changes the form of names")
    assert _sidecars(tmp_path) == {"e\u0301.jpg": "\xe9.jpg.xmp", "\xfc.jpg": "u\u0308.xmp"}
    _touch(tmp_path, "\xe9.jpg")
    assert _sidecars(tmp_path) == {"\xe9.jpg": "\xe9.jpg.xmp", "\xfc.jpg": "u\u0308.xmp"}


@pytest.mark.parametrize(
    ("names", "sidecars", "sensitive", "insensitive"),
    [
        (["a.jpg"], ["A.JPG.XMP"], {}, {"a.jpg": "A.JPG.XMP"}),
        (["a.jpg"], ["a.XMP", "a.xmp"], {"a.jpg": "a.xmp"}, {"a.jpg": "a.xmp"}),
        (["a.jpg", "A.png"], ["a.xmp"], {"a.jpg": "a.xmp"}, {"a.jpg": "a.xmp"}),
        (["a.jpg", "A.png"], ["A.xmp"], {"A.png": "A.xmp"}, {"A.png": "A.xmp"}),
        (["a.jpg", "a.png", "a.cr2"], ["a.xmp"], {"a.jpg": "a.xmp"}, {"a.jpg": "a.xmp"}),
        (  # that of the RAW is not the export's because the JPEG has one of its own
            ["a.jpg", "a.png", "a.cr2"],
            ["a.xmp", "a.jpg.xmp"],
            {"a.jpg": "a.jpg.xmp"},
            {"a.jpg": "a.jpg.xmp"},
        ),
        (
            ["a.jpg", "a.png"],
            ["a.png.xmp", "a.xmp"],
            *[{"a.jpg": "a.xmp", "a.png": "a.png.xmp"}] * 2,
        ),
        (["a.jpg", "a.jpg.png"], ["a.jpg.xmp"], *[{"a.jpg": "a.jpg.xmp"}] * 2),
        (["a.jpg.png"], ["a.jpg.xmp"], *[{"a.jpg.png": "a.jpg.xmp"}] * 2),
        (["a.jpg", "a.cr2"], ["a.cr2.xmp"], *[{"a.jpg": "a.cr2.xmp"}] * 2),
        (["a.jpg", "a.cr2"], ["a.cr2.xmp", "a.xmp"], *[{"a.jpg": "a.xmp"}] * 2),
        (["IMG.JPG", "IMG.jpg", "IMG.CR2"], ["IMG.xmp"], *[{"IMG.JPG": "IMG.xmp"}] * 2),
    ],
)
def test_a_sidecar_speaks_for_one_photo(
    names: list[str], sidecars: list[str], sensitive: dict[str, str], insensitive: dict[str, str]
) -> None:
    assert _companions(names, sidecars, ignores_case=False) == sensitive
    assert _companions(names, sidecars, ignores_case=True) == insensitive


_STEMS = ["a", "A", "a.jpg", "\xe9", "e\u0301", "\xc9"]


@given(
    st.sets(
        st.builds(str.__add__, st.sampled_from(_STEMS), st.sampled_from([".jpg", ".JPG", ".cr2"]))
    ),
    st.sets(
        st.sampled_from(_STEMS).flatmap(
            lambda stem: st.sampled_from([stem + ".xmp", stem + ".jpg.xmp", stem + ".JPG.XMP"])
        )
    ),
    st.booleans(),
)
def test_no_sidecar_speaks_for_two_photos(
    names: set[str], sidecars: set[str], ignores_case: bool
) -> None:
    groups = list(group_companions(names, sidecars, ignores_case=ignores_case))
    chosen = [group.sidecar for group in groups if group.sidecar]
    assert len(set(chosen)) == len(chosen)
    assert sorted(part for group in groups for part in (group.primary, *group.parts)) == sorted(
        names
    )
    for group in groups:
        if (exact := group.primary + ".xmp") in sidecars:
            assert group.sidecar == exact


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
