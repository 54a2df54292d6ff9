"""What was doomed is purged whatever came between, and what is long gone expires."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import mark_missing
from photofind.catalog.forgetting import (
    count_marked_for_deletion,
    mark_folder_for_deletion,
    mark_photos_for_deletion,
)
from photofind.catalog.photos import find_content_by_sha256
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import CatalogError, PhotofindError
from photofind.paths import app_folders
from photofind.worker.housekeeping import KEPT_DAYS, Housekeeper
from tests.plugins.catalog import read, write
from tests.plugins.patience import PATIENCE_S
from tests.unit.catalog.library import Library, check_catalog, sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAY_MS = 86_400_000


class _Keeper:
    """A housekeeper under test."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.now_ms = 1_000_000
        self.errors: list[PhotofindError] = []
        self.bugs: list[BaseException] = []

    def run(self, *, first_round_s: float = 60.0) -> PhotofindError | None:
        """Starts one, has it purge, and ends it; returns what it answered."""
        answered = threading.Event()
        answers: list[PhotofindError | None] = []

        def answer(error: PhotofindError | None) -> None:
            answers.append(error)
            answered.set()

        keeper = Housekeeper(
            self.library.folders,
            self.library.writer,
            halted=self.errors.append,
            broken=self.bugs.append,
            now_ms=lambda: self.now_ms,
            first_round_s=first_round_s,
        )
        keeper.start()
        keeper.purge(answer)
        assert answered.wait(PATIENCE_S)
        keeper.stop()
        assert self.bugs == []
        return answers[0]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library(app_folders(tmp_path / "data"), tmp_path / "photos")
    library.folders.ensure()
    yield library
    library.close()
    check_catalog(library.folders.catalog)


@pytest.fixture
def keeper(library: Library) -> _Keeper:
    return _Keeper(library)


def test_more_than_a_transaction_takes(library: Library, keeper: _Keeper) -> None:
    for number in range(450):
        library.add(f"{number}.jpg", str(number))
    write(library.writer, mark_folder_for_deletion, library.root)
    assert keeper.run() is None
    assert write(library.writer, count_marked_for_deletion) == 0
    assert read(library.reader, find_content_by_sha256, sha256("7")) is None


def test_previews_and_kept_vectors_go_along(library: Library, keeper: _Keeper) -> None:
    library.add("a.jpg", "a")
    (library.folders.vectors).mkdir()
    (library.folders.vectors / "basic.search").write_bytes(b"numbers")
    with ThumbnailStore(library.folders.thumbnails) as thumbnails:
        thumbnails.put({sha256("a"): b"preview", sha256("b"): b"another"})
        write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
        assert keeper.run() is None
        assert thumbnails.get(sha256("a")) is None
        assert thumbnails.get(sha256("b")) == b"another"
    assert not library.folders.vectors.exists()


def test_what_a_former_worker_left_undone_is_done(library: Library, keeper: _Keeper) -> None:
    library.add("a.jpg", "a")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    # Nobody asks: the worker that was asked is gone.
    housekeeper = Housekeeper(
        library.folders, library.writer, halted=keeper.errors.append, broken=keeper.bugs.append
    )
    housekeeper.start()
    housekeeper.purge(lambda _: None)
    housekeeper.stop()
    assert write(library.writer, count_marked_for_deletion) == 0


def test_a_full_disk_is_told_and_nothing_is_lost(
    library: Library, keeper: _Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add("a.jpg", "a")
    write(library.writer, mark_photos_for_deletion, [library.photo_id("a")])
    full = CatalogError("catalog_full", "The disk is full.")

    def refuse(*_: object) -> int:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("photofind.worker.housekeeping.purge_photos", refuse)
        # The round at the start already fails.
        assert keeper.run() is full
    assert keeper.errors[-1] is full
    assert write(library.writer, count_marked_for_deletion) == 1
    assert keeper.run() is None
    assert write(library.writer, count_marked_for_deletion) == 0


def test_what_is_gone_for_long_expires_and_a_copy_is_made(
    library: Library, keeper: _Keeper
) -> None:
    write(library.writer, mark_missing, [library.add("a.jpg", "a")], 5)
    keeper.run(first_round_s=0.0)
    assert list(library.folders.backups.iterdir())
    assert read(library.reader, find_content_by_sha256, sha256("a")) is not None
    vectors = "SELECT count(*) FROM embeddings"
    with library.reader.snapshot() as snapshot:
        assert snapshot.execute(vectors).fetchone() == (2,)
    keeper.now_ms += KEPT_DAYS * _DAY_MS + 1
    keeper.run(first_round_s=0.0)
    with library.reader.snapshot() as snapshot:
        assert snapshot.execute(vectors).fetchone() == (0,)
    assert keeper.errors == []
