"""What a batch does with files that changed since a scan found them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.indexing import batch
from photofind.indexing.batch import BATCH, Batch
from photofind.indexing.job import Job
from photofind.indexing.queue import WorkItem
from tests.plugins.pictures import make_photo
from tests.unit.indexing.test_background import Bench

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("included", [False, True])
def test_a_file_that_went_to_the_cloud_since_the_scan_is_opened_only_if_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, included: bool
) -> None:
    monkeypatch.setattr(batch, "lies_online_only", lambda path: path.name == "away.jpg")
    bench = Bench(tmp_path)
    try:
        path = make_photo(bench.root / "away.jpg")
        (file_id,) = bench.writer.insert_files(bench.folder.id, [(b"away.jpg", 1, 1)])
        queue = bench.surroundings.queue
        queue.put([WorkItem(file_id, path, may_download=included)], Job(lambda _: None))
        Batch(bench.surroundings, bench.thumbnails).work_on(queue.take_more(BATCH))
        assert len(bench.reader.photo_order().photo_ids) == included
        assert bench.reader.problems() == []
    finally:
        bench.close()
