"""A catalog under test, changed the way indexing changes it, and what must always hold."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.claims import Claim, ClaimOutcome, IdentifiedFile, claim_files
from photofind.catalog.contents import EmbeddedContent
from photofind.catalog.files import insert_files
from photofind.catalog.folders import FolderRow, add_folder
from photofind.catalog.models import activate_model, ensure_model
from photofind.catalog.photos import (
    find_content_by_sha256,
    find_primary_photo,
    read_photo_order,
    read_photos,
)
from photofind.catalog.reader import CatalogReader
from photofind.catalog.words import find_phrase
from photofind.catalog.writer import CatalogWriter
from photofind.domain import Capture, ContentId, FileId, PhotoId, Space
from photofind.normal_form import fold
from tests.plugins.catalog import complete, read, write

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.paths import AppFolders

SEARCH_DIM = 8
SIMILAR_DIM = 5


def sha256(content: str) -> bytes:
    return hashlib.sha256(content.encode()).digest()


def unit_vector(seed: str, dim: int) -> NDArray[np.float32]:
    values = np.frombuffer(hashlib.sha512(seed.encode()).digest()[: 2 * dim], np.uint16)
    vector = values.astype(np.float32) + 1
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Library:
    """One writer, one reader and a root; contents are told apart by a made-up label."""

    def __init__(self, folders: AppFolders, root: Path) -> None:
        self.folders = folders
        self.root = root
        self.writer = CatalogWriter(folders)
        self.reader = CatalogReader(folders)
        self.model = write(self.writer, ensure_model, "test@1.p1.q1", "search", SEARCH_DIM)
        write(self.writer, activate_model, self.model)
        self.folder: FolderRow = write(self.writer, add_folder, root, None)

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def insert(self, name: str | bytes, folder: FolderRow | None = None) -> FileId:
        """A path that waits to be hashed."""
        folder = folder or self.folder
        return write(self.writer, insert_files, folder.id, [(os.fsencode(name), 100, 1)])[0]

    def claim(self, file_id: FileId, content: str, mtime_ns: int = 1) -> Claim:
        files = [IdentifiedFile(file_id, 100, mtime_ns, sha256(content))]
        return write(self.writer, claim_files, files)[0]

    def complete(
        self,
        content_id: ContentId | None,
        capture: Capture | None = None,
        tags: tuple[tuple[str, float], ...] = (),
    ) -> None:
        assert content_id is not None
        complete(self.writer, [embedded(content_id, capture, tags)], self.model)

    def add(
        self,
        name: str | bytes,
        content: str,
        *,
        folder: FolderRow | None = None,
        capture: Capture | None = None,
        tags: tuple[tuple[str, float], ...] = (),
    ) -> FileId:
        """Finds a file, hashes it, and embeds its content unless it is known."""
        file_id = self.insert(name, folder)
        claim = self.claim(file_id, content)
        if claim.outcome is ClaimOutcome.NEW:
            self.complete(claim.content_id, capture, tags)
        return file_id

    def edit(self, file_id: FileId, content: str) -> Claim:
        """The file has other bytes now; embeds them unless they are known."""
        claim = self.claim(file_id, content, mtime_ns=2)
        if claim.outcome is ClaimOutcome.NEW:
            self.complete(claim.content_id)
        return claim

    def content_id(self, content: str) -> ContentId:
        found = read(self.reader, find_content_by_sha256, sha256(content))
        assert found is not None
        return found

    def photo_id(self, content: str) -> PhotoId:
        """The photo that shows this content."""
        found = read(self.reader, find_primary_photo, self.content_id(content))
        assert found is not None
        return found

    def shown(self) -> dict[bytes, tuple[Path, ...]]:
        """What can be seen: the places of each visible photo by its content's sha256."""
        ids = read(self.reader, read_photo_order).photo_ids.tolist()
        return {photo.sha256: photo.paths for photo in read(self.reader, read_photos, ids).values()}

    def names(self) -> dict[bytes, list[str]]:
        """As `shown`, with the names of the files alone."""
        return {sha: [path.name for path in paths] for sha, paths in self.shown().items()}

    def found(self, words: str) -> set[PhotoId]:
        """The photos in which every word occurs, inside other words too."""
        found = [set(read(self.reader, find_phrase, word).tolist()) for word in words.split()]
        return set.intersection(*found) if found else set()


def embedded(
    content_id: ContentId,
    capture: Capture | None = None,
    tags: tuple[tuple[str, float], ...] = (),
) -> EmbeddedContent:
    return EmbeddedContent(
        content_id=content_id,
        format="JPEG",
        width=4000,
        height=3000,
        capture=capture or Capture(),
        vectors={
            Space.SEARCH: unit_vector(f"search {content_id}", SEARCH_DIM),
            Space.SIMILAR: unit_vector(f"similar {content_id}", SIMILAR_DIM),
        },
        tags=tags,
    )


def check_catalog(path: Path) -> None:
    """Asserts everything that must hold of any catalog, whatever happened to it."""
    connection = sqlite3.connect(path)
    try:
        _check(connection)
    finally:
        connection.close()


def _check(connection: sqlite3.Connection) -> None:
    def rows(query: str) -> list[tuple[object, ...]]:
        return connection.execute(query).fetchall()

    live = "SELECT content_id FROM files WHERE state = 'known' AND missing_since IS NULL"
    assert rows("PRAGMA integrity_check") == [("ok",)]
    assert rows("PRAGMA foreign_key_check") == []
    connection.execute("INSERT INTO photo_words(photo_words) VALUES ('integrity-check')")
    connection.rollback()

    hidden = f"""SELECT c.id FROM contents c JOIN photos p ON p.id = c.photo_id
        WHERE c.id IN ({live}) AND p.primary_content_id <> c.id AND c.id NOT IN (
            SELECT part.content_id FROM live_files part JOIN live_files shown
            ON shown.folder_id = part.folder_id AND shown.rel_path = part.part_of
            JOIN contents s ON s.id = shown.content_id WHERE s.photo_id = p.id)"""
    assert rows(hidden) == [], "a content with a live file is neither shown nor a part"
    apart = """SELECT part.rel_path FROM live_files part JOIN live_files shown
        ON shown.folder_id = part.folder_id AND shown.rel_path = part.part_of
        JOIN contents p ON p.id = part.content_id JOIN contents s ON s.id = shown.content_id
        WHERE p.photo_id <> s.photo_id
        AND NOT EXISTS (SELECT 1 FROM live_files other WHERE other.content_id = p.id
            AND other.id <> part.id)"""
    assert rows(apart) == [], "a part is not in the photo of the file it belongs to"
    astray = """SELECT p.id FROM photos p LEFT JOIN contents c
        ON c.id = p.primary_content_id AND c.photo_id = p.id WHERE c.id IS NULL"""
    assert rows(astray) == [], "a photo's primary content is not its own"

    visible = rows(
        f"""SELECT p.id, c.id, c.taken_at FROM photos p JOIN contents c
            ON c.id = p.primary_content_id WHERE c.state = 'ready' AND c.id IN ({live})
            ORDER BY p.id"""
    )
    assert rows("SELECT photo_id, content_id, taken_at FROM visible_photos ORDER BY 1") == visible
    named = {
        row[0]: set(str(row[1]).split("\x1f"))
        for row in rows("SELECT rowid, names FROM photo_words")
    }
    expected: dict[object, set[str]] = {row[0]: set() for row in visible}
    for photo_id, name in rows(
        """SELECT v.photo_id, f.name FROM visible_photos v JOIN contents c
           ON c.photo_id = v.photo_id JOIN files f
           ON f.content_id = c.id AND f.state = 'known' AND f.missing_since IS NULL"""
    ):
        expected[photo_id].add(fold(str(name)))
    assert named == expected
    connection.execute("INSERT INTO photo_tokens(photo_tokens) VALUES ('integrity-check')")
    connection.rollback()
    assert {row[0] for row in rows("SELECT rowid FROM photo_tokens")} == set(named)

    vectors = rows(
        """SELECT c.id, count(e.region_id), count(DISTINCT e.space) FROM contents c
           LEFT JOIN embeddings e ON e.region_id = c.id
               AND e.model_id = (SELECT id FROM models WHERE active = 1)
           WHERE c.state = 'ready' GROUP BY c.id"""
    )
    assert all(row[1:] == (2, 2) for row in vectors), "not one vector a space"
