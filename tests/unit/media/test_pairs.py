"""Which files are one photo, by their names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.media.pairs import PhotoParts, pair_parts


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.jpg"], [PhotoParts("a.jpg")]),
        (["IMG_1.CR2", "IMG_1.JPG"], [PhotoParts("IMG_1.JPG", raws=("IMG_1.CR2",))]),
        (["dsc_1.nef", "DSC_1.JPG"], [PhotoParts("DSC_1.JPG"), PhotoParts("dsc_1.nef")]),
        (
            ["a.JPG", "a.jpg", "a.NEF"],
            [PhotoParts("a.JPG", raws=("a.NEF",)), PhotoParts("a.jpg")],
        ),
        (
            ["A.heic", "a.heic", "a.mov"],
            [PhotoParts("A.heic"), PhotoParts("a.heic", (), ("a.mov",))],
        ),
        (["e\u0301.jpg", "\xe9.nef"], [PhotoParts("e\u0301.jpg", raws=("\xe9.nef",))]),
        (["\xe9.heic", "e\u0301.mov"], [PhotoParts("\xe9.heic", films=("e\u0301.mov",))]),
        (
            ["\xe9.jpg", "e\u0301.jpg", "\xe9.nef"],
            [PhotoParts("e\u0301.jpg"), PhotoParts("\xe9.jpg", raws=("\xe9.nef",))],
        ),
        (["IMG_1.DNG", "IMG_1.HEIC"], [PhotoParts("IMG_1.HEIC", raws=("IMG_1.DNG",))]),
        (["IMG_1.HEIC", "IMG_1.MOV"], [PhotoParts("IMG_1.HEIC", films=("IMG_1.MOV",))]),
        (["IMG_1.JPG", "IMG_1.mov"], [PhotoParts("IMG_1.JPG", films=("IMG_1.mov",))]),
        (
            ["IMG_1.DNG", "IMG_1.HEIC", "IMG_1.MOV"],
            [PhotoParts("IMG_1.HEIC", raws=("IMG_1.DNG",), films=("IMG_1.MOV",))],
        ),
        (["IMG_1.DNG", "IMG_1.MOV"], [PhotoParts("IMG_1.DNG", films=("IMG_1.MOV",))]),
        (["a.cr2"], [PhotoParts("a.cr2")]),
        (["a.cr2", "a.mov"], [PhotoParts("a.cr2")]),
        (["a.arw", "a.dng"], [PhotoParts("a.arw", raws=("a.dng",))]),  # converted, both kept
        (["a.mov"], []),
        (["a.txt", "a.jpg.xmp", "a.xmp"], []),
        (["a.png", "a.mov"], [PhotoParts("a.png")]),  # a screen recording beside a screenshot
        (["a.jpg", "a.png"], [PhotoParts("a.jpg"), PhotoParts("a.png")]),
        (
            ["a.tif", "a.jpg", "a.nef"],
            [PhotoParts("a.jpg", raws=("a.nef",)), PhotoParts("a.tif")],
        ),
        (
            ["a.heic", "a.jpg", "a.mov"],
            [PhotoParts("a.heic", films=("a.mov",)), PhotoParts("a.jpg")],
        ),
        (
            ["a.jpg", "a-1.cr2", "a (1).cr2"],
            [PhotoParts(n) for n in ("a (1).cr2", "a-1.cr2", "a.jpg")],
        ),
        (["a.b.jpg", "a.cr2", "b.cr2"], [PhotoParts(n) for n in ("a.b.jpg", "a.cr2", "b.cr2")]),
        (["ภูเขา.jpg", "ภูเขา.dng"], [PhotoParts("ภูเขา.jpg", raws=("ภูเขา.dng",))]),
        ([], []),
    ],
)
def test_groups(names: list[str], expected: list[PhotoParts]) -> None:
    assert pair_parts(names, ignores_case=False) == tuple(expected)
    assert pair_parts(reversed(names), ignores_case=False) == tuple(expected)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["dsc_1.nef", "DSC_1.JPG"], [PhotoParts("DSC_1.JPG", raws=("dsc_1.nef",))]),
        (["E\u0301.heic", "\xe9.mov"], [PhotoParts("E\u0301.heic", films=("\xe9.mov",))]),
        (  # exactly the same name first, also here
            ["a.png", "A.jpg", "a.cr2"],
            [PhotoParts("A.jpg"), PhotoParts("a.png", raws=("a.cr2",))],
        ),
        (["b.jpg", "B.png", "b.mov"], [PhotoParts("B.png"), PhotoParts("b.jpg", (), ("b.mov",))]),
    ],
)
def test_groups_where_case_makes_no_name(names: list[str], expected: list[PhotoParts]) -> None:
    assert pair_parts(names, ignores_case=True) == tuple(expected)
    assert pair_parts(reversed(names), ignores_case=True) == tuple(expected)


_NAMES = st.builds(
    str.__add__,
    st.sampled_from(["a", "A", "b", "a.b"]),
    st.sampled_from([".jpg", ".JPG", ".heic", ".png", ".cr2", ".dng", ".mov", ".mp4", ".xmp", ""]),
)


@given(st.sets(_NAMES))
def test_every_photo_is_in_exactly_one_group(names: set[str]) -> None:
    groups = pair_parts(names, ignores_case=True)
    placed = [name for group in groups for name in (group.primary, *group.raws, *group.films)]
    assert len(placed) == len(set(placed))
    suffixes = (".jpg", ".heic", ".png", ".cr2", ".dng")
    photos = {name for name in names if name.lower().endswith(suffixes)}
    assert photos <= set(placed) <= names
