"""What a batch does with files that changed since a scan found them."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, NoReturn

import pytest

from photofind.catalog.files import insert_files, read_files_named
from photofind.catalog.photos import read_photo_order
from photofind.catalog.status import read_problems
from photofind.indexing import batch
from photofind.indexing.batch import BATCH, Batch
from photofind.indexing.job import Job
from photofind.indexing.queue import WorkItem
from photofind.media.files import media_error_from
from tests.plugins.catalog import read, write
from tests.plugins.pictures import make_photo
from tests.unit.indexing.test_background import Bench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.domain import FolderId


@pytest.mark.parametrize("included", [False, True])
def test_a_file_that_went_to_the_cloud_since_the_scan_is_opened_only_if_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, included: bool
) -> None:
    monkeypatch.setattr(batch, "lies_online_only", lambda path: path.name == "away.jpg")
    bench = Bench(tmp_path)
    try:
        path = make_photo(bench.root / "away.jpg")
        (file_id,) = write(bench.writer, insert_files, bench.folder.id, [(b"away.jpg", 1, 1)])
        queue = bench.context.queue
        queue.put([WorkItem(file_id, path, may_download=included)], Job(lambda _: None))
        Batch(bench.context, bench.thumbnails).work_on(queue.take_more(BATCH))
        assert len(read(bench.reader, read_photo_order).photo_ids) == included
        assert read(bench.reader, read_problems) == []
    finally:
        bench.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def _work(bench: Bench, job: Job, *paths: Path) -> None:
    names = [(path.name.encode(), 1, 1) for path in paths]
    file_ids = write(bench.writer, insert_files, bench.folder.id, names)
    items = [
        WorkItem(file_id, path, folder_id=bench.folder.id)
        for file_id, path in zip(file_ids, paths, strict=True)
    ]
    bench.context.queue.put(items, job)
    Batch(bench.context, bench.thumbnails).work_on(bench.context.queue.take_more(BATCH))


def test_a_file_that_vanished_has_its_folder_looked_at_again(bench: Bench) -> None:
    looks: list[set[FolderId]] = []
    job = Job(lambda _: None, lambda _, folders: looks.append(set(folders)))
    _work(bench, job, bench.root / "gone.jpg")
    job.scan_ended()
    assert looks == [{bench.folder.id}]


def test_what_a_drive_fails_to_give_says_nothing_about_the_photo(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of more than 64 MB is read twice: hashed first, then decoded."""
    monkeypatch.setattr(batch, "KEEP_BYTES", 0)
    path = make_photo(bench.root / "large.jpg")

    def fails(*_: object) -> NoReturn:
        raise media_error_from(OSError(errno.EIO, "Input/output error"))

    with monkeypatch.context() as patched:
        patched.setattr(batch, "decode_first_pass", fails)
        patched.setattr(batch, "hash_file", fails)
        _work(bench, Job(lambda _: None), path)
    (problem,) = read(bench.reader, read_problems)
    assert "can't be read from its disk" in str(problem.reason)
    (row,) = read(bench.reader, read_files_named, bench.folder.id, [b"large.jpg"])
    assert (row.failed, row.may_pass, row.content_id) == (True, True, None)
    _work(bench, Job(lambda _: None), path)
    assert read(bench.reader, read_problems) == []
    assert len(read(bench.reader, read_photo_order).photo_ids) == 1
