"""A small file of ours is read within bounds, whatever lies in its place."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.atomic_files import read_plain_file

if TYPE_CHECKING:
    from pathlib import Path

needs_fifos = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no FIFOs in folders")
needs_o_nofollow = pytest.mark.skipif(
    not hasattr(os, "O_NOFOLLOW"), reason="this system can't open a file without following links"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_bytes(b"0123456789")
    return path


def test_a_file_is_read_up_to_its_bound(file: Path) -> None:
    assert read_plain_file(file, 10) == b"0123456789"
    with pytest.raises(OSError, match="too large"):
        read_plain_file(file, 9)


@needs_o_nofollow
def test_a_link_is_followed_only_where_that_is_allowed(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(file)
    assert read_plain_file(link, 10) == b"0123456789"
    with pytest.raises(OSError, match="symbolic links"):
        read_plain_file(link, 10, follows_links=False)


@needs_fifos
def test_a_fifo_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(OSError, match="not a plain file"):
        read_plain_file(fifo, 10)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no device files")
def test_a_device_is_not_read(tmp_path: Path) -> None:
    link = tmp_path / "endless"
    link.symlink_to("/dev/zero")
    with pytest.raises(OSError, match="not a plain file"):
        read_plain_file(link, 10)


def test_a_folder_is_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"not a plain file|[Dd]irectory|[Pp]ermission"):
        read_plain_file(tmp_path, 10)
