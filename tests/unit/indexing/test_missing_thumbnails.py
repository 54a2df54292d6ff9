"""Thumbnails that the cache has lost are made anew, of the photo's very bytes alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from photofind.catalog.claims import IdentifiedFile, claim_files
from photofind.catalog.files import insert_files
from photofind.catalog.forgetting import mark_photos_for_deletion
from photofind.catalog.photos import find_primary_photo
from photofind.catalog.thumbnails import ThumbnailStore
from photofind.domain import ContentId
from photofind.indexing.decode_watchdog import DecodeWatchdog
from photofind.indexing.missing_thumbnails import MissingThumbnails
from photofind.indexing.unresponsive_roots import UnresponsiveRoots
from photofind.media.decode import decode_photo
from photofind.media.identity import hash_file
from photofind.paths import app_folders
from tests.plugins.catalog import read, write
from tests.plugins.pictures import make_photo
from tests.unit.catalog.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from photofind.media.decode import DecodedPhoto


class _World:
    """A library of real photos whose thumbnails were lost."""

    def __init__(self, tmp_path: Path) -> None:
        self.root = tmp_path / "photos"
        self.library = Library(app_folders(tmp_path / "data"), self.root)
        self.store = ThumbnailStore(self.library.folders.thumbnails)
        self.missing = MissingThumbnails(
            self.library.folders.thumbnails,
            UnresponsiveRoots(lambda *_: None, lambda *_: None),
            DecodeWatchdog(lambda reason: pytest.fail(str(reason))),
        )
        self.hashes: dict[ContentId, bytes] = {}

    def add(self, name: str, seed: int) -> ContentId:
        path = make_photo(self.root / name, seed=seed, size=(900, 600))
        sha256 = hash_file(path)
        writer = self.library.writer
        (file_id,) = write(writer, insert_files, self.library.folder.id, [(name.encode(), 1, 1)])
        (claim,) = write(writer, claim_files, [IdentifiedFile(file_id, 1, 1, sha256)])
        assert claim.content_id is not None
        self.library.complete(claim.content_id)
        self.hashes[claim.content_id] = sha256
        return claim.content_id

    def work(self) -> None:
        assert self.missing.work(self.library.reader, lambda: False) is False

    def thumbnail(self, content_id: ContentId) -> bytes | None:
        return self.store.get(self.hashes[content_id])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[_World]:
    world = _World(tmp_path)
    yield world
    world.store.close()
    world.library.close()


def test_a_lost_thumbnail_is_made_anew(world: _World) -> None:
    wanted, other = world.add("a.jpg", 1), world.add("b.jpg", 2)
    world.work()
    assert not world.library.folders.thumbnails.exists()
    world.missing.add([wanted])
    world.work()
    made = world.thumbnail(wanted)
    assert made is not None
    assert Image.open(io.BytesIO(made)).size == (512, 341)
    assert world.thumbnail(other) is None  # nobody has missed it


def test_it_is_made_once(world: _World) -> None:
    content_id = world.add("a.jpg", 1)
    world.store.put({world.hashes[content_id]: b"there by now"})
    world.missing.add([content_id, content_id])
    world.work()
    assert world.thumbnail(content_id) == b"there by now"


def test_what_was_asked_for_last_comes_first_and_a_rest_is_made_later(world: _World) -> None:
    first, second = world.add("a.jpg", 1), world.add("b.jpg", 2)
    world.missing.add([first])
    world.missing.add([second])
    world.missing.work(world.library.reader, lambda: world.thumbnail(second) is not None)
    assert world.thumbnail(second) is not None
    assert world.thumbnail(first) is None
    world.work()
    assert world.thumbnail(first) is not None


@pytest.mark.parametrize("change", ["gone", "other bytes", "no picture"])
def test_nothing_is_made_of_another_file(world: _World, change: str) -> None:
    content_id = world.add("a.jpg", 1)
    path = world.root / "a.jpg"
    if change == "gone":
        path.unlink()
    elif change == "other bytes":
        make_photo(path, seed=9, size=(900, 600))
    else:
        path.write_bytes(b"no picture")
        world.hashes[content_id] = hash_file(path)
    world.missing.add([content_id])
    world.work()
    assert world.thumbnail(content_id) is None


def test_nothing_is_left_of_a_photo_that_is_forgotten_meanwhile(
    world: _World, monkeypatch: pytest.MonkeyPatch
) -> None:
    content_id = world.add("a.jpg", 1)
    photo_id = read(world.library.reader, find_primary_photo, content_id)
    assert photo_id is not None

    def decode_slowly(*arguments: Any) -> DecodedPhoto:
        write(world.library.writer, mark_photos_for_deletion, [photo_id])
        return decode_photo(*arguments)

    monkeypatch.setattr("photofind.indexing.missing_thumbnails.decode_photo", decode_slowly)
    world.missing.add([content_id])
    world.work()
    assert world.thumbnail(content_id) is None


def test_a_photo_that_is_not_in_the_catalog_is_passed_over(world: _World) -> None:
    world.missing.add([ContentId(99)])
    world.work()
    assert not world.library.folders.thumbnails.exists()
