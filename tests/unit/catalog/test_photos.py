from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.files import mark_missing
from photofind.catalog.folders import add_folder
from photofind.catalog.photos import NO_DATE, read_photo_order, read_photos
from photofind.catalog.tags import TagRow, TagSource, read_tags
from photofind.domain import Capture, PhotoId
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from pathlib import Path


def test_order_is_newest_first_then_latest_added_then_without_a_date(library: Library) -> None:
    taken = {"old": 1000, "undated": None, "new": 3000, "also new": 3000, "ancient": -(10**13)}
    for name, taken_at_ms in taken.items():
        library.add(f"{name}.jpg", name, capture=Capture(taken_at_ms=taken_at_ms))
    order = read(library.reader, read_photo_order)
    expected = ["also new", "new", "old", "ancient", "undated"]
    assert order.photo_ids.tolist() == [library.photo_id(name) for name in expected]
    assert order.content_ids.tolist() == [library.content_id(name) for name in expected]
    assert order.taken_at_ms.tolist() == [3000, 3000, 1000, -(10**13), NO_DATE]
    assert {array.dtype for array in (order.photo_ids, order.content_ids, order.taken_at_ms)} == {
        np.dtype(np.int64)
    }


def test_photos_that_are_not_visible_are_left_out(library: Library) -> None:
    write(library.writer, mark_missing, [library.add("1.jpg", "a")], 5)
    library.claim(library.insert("2.jpg"), "b")
    library.add("3.jpg", "c")
    shown = read(library.reader, read_photos, [1, 2, 3, 99, 3])
    assert list(shown) == [library.photo_id("c")]
    assert read(library.reader, read_photos, []) == {}


def test_paths_are_the_oldest_first(library: Library) -> None:
    for name in ("z.jpg", "a.jpg", "m.jpg"):
        library.add(name, "a")
    assert library.names() == {sha256("a"): ["z.jpg", "a.jpg", "m.jpg"]}


def test_photo_is_offline_when_no_place_can_be_reached(library: Library, tmp_path: Path) -> None:
    drive = write(library.writer, add_folder, tmp_path / "drive", None)
    library.add("1.jpg", "a")
    library.add("copy of 1.jpg", "a", folder=drive)
    library.add("2.jpg", "b", folder=drive)
    both, drive_only = library.photo_id("a"), library.photo_id("b")
    photos = read(library.reader, read_photos, [both, drive_only], lambda root: root != drive.path)
    assert (photos[both].offline, photos[drive_only].offline) == (False, True)
    assert not read(library.reader, read_photos, [drive_only])[drive_only].offline


def test_what_a_person_made_is_read(library: Library) -> None:
    library.add("1.jpg", "a", tags=(("dog", 0.9), ("cat", 0.2)))
    photo = library.photo_id("a")
    with library.writer.transaction() as tx:
        tx.execute("UPDATE photos SET rating = 4, favourite = 1, title = 'Ours'")
        tx.execute(
            """INSERT INTO tags (photo_id, label, source, state)
               VALUES (?, 'Rex', 'user', 'confirmed')""",
            (photo,),
        )
        tx.execute("UPDATE tags SET state = 'rejected' WHERE label = 'cat'")
    shown = read(library.reader, read_photos, [photo])[photo]
    assert (shown.rating, shown.favourite, shown.title) == (4, True, "Ours")
    assert read(library.reader, read_tags, [photo]).get(photo, ()) == (
        TagRow("Rex", TagSource.USER, None),
        TagRow("dog", TagSource.MODEL, 0.9),
    )
    assert read(library.reader, read_tags, [PhotoId(99)]).get(PhotoId(99), ()) == ()


def test_tags_of_several_photos(library: Library) -> None:
    library.add("1.jpg", "a", tags=(("dog", 0.2), ("snow", 0.9)))
    library.add("2.jpg", "b")
    library.add("3.jpg", "c", tags=(("cat", 0.9),))
    ids = [library.photo_id(name) for name in "abc"]
    tags = read(library.reader, read_tags, [*ids, PhotoId(99)])
    assert {photo_id: [tag.label for tag in rows] for photo_id, rows in tags.items()} == {
        ids[0]: ["snow", "dog"],
        ids[2]: ["cat"],
    }


def test_many_photos_at_once(library: Library) -> None:
    for n in range(40):
        library.add(f"{n}.jpg", f"content {n}")
    ids = list(range(100_000))
    assert len(read(library.reader, read_photos, ids)) == 40
