"""RAW and JPEG, Live Photos and sidecars, through the real worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import find_photo_at
from photofind.catalog.photos import read_photos
from photofind.catalog.reader import CatalogReader
from photofind.catalog.status import read_status
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Rescan,
)
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo, make_pixels
from tests.plugins.raws import make_dng

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.domain import IndexReport, Photo

_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="{rating}"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:subject><rdf:Bag><rdf:li>{keyword}</rdf:li></rdf:Bag></dc:subject></rdf:Description>
</rdf:RDF></x:xmpmeta>"""


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


@pytest.fixture
def client(folders: AppFolders) -> Iterator[WorkerClient]:
    client = WorkerClient(folders, lambda _: None)
    client.start()
    yield client
    client.close()


def run(client: WorkerClient, command: AddFolders | Rescan) -> IndexReport:
    answer = client.request(command, timeout_s=PATIENCE_S)
    return answer.report


def photo_at(folders: AppFolders, path: Path) -> Photo:
    with CatalogReader(folders) as reader:
        photo_id = read(reader, find_photo_at, path)
        assert photo_id is not None
        return read(reader, read_photos, [photo_id])[photo_id]


def test_a_photo_and_its_parts_are_one(
    client: WorkerClient, folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    jpeg = make_photo(photos / "IMG_1.JPG", seed=1)
    raw = make_dng(photos / "IMG_1.DNG", make_pixels(96, 64, seed=1))
    live = make_photo(photos / "IMG_2.JPG", seed=2)
    (photos / "IMG_2.MOV").write_bytes(b"a film, which nobody opens")
    make_photo(photos / "IMG_3.JPG", seed=3)
    report = run(client, AddFolders(paths=(photos,)))
    assert (report.new, report.failed) == (5, 0)
    assert [part.path for part in photo_at(folders, jpeg).parts] == [raw]
    assert [part.path.name for part in photo_at(folders, live).parts] == ["IMG_2.MOV"]
    with CatalogReader(folders) as reader:
        status = read(reader, read_status, lambda _: True)
    assert (status.photos, status.ready, status.failed) == (3, 3, 0)
    again = run(client, Rescan())
    assert (again.unchanged, again.new, again.images_per_s) == (5, 0, 0)

    shown = photo_at(folders, raw)
    jpeg.unlink()
    run(client, Rescan())
    alone = photo_at(folders, raw)
    assert (alone.id, alone.format, alone.paths, alone.parts) == (shown.id, "RAW", (raw,), ())
    (photos / "IMG_2.JPG").rename(photos / "IMG_9.JPG")
    (photos / "IMG_2.MOV").rename(photos / "IMG_9.MOV")
    report = run(client, Rescan())
    assert (report.moved, report.new, report.missing, report.images_per_s) == (2, 0, 0, 0)
    (photos / "IMG_9.JPG").unlink()
    report = run(client, Rescan())
    assert (report.missing, report.failed) == (2, 0)  # a film without its picture is no photo


def test_a_sidecar_alone_is_followed_without_embedding(
    client: WorkerClient, folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    plain = make_photo(photos / "a.jpg", seed=1)
    paired = make_photo(photos / "b.jpg", seed=2)
    (photos / "b.cr2").write_bytes(b"a raw")
    own = photos / "a.jpg.xmp"
    run(client, AddFolders(paths=(photos,)))
    assert photo_at(folders, plain).rating is None

    def words(keyword: str) -> bool:
        with CatalogReader(folders) as reader, reader.snapshot() as snapshot:
            return bool(snapshot.execute(
                "SELECT 1 FROM photo_words WHERE photo_words MATCH ?", (keyword,)
            ).fetchall())  # fmt: skip

    own.write_text(_XMP.format(rating=3, keyword="meadow"))
    (photos / "b.cr2.xmp").write_text(_XMP.format(rating=4, keyword="river"))
    report = run(client, Rescan())
    assert (report.unchanged, report.new, report.changed, report.images_per_s) == (3, 0, 0, 0)
    assert photo_at(folders, plain).rating == 3
    assert photo_at(folders, paired).rating == 4
    assert words("meadow")

    (photos / "a.xmp").write_text(_XMP.format(rating=1, keyword="other"))
    own.write_text(_XMP.format(rating=5, keyword="forest"))
    run(client, Rescan())
    assert photo_at(folders, plain).rating == 5
    assert words("forest")
    assert not words("meadow")

    own.unlink()
    run(client, Rescan())
    assert photo_at(folders, plain).rating == 1
    (photos / "a.xmp").unlink()
    report = run(client, Rescan())
    assert (report.unchanged, report.images_per_s) == (3, 0)
    assert photo_at(folders, plain).rating is None
    assert not words("other")
