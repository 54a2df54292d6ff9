from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.claims import ClaimOutcome
from photofind.catalog.files import iterate_files
from photofind.catalog.folders import add_folder, read_folders, relocate_folder, remove_folder
from photofind.catalog.photos import find_content_by_sha256, read_photo_order
from photofind.catalog.status import read_status
from photofind.domain import FolderError
from tests.plugins.catalog import read, write
from tests.unit.catalog.library import Library, sha256

if TYPE_CHECKING:
    from pathlib import Path


def test_adding_a_root_twice_finds_it(library: Library) -> None:
    again = write(library.writer, add_folder, library.root, "another volume")
    assert again == library.folder
    assert read(library.reader, read_folders) == [library.folder]


def test_root_remembers_its_volume(library: Library, tmp_path: Path) -> None:
    added = write(library.writer, add_folder, tmp_path / "drive", "volume 7")
    assert added.volume_id == "volume 7"
    assert read(library.reader, read_folders)[1] == added
    assert added.added_at > 1_500_000_000_000


def test_child_of_a_root_is_covered_by_it(library: Library) -> None:
    assert write(library.writer, add_folder, library.root / "2023" / "May", None) == library.folder
    assert len(read(library.reader, read_folders)) == 1


def test_sibling_with_a_common_beginning_is_a_root_of_its_own(library: Library) -> None:
    sibling = library.root.with_name(library.root.name + " 2")
    assert write(library.writer, add_folder, sibling, None).id != library.folder.id


def test_parent_absorbs_known_roots(library: Library, tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9\n1.jpg")
    other = write(library.writer, add_folder, tmp_path / "far" / "away", None)
    outside = write(library.writer, add_folder, tmp_path.with_name("outside"), None)
    library.add(odd, "a")
    library.add("sub/2.jpg", "b")
    library.add("3.jpg", "c", folder=other)
    library.add("4.jpg", "d", folder=outside)
    version = read(library.reader, read_photo_order).photo_ids.tolist()

    parent = write(library.writer, add_folder, tmp_path, None)

    assert [row.id for row in read(library.reader, read_folders)] == [outside.id, parent.id]
    assert library.shown() == {
        sha256("a"): (library.root / odd,),
        sha256("b"): (library.root / "sub" / "2.jpg",),
        sha256("c"): (tmp_path / "far" / "away" / "3.jpg",),
        sha256("d"): (outside.path / "4.jpg",),
    }
    assert read(library.reader, read_photo_order).photo_ids.tolist() == version
    assert {row.rel_path for row in iterate_files(library.reader, parent.id)} == {
        b"photos/caf\xe9\n1.jpg", b"photos/sub/2.jpg", b"far/away/3.jpg",
    }  # fmt: skip


@pytest.mark.skipif(os.name != "posix", reason="one root holds everything on POSIX alone")
def test_file_system_root_absorbs_everything(library: Library, tmp_path: Path) -> None:
    library.add("1.jpg", "a")
    top = write(library.writer, add_folder, tmp_path.__class__("/"), None)
    assert library.shown() == {sha256("a"): (library.root / "1.jpg",)}
    assert write(library.writer, add_folder, library.root, None) == top


def test_removed_root_hides_its_photos_and_comes_back_without_embedding(library: Library) -> None:
    library.add("1.jpg", "a")
    library.add("2.jpg", "b")
    photo = library.photo_id("a")

    write(library.writer, remove_folder, library.root)

    assert read(library.reader, read_folders) == []
    assert library.shown() == {}
    assert library.found("jpg") == set()
    assert read(library.reader, read_status, lambda _: True).photos == 0

    library.folder = write(library.writer, add_folder, library.root, None)
    claim = library.claim(library.insert("1.jpg"), "a")
    assert claim.outcome is ClaimOutcome.READY
    assert library.photo_id("a") == photo
    assert library.names() == {sha256("a"): ["1.jpg"]}


def test_removed_root_leaves_copies_elsewhere_visible(library: Library, tmp_path: Path) -> None:
    other = write(library.writer, add_folder, tmp_path / "other", None)
    library.add("1.jpg", "a")
    library.add("copy.jpg", "a", folder=other)
    write(library.writer, remove_folder, library.root)
    assert library.names() == {sha256("a"): ["copy.jpg"]}
    assert library.found("copy")
    assert not library.found("1.jpg")


def test_root_removed_while_its_files_are_in_flight(library: Library, tmp_path: Path) -> None:
    hashed, in_flight = library.insert("1.jpg"), library.insert("2.jpg")
    claim = library.claim(in_flight, "b")
    write(library.writer, remove_folder, library.root)
    # Numbers are not used again: these files must not be taken for the removed ones.
    other = write(library.writer, add_folder, tmp_path / "other", None)
    library.insert("other.jpg", other)

    assert library.claim(hashed, "a").outcome is ClaimOutcome.GONE
    library.complete(claim.content_id)

    assert library.shown() == {}
    assert [row.content_id for row in iterate_files(library.reader, other.id)] == [None]
    assert read(library.reader, find_content_by_sha256, sha256("a")) is None


def test_files_found_in_a_root_that_was_removed(library: Library) -> None:
    write(library.writer, remove_folder, library.root)
    with pytest.raises(FolderError) as caught:
        library.insert("1.jpg")
    assert caught.value.code == "folder_unknown"


def test_removing_what_is_no_root(library: Library, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not one of photofind's folders") as caught:
        write(library.writer, remove_folder, tmp_path / "nowhere")
    assert caught.value.code == "folder_unknown"
    with pytest.raises(FolderError, match="is inside") as caught:
        write(library.writer, remove_folder, library.root / "sub")
    assert str(library.root) in caught.value.user_message
    assert read(library.reader, read_folders) == [library.folder]


def test_a_root_that_was_added_at_its_new_place_already(library: Library, tmp_path: Path) -> None:
    """Whoever adds the moved folder first, and then says that it was moved, is told the way out."""
    there = write(library.writer, add_folder, tmp_path / "there", None)
    with pytest.raises(FolderError) as caught:
        write(library.writer, relocate_folder, library.root, there.path, None)
    said = caught.value.user_message
    assert caught.value.code == "folder_taken"
    assert said.startswith(f"{there.path} is one of photofind's folders already.")
    assert f"Remove {library.root} " in said
    with pytest.raises(FolderError, match="one is inside the other") as caught:
        write(library.writer, relocate_folder, library.root, there.path / "sub", None)
    assert caught.value.code == "folder_taken"
