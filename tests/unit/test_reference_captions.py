from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.reference_captions import ReferenceCaption, read_reference_captions

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_are_a_file_and_a_caption(tmp_path: Path) -> None:
    path = tmp_path / "refs.tsv"
    path.write_bytes(b"\xef\xbb\xbfa.jpg\ta dog\r\nb \xff.jpg\tone\ttwo\n\nno tab")
    found = read_reference_captions(path)
    assert found == [
        ReferenceCaption("a.jpg", "a dog"),
        ReferenceCaption("b \udcff.jpg", "one\ttwo"),
        ReferenceCaption("", ""),
        ReferenceCaption("no tab", ""),
    ]


def test_names_are_comparable(tmp_path: Path) -> None:
    assert ReferenceCaption("u\u0308.jpg", "").name == "ü.jpg"


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PhotofindError, match="can't be read") as caught:
        read_reference_captions(tmp_path / "refs.tsv")
    assert caught.value.code == "captions_unreadable"
