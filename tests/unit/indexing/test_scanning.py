"""What the scan of a folder makes of files that it may not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reader import CatalogReader
from photofind.catalog.writer import CatalogWriter
from photofind.indexing.scanning import ScanFindings, scan_folder
from photofind.indexing.stalls import Stalls
from photofind.paths import app_folders
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from photofind.indexing.queue import WorkItem


def test_a_file_that_went_to_the_cloud_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = tmp_path / "photos"
    for name in ("here.jpg", "evicted.jpg"):
        make_photo(photos / name)
    folders = app_folders(tmp_path / "data")
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        folder = writer.add_folder(photos, None)

        def scan() -> tuple[ScanFindings, list[WorkItem]]:
            queued: list[WorkItem] = []
            findings = scan_folder(
                folder,
                None,
                reader=reader,
                writer=writer,
                enqueue=queued.extend,
                found=lambda _: None,
                stopped=lambda: False,
                answering=Stalls(lambda *_: None, lambda *_: None),
            )
            return findings, queued

        assert len(scan()[1]) == 2
        monkeypatch.setattr(
            "photofind.media.scan.is_status_online_only",
            lambda status: status.st_ino == (photos / "evicted.jpg").stat().st_ino,
        )
        findings, queued = scan()
    assert [item.path.name for item in queued] == ["here.jpg"]
    assert findings.gone == []
