from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.catalog.files import fail_file, mark_missing
from photofind.catalog.folders import add_folder
from photofind.catalog.status import CatalogStatus, read_status
from photofind.domain import FolderState, MediaCode
from photofind.sentences import Sentence
from tests.plugins.catalog import fail_content, read, release, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.catalog.library import Library


def test_counts_of_every_kind(library: Library, tmp_path: Path) -> None:
    drive = write(library.writer, add_folder, tmp_path / "drive", None)
    library.add("1.jpg", "a")
    library.add("copy.jpg", "a")
    library.add("copy on drive.jpg", "a", folder=drive)
    library.add("2.jpg", "b", folder=drive)
    library.insert("not hashed.jpg")
    library.claim(library.insert("in flight.jpg"), "c")
    released = library.claim(library.insert("released.jpg"), "d").content_id
    assert released is not None
    release(library.writer, [released])
    broken = library.claim(library.insert("broken.jpg"), "e").content_id
    assert broken is not None
    fail_content(library.writer, broken, MediaCode.UNREADABLE, "It is broken.")
    library.claim(library.insert("broken copy.jpg"), "e")
    write(
        library.writer,
        fail_file,
        library.insert("denied.jpg"),
        MediaCode.DENIED,
        Sentence("May not."),
        1,
        1,
    )
    write(library.writer, mark_missing, [library.add("gone.jpg", "f")], 5)
    edited = library.add("edited.jpg", "g")
    library.edit(edited, "h")

    status = read(library.reader, read_status, lambda root: root != drive.path)

    assert replace(status, folders=()) == CatalogStatus(
        photos=8,
        ready=3,
        pending=3,
        failed=2,
        missing=1,
        offline=1,
        model="test@1.p1.q1",
        folders=(),
    )
    assert [(each.path, each.state, each.photos) for each in status.folders] == [
        (library.root, FolderState.ONLINE, 2),
        (drive.path, FolderState.OFFLINE, 2),
    ]
    assert read(library.reader, read_status, lambda _: True).offline == 0
    assert read(library.reader, read_status, lambda _: False).offline == 3
