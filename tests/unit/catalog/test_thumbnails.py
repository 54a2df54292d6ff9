from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.thumbnails import ThumbnailReader, ThumbnailStore
from photofind.domain import CatalogError
from tests.unit.catalog.library import sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

A, B = sha256("a"), sha256("b")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbnails.db"


@pytest.fixture
def store(path: Path) -> Iterator[ThumbnailStore]:
    with ThumbnailStore(path) as store:
        yield store


def test_asking_an_empty_cache_makes_no_file(store: ThumbnailStore, path: Path) -> None:
    assert store.get(A) is None
    assert not path.parent.exists()


def test_gives_back_what_was_put(store: ThumbnailStore, path: Path) -> None:
    large = os.urandom(100_000)
    store.put({A: b"first", B: large})
    assert (store.get(A), store.get(B), store.get(sha256("c"))) == (b"first", large, None)
    store.put({A: b"second"})
    with ThumbnailStore(path) as other:
        assert other.get(A) == b"second"


def test_nothing_to_put(store: ThumbnailStore) -> None:
    store.put({})
    assert store.get(A) is None


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_belongs_to_its_owner_alone(store: ThumbnailStore, path: Path) -> None:
    umask = os.umask(0)
    try:
        store.put({A: b"x"})
        store.get(A)
    finally:
        os.umask(umask)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="an open file can't be deleted on Windows")
@pytest.mark.parametrize("with_log", [False, True])
def test_may_be_deleted_while_it_is_open(store: ThumbnailStore, path: Path, with_log: bool) -> None:
    with ThumbnailStore(path) as window:
        store.put({A: b"x"})
        assert window.get(A) == b"x"
        for file in path.parent.iterdir() if with_log else [path]:
            file.unlink()
        assert window.get(A) is None
        assert store.get(A) is None
        store.put({B: b"y"})
        assert (window.get(A), window.get(B)) == (None, b"y")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("SELECT count(*) FROM thumbnails").fetchone()[0] == 1


@pytest.mark.expects_log("thumbnails were damaged")
@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 9000])
def test_damaged_file_is_set_aside(store: ThumbnailStore, path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert store.get(A) is None
    store.put({A: b"x"})
    assert store.get(A) == b"x"
    assert path.with_name("thumbnails.db.damaged").read_bytes() == content


@pytest.mark.expects_log("thumbnails were damaged")
def test_file_damaged_while_it_is_open(path: Path) -> None:
    with ThumbnailStore(path) as store:
        store.put({sha256(str(n)): os.urandom(50_000) for n in range(50)})
    with path.open("r+b") as file:
        file.seek(16_384)
        file.write(b"\xa5" * 500_000)
    with ThumbnailStore(path) as store:
        assert all(store.get(sha256(str(n))) is None for n in range(50))
        store.put({A: b"x"})
        assert store.get(A) == b"x"


@pytest.mark.expects_log("thumbnails were damaged")
def test_database_of_another_program_is_set_aside(store: ThumbnailStore, path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE thumbnails (sha256, jpeg)")
    assert store.get(A) is None
    store.put({A: b"x"})
    assert store.get(A) == b"x"


def test_full_disk_keeps_what_is_there(store: ThumbnailStore) -> None:
    store.put({A: b"x"})
    assert store._connection is not None
    store._connection.execute("PRAGMA max_page_count = 1")
    with pytest.raises(CatalogError) as caught:
        store.put({B: os.urandom(100_000)})
    assert caught.value.code == "catalog_full"
    assert (store.get(A), store.get(B)) == (b"x", None)
    store.put({B: b"y"})
    assert store.get(B) == b"y"


def test_locked_cache(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photofind.catalog.db.BUSY_TIMEOUT_S", 0.01)
    with ThumbnailStore(path) as store:
        store.put({A: b"x"})
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CatalogError) as caught:
                store.put({B: b"y"})
            assert caught.value.code == "catalog_locked"
            assert store.get(A) == b"x"
        store.put({B: b"y"})


def test_threads_wait_for_one_another_however_long_it_takes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.db.BUSY_TIMEOUT_S", 0.0)  # a very busy machine
    barrier = threading.Barrier(4)
    refused: list[CatalogError] = []

    def fill(number: int) -> None:
        barrier.wait()
        for n in range(25):
            try:
                with ThumbnailStore(path) as store:
                    store.put({sha256(f"{number} {n}"): os.urandom(10_000)})
                    store.remove([sha256(f"{number} {n - 1}")])
            except CatalogError as error:
                refused.append(error)

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []


def test_a_reader_sees_what_comes_later(path: Path) -> None:
    with ThumbnailReader(path) as reader:
        assert reader.get(A) is None
        assert not path.parent.exists()
        with ThumbnailStore(path) as store:
            store.put({A: b"x"})
            assert reader.get(A) == b"x"
            store.put({B: b"y"})
        assert reader.get(B) == b"y"  # also after the worker has left
        for file in path.parent.iterdir():
            file.unlink()
        assert reader.get(A) is None
        with ThumbnailStore(path) as store:
            store.put({A: b"z"})
        assert reader.get(A) == b"z"


def test_a_reader_changes_nothing(path: Path) -> None:
    with ThumbnailStore(path) as store:
        store.put({A: b"x"})
    before = path.read_bytes()
    with ThumbnailReader(path) as reader:
        assert reader.get(A) == b"x"
        assert reader._connection is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection.execute("DELETE FROM thumbnails")
    assert path.read_bytes() == before
    path.write_bytes(b"no database" * 1000)
    with ThumbnailReader(path) as reader:
        assert reader.get(A) is None
    assert path.read_bytes() == b"no database" * 1000


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    with ThumbnailStore(tmp_path / "cache" / "thumbnails.db") as store:
        assert store.get(A) is None
        with pytest.raises(CatalogError) as caught:
            store.put({A: b"x"})
    assert caught.value.code == "catalog_denied"


def test_threads_that_begin_the_cache_together(path: Path) -> None:
    barrier = threading.Barrier(4)

    def fill(number: int) -> None:
        with ThumbnailStore(path) as store:
            barrier.wait()
            for n in range(5):
                store.put({sha256(f"{number} {n}"): b"x"})

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ThumbnailStore(path) as store:
        assert all(
            store.get(sha256(f"{number} {n}")) == b"x" for number in range(4) for n in range(5)
        )
