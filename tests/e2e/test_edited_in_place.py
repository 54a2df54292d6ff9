"""Files that other programs edit in place: what is known goes along, what is seen decides."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.photos import read_photo_order
from photofind.catalog.reader import CatalogReader
from photofind.paths import AppFolders, app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import (
    AddFolders,
    Rescan,
)
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.domain import IndexReport


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


def exiftool(*arguments: str | Path) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("needs exiftool (Debian: libimage-exiftool-perl)")
    subprocess.run(
        ["exiftool", "-q", "-q", "-overwrite_original", *map(str, arguments)], check=True
    )


def read_vectors(folders: AppFolders) -> dict[str, tuple[int, bytes]]:
    """Photo and search vector by file name."""
    connection = sqlite3.connect(folders.catalog)
    rows = connection.execute(
        """SELECT f.name, c.photo_id, e.vector FROM files f JOIN contents c ON c.id = f.content_id
           JOIN embeddings e ON e.region_id = c.id AND e.space = 'search'"""
    ).fetchall()
    connection.close()
    return {name: (photo_id, vector) for name, photo_id, vector in rows}


def test_new_ratings_and_keywords_on_200_photos_embed_nothing_and_lose_nothing(
    client: WorkerClient, folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    for seed in range(200):
        suffix = (".jpg", ".png", ".webp", ".heic")[seed % 4]
        make_photo(photos / f"{seed:03}{suffix}", seed=seed, size=(96, 72))
    assert run(client, AddFolders(paths=(photos,))).new == 200
    connection = sqlite3.connect(folders.catalog)
    connection.execute("UPDATE photos SET favourite = 1, rating = 4")
    connection.execute(
        """INSERT INTO texts (content_id, kind, text, created_at, edited)
           SELECT id, 'caption', 'my words', 0, 1 FROM contents
           UNION ALL SELECT id, 'caption', 'its words', 0, 0 FROM contents
           UNION ALL SELECT id, 'note', 'my note', 0, 0 FROM contents
           UNION ALL SELECT id, 'ocr', 'a sign', 0, 0 FROM contents"""
    )
    connection.execute(
        """INSERT INTO tags (photo_id, label, source, state)
           SELECT id, 'mine', 'user', 'confirmed' FROM photos"""
    )
    connection.commit()
    connection.close()
    before = read_vectors(folders)
    exiftool("-rating=5", "-keywords=holiday", "-xmp:subject=holiday", photos)
    report = run(client, Rescan())
    assert (report.changed, report.new, report.failed, report.images_per_s) == (200, 0, 0, 0)
    assert read_vectors(folders) == before
    connection = sqlite3.connect(folders.catalog)
    assert connection.execute(
        """SELECT t.kind, t.edited, t.text, count(*) FROM photos p
           JOIN texts t ON t.content_id = p.primary_content_id
           WHERE p.favourite = 1 AND p.rating = 4 GROUP BY 1, 2, 3 ORDER BY 1, 2"""
    ).fetchall() == [
        ("caption", 0, "its words", 200),
        ("caption", 1, "my words", 200),
        ("note", 0, "my note", 200),
        ("ocr", 0, "a sign", 200),
    ]
    assert connection.execute(
        """SELECT t.label, t.source, count(*) FROM photos p JOIN tags t
           ON t.photo_id = p.id OR t.content_id = p.primary_content_id
           WHERE t.source <> 'model' GROUP BY 1, 2 ORDER BY 1"""
    ).fetchall() == [("holiday", "file", 200), ("mine", "user", 200)]
    connection.close()


def test_a_photo_that_looks_different_afterwards_is_embedded_again_but_stays_the_same_photo(
    client: WorkerClient, folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    path = make_photo(photos / "a.jpg", seed=1)
    run(client, AddFolders(paths=(photos,)))
    photo_id, before = read_vectors(folders)["a.jpg"]
    exiftool("-n", "-orientation=6", path)
    report = run(client, Rescan())
    assert (report.changed, report.new) == (1, 0)
    assert report.images_per_s > 0
    assert read_vectors(folders)["a.jpg"][0] == photo_id
    assert read_vectors(folders)["a.jpg"][1] != before
    make_photo(path, seed=2)
    assert run(client, Rescan()).changed == 1
    assert read_vectors(folders)["a.jpg"][0] == photo_id
    with CatalogReader(folders) as reader:
        assert len(read(reader, read_photo_order).photo_ids) == 1
