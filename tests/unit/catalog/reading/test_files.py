from __future__ import annotations

import os
from typing import TYPE_CHECKING

from photofind.domain import MediaCode

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.unit.catalog.library import Library


def test_files_of_one_root_in_chunks(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.reading.files._CHUNK", 3)
    other = library.writer.add_folder(tmp_path / "other", None)
    ids = []
    for n in range(8):
        library.insert(f"{n}.jpg", other)
        ids.append(library.insert(f"{9 - n}.jpg"))
    assert [row.id for row in library.reader.files(library.folder.id)] == ids
    assert {row.folder_id for row in library.reader.files(other.id)} == {other.id}
    but = {*ids[:4], ids[6]}
    rows = library.reader.files(library.folder.id, but)
    assert [row.id for row in rows] == [ids[4], ids[5], ids[7]]


def test_files_by_name_and_below_a_subfolder_in_chunks(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.catalog.reading.files._CHUNK", 2)
    monkeypatch.setattr("photofind.catalog.reading.files._NAMES", 2)
    other = library.writer.add_folder(tmp_path / "other", None)
    names = [b"a", b"a!/0.jpg", *(b"a/%d.jpg" % n for n in range(5)), b"a0.jpg", b"b.jpg"]
    for name in names:
        library.insert(name)
        library.insert(name, other)
    assert not library.reader.files_named(library.folder.id, [b"c.jpg"])
    wanted = {b"a/1.jpg", b"a0.jpg", b"b.jpg", b"c.jpg"}
    named = library.reader.files_named(library.folder.id, wanted)
    assert {row.rel_path for row in named} == wanted - {b"c.jpg"}
    assert {row.folder_id for row in named} == {library.folder.id}
    found = library.reader.files_at(library.folder.id, b"a")
    assert [row.rel_path for row in found] == [names[0], *names[2:7]]


def test_a_root_without_files_or_with_missing_ones_has_none(library: Library) -> None:
    assert not library.reader.knows_files(library.folder.id)
    file_id = library.add("a.jpg", "a")
    assert library.reader.knows_files(library.folder.id)
    library.writer.mark_missing([file_id], 5)
    assert not library.reader.knows_files(library.folder.id)


def test_problems_of_files_and_contents_by_path(library: Library, tmp_path: Path) -> None:
    odd = os.fsdecode(b"odd \xff.jpg")
    library.writer.fail_file(library.insert("c.jpg"), MediaCode.DENIED, "May not.", 1, 1)
    content = library.claim(library.insert("b.jpg"), "bad").content_id
    assert content is not None
    library.writer.fail_content(content, MediaCode.TOO_LARGE, "Too many pixels.")
    library.claim(library.insert(odd), "bad")
    library.add("fine.jpg", "good")
    gone = library.insert("a.jpg")
    library.claim(gone, "bad")
    library.writer.mark_missing([gone], 5)
    assert [(each.path, each.code, each.reason) for each in library.reader.problems()] == [
        (library.root / "b.jpg", MediaCode.TOO_LARGE, "Too many pixels."),
        (library.root / "c.jpg", MediaCode.DENIED, "May not."),
        (library.root / odd, MediaCode.TOO_LARGE, "Too many pixels."),
    ]
