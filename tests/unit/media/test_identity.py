"""A file's identity is the sha256 of all its bytes."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import pytest

from photofind.domain import MediaCode, MediaError
from photofind.media import identity
from photofind.media.identity import hash_file, read_and_hash

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3_000_001])
def test_hashes_all_bytes(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    path = tmp_path / "x.jpg"
    path.write_bytes(data[:size])
    assert hash_file(path) == hashlib.sha256(data[:size]).digest()


@pytest.mark.parametrize(("keep", "kept"), [(99, False), (100, True), (101, True), (0, False)])
def test_keeps_the_bytes_of_small_files(tmp_path: Path, keep: int, kept: bool) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"a" * 100)
    digest, data = read_and_hash(path, keep)
    assert digest == hashlib.sha256(b"a" * 100).digest()
    assert data == (b"a" * 100 if kept else None)


def test_an_empty_file_has_bytes_and_a_digest(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.touch()
    assert read_and_hash(path, 10) == (hashlib.sha256(b"").digest(), b"")


def test_a_large_limit_takes_no_memory_for_a_small_file(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"abc")
    assert read_and_hash(path, 1 << 60) == (hashlib.sha256(b"abc").digest(), b"abc")


@pytest.mark.parametrize("keep", [0, 100])
def test_a_file_that_grows_without_end_is_read_as_far_as_it_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: int
) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(b"a" * 100)

    class Growing(io.FileIO):
        def readinto(self, buffer: Buffer) -> int | None:
            with path.open("ab") as other:
                other.write(b"b" * 2_000_000)
            return super().readinto(buffer)

    monkeypatch.setattr(identity, "open_photo", lambda path: io.BufferedReader(Growing(path)))
    assert read_and_hash(path, keep)[0] == hashlib.sha256(b"a" * 100).digest()


def test_a_vanished_file(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as caught:
        hash_file(tmp_path / "gone.jpg")
    assert caught.value.media_code is MediaCode.VANISHED
