from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.catalog.files import (
    find_photo_at,
    iterate_files,
    mark_excluded,
    mark_missing,
    mark_seen,
)
from photofind.catalog.folders import (
    Nesting,
    add_folder,
    exclude_pattern,
    include_pattern,
    note_folder_problems,
    read_folders,
    remove_folder,
    set_online_only,
    store_unindexed_counts,
)
from photofind.catalog.forgetting import mark_missing_for_deletion
from photofind.catalog.photos import read_photos
from photofind.catalog.status import read_problems, read_status
from photofind.domain import FolderError, MediaCode
from photofind.sentences import Sentence
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class OwnNesting(Nesting):
    """A walk comes to whatever no pattern names; patterns are written with their folder."""

    def is_walked(self, root: Path, below: bytes, patterns: Sequence[str]) -> bool:
        del root
        return below.decode() not in patterns

    def rebase(self, pattern: str, below: bytes) -> str:
        return f"{below.decode()}/{pattern}"


def roots(library: Library) -> dict[str, tuple[str, ...]]:
    return {folder.path.name: folder.exclusions for folder in read(library.reader, read_folders)}


def test_what_is_left_out_is_hidden_not_missing_and_keeps_what_was_made(library: Library) -> None:
    file_id = library.add("a.jpg", "a")
    library.add("b.jpg", "b")
    pending = library.insert("c.jpg")
    with library.writer.transaction() as tx:
        tx.execute("UPDATE photos SET rating = 5")
    write(library.writer, mark_excluded, [file_id, pending], 7)
    assert library.names() == {sha256("b"): ["b.jpg"]}
    status = read(library.reader, read_status, lambda _: True)
    assert (status.missing, status.pending) == (0, 0)
    write(library.writer, mark_seen, [file_id])
    (photo,) = read(library.reader, read_photos, [library.photo_id("a")]).values()
    assert (photo.rating, [path.name for path in photo.paths]) == (5, ["a.jpg"])


def test_what_is_left_out_is_not_forgotten_with_what_is_missing(library: Library) -> None:
    left_out, gone = library.add("a.jpg", "a"), library.add("b.jpg", "b")
    write(library.writer, mark_excluded, [left_out], 7)
    write(library.writer, mark_missing, [gone], 7)
    assert write(library.writer, mark_missing_for_deletion) == 1
    write(library.writer, mark_seen, [left_out])
    assert library.names() == {sha256("a"): ["a.jpg"]}


def test_a_copy_elsewhere_is_no_move_of_what_is_left_out(library: Library) -> None:
    write(library.writer, mark_excluded, [library.add("a.jpg", "a")], 7)
    library.add("sub/a.jpg", "a")
    paths = [
        (row.rel_path, row.excluded) for row in iterate_files(library.reader, library.folder.id)
    ]
    assert paths == [(b"a.jpg", True), (b"sub/a.jpg", False)]


def test_patterns_belong_to_a_root(library: Library) -> None:
    write(library.writer, exclude_pattern, library.root, "*.png")
    write(library.writer, exclude_pattern, library.root, "*.png")
    write(library.writer, exclude_pattern, library.root, "/a/")
    assert roots(library)[library.root.name] == ("*.png", "/a/")
    write(library.writer, include_pattern, library.root, "*.png", Nesting())
    assert roots(library)[library.root.name] == ("/a/",)
    with pytest.raises(FolderError) as caught:
        write(library.writer, include_pattern, library.root, "*.png", Nesting())
    assert caught.value.code == "pattern_unknown"
    with pytest.raises(FolderError) as caught:
        write(library.writer, exclude_pattern, library.root / "sub", "*.png")
    assert caught.value.code == "folder_unknown"


def test_a_root_that_is_absorbed_brings_its_patterns(library: Library) -> None:
    write(library.writer, exclude_pattern, library.root, "*.png")
    top = write(library.writer, add_folder, library.root.parent, None, OwnNesting())
    assert roots(library) == {top.path.name: (f"{library.root.name}/*.png",)}


def test_a_root_where_no_walk_comes_stays_until_one_does(library: Library) -> None:
    own = library.root / "own"
    write(library.writer, exclude_pattern, library.root, "own")
    write(library.writer, add_folder, own, None, OwnNesting())
    assert set(roots(library)) == {library.root.name, "own"}
    library.add("a.jpg", "a", folder=read(library.reader, read_folders)[1])
    assert read(library.reader, find_photo_at, own / "a.jpg") == library.photo_id("a")
    write(library.writer, include_pattern, library.root, "own", OwnNesting())
    assert set(roots(library)) == {library.root.name}
    assert library.names() == {sha256("a"): ["a.jpg"]}


def test_files_that_are_online_only_are_left_alone_until_asked_for(library: Library) -> None:
    (folder,) = read(library.reader, read_folders)
    assert not folder.includes_online_only
    write(library.writer, set_online_only, library.root, included=True)
    (folder,) = read(library.reader, read_folders)
    assert folder.includes_online_only


def test_counting_the_same_again_changes_nothing(library: Library) -> None:
    write(library.writer, store_unindexed_counts, library.folder.id, videos=3, online_only=4)
    (status,) = read(library.reader, read_status, lambda _: True).folders
    assert (status.videos, status.online_only) == (3, 4)
    version = library.reader.data_version()
    write(library.writer, store_unindexed_counts, library.folder.id, videos=3, online_only=4)
    assert library.reader.data_version() == version


def test_folders_that_cannot_be_looked_into_are_problems_until_a_look_finds_them_open(
    library: Library,
) -> None:
    def note(*found: bytes, looked_at: bytes = b"") -> list[str]:
        write(
            library.writer,
            note_folder_problems,
            library.folder.id,
            [(place, MediaCode.DENIED, Sentence(f"{place!r} is closed.")) for place in found],
            lambda place: place.startswith(looked_at),
        )
        return [
            str(each.path.relative_to(library.root)) for each in read(library.reader, read_problems)
        ]

    assert note(b"a", b"b") == ["a", "b"]
    version = library.reader.data_version()
    assert note(b"a", b"b") == ["a", "b"]
    assert library.reader.data_version() == version
    assert note(looked_at=b"a") == ["b"]
    assert note(b"") == ["."]
    status = read(library.reader, read_status, lambda _: False)
    assert status.closed_folders == 1
    assert status.folders[0].trouble == Sentence("b'' is closed.")
    write(library.writer, remove_folder, library.root)
    assert read(library.reader, read_problems) == []
