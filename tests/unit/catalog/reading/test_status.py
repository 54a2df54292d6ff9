from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.rows import CatalogStatus, FolderStatus
from photofind.domain import FolderState, MediaCode

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.catalog.library import Library


def test_counts_of_every_kind(library: Library, tmp_path: Path) -> None:
    drive = library.writer.add_folder(tmp_path / "drive", None)
    library.add("1.jpg", "a")
    library.add("copy.jpg", "a")
    library.add("copy on drive.jpg", "a", folder=drive)
    library.add("2.jpg", "b", folder=drive)
    library.insert("not hashed.jpg")
    library.claim(library.insert("in flight.jpg"), "c")
    released = library.claim(library.insert("released.jpg"), "d").content_id
    assert released is not None
    library.writer.release([released])
    broken = library.claim(library.insert("broken.jpg"), "e").content_id
    assert broken is not None
    library.writer.fail_content(broken, MediaCode.UNREADABLE, "It is broken.")
    library.claim(library.insert("broken copy.jpg"), "e")
    library.writer.fail_file(library.insert("denied.jpg"), MediaCode.DENIED, "May not.", 1, 1)
    library.writer.mark_missing([library.add("gone.jpg", "f")], 5)
    edited = library.add("edited.jpg", "g")
    library.edit(edited, "h")

    status = library.reader.status(lambda root: root != drive.path)

    assert status == CatalogStatus(
        photos=8,
        ready=3,
        pending=3,
        failed=2,
        missing=1,
        offline=1,
        model="test@1.p1.q1",
        folders=(
            FolderStatus(library.root, FolderState.ONLINE, 2),
            FolderStatus(drive.path, FolderState.OFFLINE, 2),
        ),
    )
    assert library.reader.status(lambda _: True).offline == 0
    assert library.reader.status(lambda _: False).offline == 3
