"""What is kept between two starts, and what is made of it when it is damaged."""

from __future__ import annotations

import stat
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.domain import ModelId, Space
from photofind.search.matrix import VectorMatrix
from photofind.search.vector_cache import VectorCache

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DIM = 48
KEY = "model@0a1b2c3d.p1.q0"
MODEL = ModelId(3)


def unit_rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def matrix_of(count: int) -> VectorMatrix:
    matrix = VectorMatrix(DIM)
    matrix.append(np.arange(count) * 7, unit_rows(count))
    return matrix


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "vectors"


def test_what_is_read_is_what_was_written(folder: Path) -> None:
    matrix, query = matrix_of(500), unit_rows(1, seed=1)[0]
    VectorCache(folder, KEY, MODEL).write(Space.SEARCH, matrix.parts(), 5)
    kept = VectorCache(folder, KEY, MODEL).read(Space.SEARCH, DIM)
    assert kept is not None
    assert kept.revision == 5
    read = kept.matrix
    np.testing.assert_array_equal(read.region_ids, matrix.region_ids)
    np.testing.assert_array_equal(read.scores(query), matrix.scores(query))


def test_what_is_read_can_be_changed_and_kept_anew_without_touching_the_file(folder: Path) -> None:
    cache = VectorCache(folder, KEY, MODEL)
    cache.write(Space.SEARCH, matrix_of(500).parts(), 5)
    (file,) = folder.iterdir()
    before = file.read_bytes()
    kept = cache.read(Space.SEARCH, DIM)
    assert kept is not None
    read = kept.matrix
    read.remove(np.arange(0, 700, 7))
    read.append(np.arange(10_000, 10_100), unit_rows(100, seed=2))
    assert file.read_bytes() == before
    cache.write(Space.SEARCH, read.parts(), 5)
    again = cache.read(Space.SEARCH, DIM)
    assert again is not None
    np.testing.assert_array_equal(again.matrix.region_ids, read.region_ids)
    query = unit_rows(1, seed=3)[0]
    np.testing.assert_array_equal(again.matrix.scores(query), read.scores(query))


def test_nothing_is_there_at_first(folder: Path) -> None:
    assert VectorCache(folder, KEY, MODEL).read(Space.SEARCH, DIM) is None
    assert not folder.exists()


def test_another_space_model_or_length_is_not_taken(folder: Path) -> None:
    VectorCache(folder, KEY, MODEL).write(Space.SEARCH, matrix_of(20).parts(), 5)
    assert VectorCache(folder, KEY, MODEL).read(Space.SIMILAR, DIM) is None
    assert VectorCache(folder, KEY, ModelId(4)).read(Space.SEARCH, DIM) is None
    assert VectorCache(folder, "model@ffffffff.p1.q0", MODEL).read(Space.SEARCH, DIM) is None
    assert VectorCache(folder, KEY, MODEL).read(Space.SEARCH, DIM + 1) is None


def test_only_the_last_model_is_kept(folder: Path) -> None:
    for space in Space:
        VectorCache(folder, KEY, MODEL).write(space, matrix_of(20).parts(), 5)
    assert len(list(folder.iterdir())) == len(Space)
    other = VectorCache(folder, "other@0a1b2c3d.p1.q0", MODEL)
    other.write(Space.SEARCH, matrix_of(20).parts(), 5)
    assert len(list(folder.iterdir())) == 1
    assert other.read(Space.SEARCH, DIM) is not None


def test_what_is_not_ours_stays(folder: Path) -> None:
    folder.mkdir(parents=True)
    theirs = [folder / name for name in ("thesis.odt", "model.search", ".hidden", "x.1.2.other")]
    for file in theirs:
        file.write_bytes(b"somebody's")
    VectorCache(folder, KEY, MODEL).write(Space.SEARCH, matrix_of(20).parts(), 5)
    assert all(file.read_bytes() == b"somebody's" for file in theirs)


def test_nothing_is_written_or_deleted_behind_a_link(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    VectorCache(elsewhere, "other", MODEL).write(Space.SEARCH, matrix_of(20).parts(), 5)
    before = [(file, file.read_bytes()) for file in elsewhere.iterdir()]
    folder.parent.mkdir(parents=True)
    folder.symlink_to(elsewhere, target_is_directory=True)
    cache = VectorCache(folder, KEY, MODEL)
    cache.write(Space.SEARCH, matrix_of(20).parts(), 5)
    assert [(file, file.read_bytes()) for file in elsewhere.iterdir()] == before
    assert cache.read(Space.SEARCH, DIM) is None


def test_a_damaged_file_counts_as_none(folder: Path) -> None:
    cache = VectorCache(folder, KEY, MODEL)
    cache.write(Space.SEARCH, matrix_of(20).parts(), 5)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for length in (0, 1, 7, 60, 200, 500, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        assert cache.read(Space.SEARCH, DIM) is None, length
    file.write_bytes(whole + b"x")
    assert cache.read(Space.SEARCH, DIM) is None
    file.write_bytes(b"\x80\x04N." + whole)  # a pickle is never unpickled
    assert cache.read(Space.SEARCH, DIM) is None
    file.write_bytes(whole.replace(b"<f4", b"<i4", 1))
    assert cache.read(Space.SEARCH, DIM) is None
    file.write_bytes(whole)
    assert cache.read(Space.SEARCH, DIM) is not None


def test_a_folder_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = VectorCache(tmp_path / "file" / "vectors", KEY, MODEL)
    cache.write(Space.SEARCH, matrix_of(20).parts(), 5)
    assert cache.read(Space.SEARCH, DIM) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_only_the_owner_can_read_it(folder: Path) -> None:
    VectorCache(folder, KEY, MODEL).write(Space.SEARCH, matrix_of(20).parts(), 5)
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
