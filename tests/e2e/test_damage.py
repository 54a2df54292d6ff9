"""A catalog that is damaged: set aside, the newest good copy put back, the rest found again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Event, Notice, Rescan
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.worker.wire import JobFinished


def test_a_damaged_catalog_is_replaced_and_only_what_came_later_is_embedded(
    tmp_path: Path,
) -> None:
    photos = tmp_path / "photos"
    for seed in range(12):
        make_photo(photos / f"{seed:02}.jpg", seed=seed)
    folders = app_folders(tmp_path / "data")
    heard: list[Event] = []

    def work(command: AddFolders | Rescan) -> JobFinished:
        client = WorkerClient(folders, heard.append, back_off_s=0.01)
        client.start()
        try:
            answer = client.request(command, timeout_s=PATIENCE_S)
        finally:
            client.close()
        return answer

    assert work(AddFolders(paths=(photos,))).report.new == 12
    with CatalogWriter(folders) as writer:
        writer.back_up()
    for seed in range(12, 15):
        make_photo(photos / f"{seed:02}.jpg", seed=seed)
    assert work(Rescan()).report.new == 3
    size = folders.catalog.stat().st_size
    with folders.catalog.open("r+b") as file:
        file.seek(size // 4)
        file.write(b"\xff" * (size // 2))  # the header stays: only reading on finds it
    report = work(Rescan()).report
    assert (report.new, report.unchanged, report.failed) == (3, 12, 0)
    assert "catalog_restored" in [each.code for each in heard if isinstance(each, Notice)]
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 15
    assert folders.catalog.with_name("catalog.db.damaged").stat().st_size == size
    assert not folders.catalog_suspect.exists()
