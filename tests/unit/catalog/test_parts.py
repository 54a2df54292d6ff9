"""RAW beside JPEG, film beside picture: contents of one photo, whichever comes or goes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.files import find_photo_at, iterate_files, mark_missing, mark_seen
from photofind.catalog.folders import add_folder, read_folders, remove_folder
from photofind.catalog.parts import pair_files
from photofind.catalog.photos import find_shown_content, read_photo_order, read_photos
from photofind.catalog.status import read_problems, read_status
from photofind.catalog.tags import read_tags
from photofind.domain import MediaCode
from tests.plugins.catalog import fail_content, read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from photofind.domain import FileId, Photo

JPEG, RAW = "IMG_1.JPG", "IMG_1.CR2"


def part(library: Library, name: str, of: str = JPEG) -> FileId:
    """A path that waits to be hashed, and is known to belong to another."""
    file_id = library.insert(name)
    write(library.writer, pair_files, [(file_id, of.encode())])
    return file_id


def only_photo(library: Library) -> Photo:
    (photo,) = read(
        library.reader, read_photos, read(library.reader, read_photo_order).photo_ids.tolist()
    ).values()
    return photo


def part_names(library: Library) -> list[str]:
    return [each.path.name for each in only_photo(library).parts]


def rate(library: Library, content: str, rating: int | None, title: str | None = None) -> None:
    with library.writer.transaction() as tx:
        tx.execute(
            "UPDATE photos SET rating = ?, favourite = 1, title = ? WHERE id = ?",
            (rating, title, library.photo_id(content)),
        )


@pytest.fixture
def pair(library: Library) -> Library:
    library.add(JPEG, "jpeg")
    assert library.claim(part(library, RAW), "raw").outcome is ClaimOutcome.PART
    return library


def test_a_raw_joins_the_photo_and_is_not_embedded(pair: Library) -> None:
    assert pair.names() == {sha256("jpeg"): [JPEG]}
    assert part_names(pair) == [RAW]
    assert only_photo(pair).parts[0].byte_size == 100
    status = read(pair.reader, read_status, lambda _: True)
    assert (status.photos, status.ready, status.pending) == (1, 1, 0)
    assert all(row.ready for row in iterate_files(pair.reader, pair.folder.id))


def test_either_half_may_be_identified_first(library: Library) -> None:
    raw, jpeg = library.insert(RAW), library.insert(JPEG)
    write(library.writer, pair_files, [(raw, JPEG.encode())])
    claim = library.claim(raw, "raw")
    assert (claim.outcome, claim.new) == (ClaimOutcome.PART, True)
    assert read(library.reader, read_status, lambda _: True).pending == 1
    claim = library.claim(jpeg, "jpeg")
    assert claim.outcome is ClaimOutcome.NEW
    library.complete(claim.content_id)
    assert part_names(library) == [RAW]


def test_names_and_paths_of_parts_lead_to_the_photo(pair: Library) -> None:
    photo = only_photo(pair)
    assert pair.found("CR2") == {photo.id}
    assert read(pair.reader, find_photo_at, pair.root / RAW) == photo.id


def test_what_is_shown_stands_for_a_part(pair: Library) -> None:
    jpeg, raw = pair.content_id("jpeg"), pair.content_id("raw")
    assert read(pair.reader, find_shown_content, raw) == jpeg
    assert read(pair.reader, find_shown_content, jpeg) == jpeg


def test_photos_that_were_two_become_one_with_what_was_made_of_both(library: Library) -> None:
    library.add(RAW, "raw")
    library.add(JPEG, "jpeg")
    rate(library, "raw", 5, "from the RAW")
    rate(library, "jpeg", 2)
    with library.writer.transaction() as tx:
        tx.executemany(
            "INSERT INTO tags (photo_id, label, source) VALUES (?, ?, 'user')",
            [(library.photo_id("raw"), "sea"), (library.photo_id("raw"), "us"),
             (library.photo_id("jpeg"), "sea")],
        )  # fmt: skip
        tx.execute(
            """INSERT INTO texts (content_id, kind, text, created_at)
               VALUES (?, 'note', 'my note', 0)""",
            (library.content_id("raw"),),
        )
    (raw,) = (
        row
        for row in iterate_files(library.reader, library.folder.id)
        if row.rel_path == b"IMG_1.CR2"
    )
    write(library.writer, pair_files, [(raw.id, JPEG.encode())])
    photo = only_photo(library)
    assert (photo.sha256, photo.rating, photo.title) == (sha256("jpeg"), 2, "from the RAW")
    assert photo.favourite
    assert sorted(
        tag.label for tag in read(library.reader, read_tags, [photo.id]).get(photo.id, ())
    ) == ["sea", "us"]
    assert library.found("my note") == {photo.id}


def test_a_raw_takes_the_photo_over_when_its_jpeg_goes_and_gives_it_back(pair: Library) -> None:
    rate(pair, "jpeg", 4)
    jpeg, raw = iterate_files(pair.reader, pair.folder.id)
    write(pair.writer, mark_missing, [jpeg.id], 5)
    write(pair.writer, pair_files, [(raw.id, None)])
    assert read(pair.reader, read_status, lambda _: True).pending == 1
    claim = pair.claim(raw.id, "raw")
    assert claim.outcome is ClaimOutcome.NEW
    pair.complete(claim.content_id)
    assert (only_photo(pair).sha256, only_photo(pair).rating) == (sha256("raw"), 4)
    write(pair.writer, pair_files, [(raw.id, JPEG.encode())])
    write(pair.writer, mark_seen, [jpeg.id])
    assert (only_photo(pair).sha256, only_photo(pair).rating) == (sha256("jpeg"), 4)
    assert part_names(pair) == [RAW]
    assert pair.claim(raw.id, "raw").outcome is ClaimOutcome.PART


def test_halves_that_part_keep_all_that_was_made(pair: Library) -> None:
    rate(pair, "jpeg", 4, "mine")
    _, raw = iterate_files(pair.reader, pair.folder.id)
    write(pair.writer, pair_files, [(raw.id, None)])
    pair.complete(pair.claim(raw.id, "raw").content_id)
    photos = read(
        pair.reader, read_photos, read(pair.reader, read_photo_order).photo_ids.tolist()
    ).values()
    assert len(photos) == 2
    assert {(photo.rating, photo.title, photo.favourite) for photo in photos} == {(4, "mine", True)}


def test_a_raw_that_could_not_be_decoded_is_no_problem_beside_its_jpeg(library: Library) -> None:
    claim = library.claim(library.insert(RAW), "raw")
    assert claim.content_id is not None
    fail_content(library.writer, claim.content_id, MediaCode.UNSUPPORTED, "Not this one.")
    library.add(JPEG, "jpeg")
    write(library.writer, pair_files, [(claim.file_id, JPEG.encode())])
    assert read(library.reader, read_problems) == []
    assert part_names(library) == [RAW]


def test_an_edited_jpeg_keeps_its_raw(pair: Library) -> None:
    jpeg, _ = iterate_files(pair.reader, pair.folder.id)
    pair.edit(jpeg.id, "brighter")
    assert only_photo(pair).sha256 == sha256("brighter")
    assert part_names(pair) == [RAW]


def test_a_rewritten_raw_stays_a_part(pair: Library) -> None:
    photo = only_photo(pair).id
    _, raw = iterate_files(pair.reader, pair.folder.id)
    claim = pair.claim(raw.id, "raw with a rating", mtime_ns=2)
    assert (claim.outcome, claim.changed) == (ClaimOutcome.PART, True)
    assert only_photo(pair).id == photo
    assert part_names(pair) == [RAW]


def test_one_raw_beside_two_pictures_belongs_to_the_first(pair: Library) -> None:
    pair.add("b/x.JPG", "other")
    assert pair.claim(part(pair, "b/x.CR2", "b/x.JPG"), "raw").outcome is ClaimOutcome.PART
    by_sha = {
        photo.sha256: len(photo.parts)
        for photo in read(
            pair.reader, read_photos, read(pair.reader, read_photo_order).photo_ids.tolist()
        ).values()
    }
    assert by_sha == {sha256("jpeg"): 2, sha256("other"): 0}


def test_a_removed_folder_takes_pairs_along_and_brings_them_back(pair: Library) -> None:
    rate(pair, "jpeg", 3)
    write(pair.writer, remove_folder, pair.root)
    assert pair.shown() == {}
    pair.folder = write(pair.writer, add_folder, pair.root, None)
    assert pair.claim(part(pair, RAW), "raw").outcome is ClaimOutcome.PART
    assert pair.claim(pair.insert(JPEG), "jpeg").outcome is ClaimOutcome.READY
    assert (only_photo(pair).rating, part_names(pair)) == (3, [RAW])


def test_a_folder_that_is_absorbed_keeps_its_pairs(pair: Library) -> None:
    write(pair.writer, add_folder, pair.root.parent, None)
    files = [
        row.part_of
        for folder in read(pair.reader, read_folders)
        for row in iterate_files(pair.reader, folder.id)
        if row.part_of
    ]
    assert files == [f"{pair.root.name}/{JPEG}".encode()]
    assert part_names(pair) == [RAW]
