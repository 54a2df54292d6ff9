from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from photofind.catalog.encoding import (
    clean_text,
    path_from_blob,
    path_to_blob,
    relative_to_root,
    search_name,
)


def test_path_with_any_bytes_survives() -> None:
    path = Path(os.fsdecode(b"/photos/caf\xe9 \xff\n/" + b"x" * 255))
    assert path_from_blob(path_to_blob(path)) == path


def test_path_is_made_absolute_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert path_to_blob(tmp_path / "link" / "." / "x" / "..") == os.fsencode(tmp_path / "link")


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        (b"/a/b/c", b"/a/b", b"c"),
        (b"/a/b/c/d\xff", b"/a", b"b/c/d\xff"),
        (b"/a/b", b"/a/b", b""),
        (b"/a/bc", b"/a/b", None),
        (b"/a", b"/a/b", None),
        (b"/a/b", b"/", b"a/b"),
        (b"/", b"/", b""),
    ],
)
@pytest.mark.skipif(os.sep != "/", reason="POSIX paths")
def test_relative_to_root(path: bytes, root: bytes, expected: bytes | None) -> None:
    assert relative_to_root(path, root) == expected


def test_search_name_is_the_last_part_in_nfc() -> None:
    decomposed = unicodedata.normalize("NFD", "Café.jpg")
    assert search_name(os.path.join("2023", decomposed).encode()) == "Café.jpg"  # noqa: PTH118


def test_search_name_of_undecodable_bytes_keeps_what_can_be_read() -> None:
    assert search_name(b"caf\xe9 1.jpg") == "caf\ufffd 1.jpg"


def test_clean_text_takes_what_sqlite_would_refuse() -> None:
    assert clean_text("a\udcff\0b\x1fc") == "a?b c"
