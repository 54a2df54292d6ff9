"""Whoever reads finds the old content or the new one, and nothing is left beside it."""

from __future__ import annotations

import os
import stat
import time
from typing import IO, TYPE_CHECKING

import pytest

from photofind.atomic_files import replace_file, replacement
from photofind.paths import is_own_name

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.parametrize("durable", [False, True])


class _StoppedError(Exception):
    pass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    return path


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_file_is_replaced(file: Path, durable: bool) -> None:
    replace_file(file, b"new", durable=durable)
    assert file.read_bytes() == b"new"
    replace_file(file, lambda stream: stream.write(b"written"), durable=durable)
    assert file.read_bytes() == b"written"
    assert _names(file.parent) == ["settings.json"]


def test_a_file_is_made(tmp_path: Path, durable: bool) -> None:
    with replacement(tmp_path / "made", durable=durable) as partial:
        assert partial.parent == tmp_path
        assert is_own_name(partial.name)
        partial.write_bytes(b"by name")
    assert (tmp_path / "made").read_bytes() == b"by name"


def test_no_one_sees_half_a_file(file: Path, durable: bool) -> None:
    def write(stream: IO[bytes]) -> None:
        stream.write(b"ne")
        stream.flush()
        assert file.read_bytes() == b"old"
        stream.write(b"w")

    replace_file(file, write, durable=durable)
    assert file.read_bytes() == b"new"


def test_a_failure_changes_nothing(file: Path, durable: bool) -> None:
    def fail(*_: object) -> None:
        raise _StoppedError

    with pytest.raises(_StoppedError):
        replace_file(file, fail, durable=durable)
    with pytest.raises(_StoppedError):
        replace_file(file, b"new", durable=durable, check=fail)
    with pytest.raises(_StoppedError):
        _fail_in_the_middle(file, durable)
    assert file.read_bytes() == b"old"
    assert _names(file.parent) == ["settings.json"]


def _fail_in_the_middle(file: Path, durable: bool) -> None:
    with replacement(file, durable=durable) as partial:
        partial.with_name(f"{partial.name}-journal").write_bytes(b"SQLite's")
        raise _StoppedError


def test_the_check_sees_the_old_file(file: Path, durable: bool) -> None:
    seen: list[bytes] = []
    replace_file(file, b"new", durable=durable, check=lambda: seen.append(file.read_bytes()))
    assert seen == [b"old"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_own_files_are_private_and_those_of_others_keep_their_mode(
    file: Path, durable: bool
) -> None:
    file.chmod(0o664)
    replace_file(file, b"new", private=False, durable=durable)
    assert _mode(file) == 0o664
    replace_file(file, b"new", durable=durable)
    assert _mode(file) == 0o600
    before = os.umask(0o027)
    try:
        replace_file(file.with_name("fresh"), b"new", private=False, durable=durable)
    finally:
        os.umask(before)
    assert _mode(file.with_name("fresh")) == 0o640


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
@pytest.mark.parametrize("private", [False, True])
def test_a_link_is_replaced_and_its_target_stays(
    tmp_path: Path, file: Path, durable: bool, private: bool
) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    replace_file(link, b"new", private=private, durable=durable)
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert file.read_bytes() == b"old"


def test_what_a_write_that_was_cut_off_left_is_removed_later(file: Path, durable: bool) -> None:
    names = [".photofind-0123456789abcdef.partial", ".photofind-0123456789abcdef.partial-journal"]
    at_work = ".photofind-fedcba9876543210.partial"
    for name in (*names, at_work, ".photofind-mine.partial"):
        file.with_name(name).write_bytes(b"ne")
    long_ago = time.time() - 7200
    for name in (*names, ".photofind-mine.partial"):
        os.utime(file.with_name(name), (long_ago, long_ago))
    replace_file(file, b"new", durable=durable)
    assert _names(file.parent) == [at_work, ".photofind-mine.partial", "settings.json"]


def test_a_long_name_leaves_room(tmp_path: Path, durable: bool) -> None:
    longest = tmp_path / ("n" * 251 + ".xmp")
    replace_file(longest, b"new", durable=durable)
    assert longest.read_bytes() == b"new"
