"""What the scan of a folder, or of parts of it, makes of the files there."""

from __future__ import annotations

import gc
import hashlib
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.claims import ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.files import fail_file, find_photo_at, insert_files
from photofind.catalog.folders import add_folder, exclude_pattern, read_folders, set_online_only
from photofind.catalog.metadata import note_sidecars
from photofind.catalog.models import activate_model, ensure_model, read_active_model
from photofind.catalog.photos import read_photo_order, read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_status
from photofind.catalog.writer import CatalogWriter
from photofind.domain import MediaCode
from photofind.indexing.scanning import ScanFindings, scan_folder
from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from photofind.media.files import size_and_time
from photofind.media.identity import hash_file
from photofind.paths import app_folders
from photofind.sentences import Sentence
from tests.plugins.catalog import complete, read, write
from tests.plugins.pictures import make_photo
from tests.unit.catalog.library import SEARCH_DIM, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.indexing.queue import WorkItem


@dataclass
class Scanned:
    """A folder, its catalog, and what scans of it put into the queue."""

    photos: Path
    writer: CatalogWriter
    reader: CatalogReader

    def scan(self, *parts: bytes) -> tuple[ScanFindings, list[WorkItem]]:
        (folder,) = read(self.reader, read_folders)
        queued: list[WorkItem] = []
        findings = scan_folder(
            folder,
            parts or None,
            reader=self.reader,
            writer=self.writer,
            enqueue=queued.extend,
            found=lambda _: None,
            stopped=lambda: False,
            answering=UnresponsiveRoots(lambda *_: None, lambda *_: None),
        )
        return findings, queued

    def index(self, *parts: bytes) -> list[str]:
        """Scans and does the work, without looking at pictures; returns the names in it."""
        _, queued = self.scan(*parts)
        (model,) = (row for row in [read(self.reader, read_active_model)] if row)
        told = {}
        for item in queued:
            told[item.file_id] = item.sidecar_stamp
            if item.only_sidecar:
                continue
            size, mtime_ns = size_and_time(item.path)
            identified = IdentifiedFile(item.file_id, size, mtime_ns, hash_file(item.path))
            (claim,) = write(self.writer, claim_files, [identified])
            if claim.outcome is ClaimOutcome.NEW:
                assert claim.content_id is not None
                complete(self.writer, [embedded(claim.content_id)], model[0])
        write(self.writer, note_sidecars, told)
        return sorted(item.path.name for item in queued)


@pytest.fixture
def scanned(tmp_path: Path) -> Iterator[Scanned]:
    photos = tmp_path / "photos"
    photos.mkdir()
    folders = app_folders(tmp_path / "data")
    with CatalogWriter(folders) as writer, CatalogReader(folders) as reader:
        write(
            writer,
            activate_model,
            write(writer, ensure_model, "test@1.p1.q1", "search", SEARCH_DIM),
        )
        write(writer, add_folder, photos, None)
        yield Scanned(photos, writer, reader)


def test_a_file_that_went_to_the_cloud_is_not_missing(
    scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here.jpg", "evicted.jpg"):
        make_photo(scanned.photos / name)
    assert len(scanned.scan()[1]) == 2
    evicted = (scanned.photos / "evicted.jpg").stat().st_ino
    monkeypatch.setattr(
        "photofind.media.scan.is_status_online_only", lambda status: status.st_ino == evicted
    )
    findings, queued = scanned.scan()
    assert [item.path.name for item in queued] == ["here.jpg"]
    assert (findings.gone, findings.counts.online_only) == ([], 1)
    (status,) = read(scanned.reader, read_status, lambda _: True).folders
    assert status.online_only == 1

    write(scanned.writer, set_online_only, scanned.photos, included=True)
    findings, queued = scanned.scan()
    assert sorted(item.path.name for item in queued) == ["evicted.jpg", "here.jpg"]
    assert findings.counts.online_only == 0


def test_a_sidecar_that_changed_brings_its_photo_and_nothing_else(scanned: Scanned) -> None:
    for name in ("a.jpg", "a.cr2", "b.jpg"):
        (scanned.photos / name).write_text(name)
    assert scanned.index() == ["a.cr2", "a.jpg", "b.jpg"]
    (scanned.photos / "a.xmp").write_text("rated")
    (item,) = scanned.scan(b"a.xmp")[1]
    assert (item.path.name, item.only_sidecar) == ("a.jpg", True)
    assert item.sidecar_path == scanned.photos / "a.xmp"
    assert scanned.index() == ["a.jpg"]
    assert scanned.index() == []
    (scanned.photos / "a.xmp").unlink()
    (item,) = scanned.scan(b"a.xmp")[1]
    assert (item.only_sidecar, item.sidecar_path) == (True, None)


def test_a_photo_that_is_rewritten_with_its_sidecar_is_hashed(scanned: Scanned) -> None:
    (scanned.photos / "a.jpg").write_text("a")
    scanned.index()
    (scanned.photos / "a.jpg").write_text("longer")
    (scanned.photos / "a.jpg.xmp").write_text("rated")
    (item,) = scanned.scan()[1]
    assert not item.only_sidecar
    assert item.sidecar_is_news


def test_one_half_of_a_pair_that_goes_brings_the_other(scanned: Scanned) -> None:
    for name in ("a.jpg", "a.cr2", "a.b.jpg", "sub/a.jpg"):
        (scanned.photos / name).parent.mkdir(exist_ok=True)
        (scanned.photos / name).write_text(name)
    scanned.index()
    (scanned.photos / "a.jpg").unlink()
    findings, queued = scanned.scan(b"a.jpg")
    assert [row.rel_path for row in findings.gone] == [b"a.jpg"]
    assert [item.path.name for item in queued] == ["a.cr2"]


def test_one_half_of_a_pair_that_comes_joins_the_other(scanned: Scanned) -> None:
    (scanned.photos / "a.cr2").write_text("raw")
    scanned.index()
    (scanned.photos / "a.jpg").write_text("jpeg")
    assert scanned.index(b"a.jpg") == ["a.jpg"]
    (photo,) = read(
        scanned.reader, read_photos, read(scanned.reader, read_photo_order).photo_ids.tolist()
    ).values()
    assert [part.path.name for part in photo.parts] == ["a.cr2"]


def test_a_raw_stands_in_for_a_jpeg_that_can_not_be_read(scanned: Scanned) -> None:
    for name in ("a.jpg", "a.cr2"):
        (scanned.photos / name).write_text(name)
    _, queued = scanned.scan()
    (jpeg,) = (item for item in queued if item.path.name == "a.jpg")
    size, mtime_ns = size_and_time(jpeg.path)
    write(
        scanned.writer,
        fail_file,
        jpeg.file_id,
        MediaCode.UNREADABLE,
        Sentence("It is damaged."),
        size,
        mtime_ns,
    )
    assert scanned.index() == ["a.cr2"]
    (photo,) = read(
        scanned.reader, read_photos, read(scanned.reader, read_photo_order).photo_ids.tolist()
    ).values()
    assert [path.name for path in photo.paths] == ["a.cr2"]


def test_a_changed_ignore_file_is_a_change_of_its_folder(scanned: Scanned) -> None:
    for name in ("sub/a.jpg", "sub/b.png", "c.png"):
        (scanned.photos / name).parent.mkdir(exist_ok=True)
        (scanned.photos / name).write_text(name)
    scanned.index()
    (scanned.photos / "sub/.photofindignore").write_text("*.png")
    findings, _ = scanned.scan(b"sub/.photofindignore")
    assert (findings.left_out, findings.gone) == (1, [])
    (scanned.photos / ".photofindignore").write_text("*.png")
    assert scanned.scan(b".photofindignore")[0].left_out == 1
    (scanned.photos / ".photofindignore").unlink()
    assert scanned.index(b".photofindignore") == []
    assert read(scanned.reader, find_photo_at, scanned.photos / "c.png") is not None
    (scanned.photos / "sub/.photofindignore").unlink()
    (scanned.photos / "sub/b.png").unlink()
    findings, _ = scanned.scan()
    assert [row.rel_path for row in findings.gone] == [b"sub/b.png"]
    assert read(scanned.reader, read_status, lambda _: True).missing == 1


def test_all_of_a_folder_can_be_left_out(scanned: Scanned) -> None:
    (scanned.photos / "a.jpg").write_text("a")
    scanned.index()
    write(scanned.writer, exclude_pattern, scanned.photos, "*.jpg")
    assert scanned.scan()[0].left_out == 1
    assert read(scanned.reader, read_status, lambda _: True).photos == 0


def know_copies(scanned: Scanned, names: list[str]) -> None:
    """Makes files that hold the same, and has the catalog know them as searchable."""
    (folder,) = read(scanned.reader, read_folders)
    rows = []
    for name in names:
        path = scanned.photos / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        rows.append((name.encode(), *size_and_time(path)))
    sha256 = hashlib.sha256(b"").digest()
    claims = write(
        scanned.writer,
        claim_files,
        [
            IdentifiedFile(file_id, size, mtime_ns, sha256)
            for file_id, (_, size, mtime_ns) in zip(
                write(scanned.writer, insert_files, folder.id, rows), rows, strict=True
            )
        ],
    )
    model = read(scanned.reader, read_active_model)
    assert model is not None
    new = [claim.content_id for claim in claims if claim.outcome is ClaimOutcome.NEW]
    complete(scanned.writer, [embedded(each) for each in new if each is not None], model[0])


def test_a_scan_needs_no_memory_for_files_that_are_as_they_were(
    scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.indexing.scanning._CHUNK", 50)
    monkeypatch.setattr("photofind.catalog.files._CHUNK", 50)

    def most_bytes(files: int) -> int:
        gc.collect()
        tracemalloc.start()
        findings, queued = scanned.scan()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (findings.counts.unchanged, findings.gone, queued) == (files, [], [])
        return most

    know_copies(scanned, [f"{n // 50}/{n}.jpg" for n in range(100)])
    most_bytes(100)  # what is imported and cached at first is no concern of this
    few = most_bytes(100)
    know_copies(scanned, [f"{n // 50}/{n}.jpg" for n in range(100, 900)])
    assert most_bytes(900) < few + 800 * 100


def test_what_is_compared_in_several_lots_is_compared_as_one(
    scanned: Scanned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.indexing.scanning._CHUNK", 1)
    monkeypatch.setattr("photofind.catalog.files._CHUNK", 2)
    for name in ("a.jpg", "a.cr2", "b.jpg", "sub/c.jpg", "sub/d.jpg", "sub/deep/e.jpg", "sub2.jpg"):
        (scanned.photos / name).parent.mkdir(exist_ok=True)
        (scanned.photos / name).write_text(name)
    assert len(scanned.index()) == 7
    findings, queued = scanned.scan()
    assert (findings.counts.unchanged, findings.gone, queued) == (7, [], [])
    (scanned.photos / "sub").rename(scanned.photos / "other")
    findings, queued = scanned.scan(b"sub", b"other")
    gone = {b"sub/c.jpg", b"sub/d.jpg", b"sub/deep/e.jpg"}
    assert {row.rel_path for row in findings.gone} == gone
    assert {item.path.name for item in queued} == {"c.jpg", "d.jpg", "e.jpg"}
    (scanned.photos / "a.jpg").unlink()
    findings, queued = scanned.scan()
    assert [row.rel_path for row in findings.gone] == [b"a.jpg"]
    assert {item.path.name for item in queued} == {"c.jpg", "d.jpg", "e.jpg", "a.cr2"}


def test_an_empty_folder_that_held_files_marks_none_of_them_missing(scanned: Scanned) -> None:
    (scanned.photos / "a.jpg").write_text("a")
    scanned.index()
    (scanned.photos / "a.jpg").unlink()
    assert scanned.scan()[0].gone == []  # a drive that is not mounted looks like this
    (scanned.photos / "b.jpg").write_text("b")
    assert [row.rel_path for row in scanned.scan()[0].gone] == [b"a.jpg"]
