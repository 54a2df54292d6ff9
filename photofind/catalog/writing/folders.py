"""Roots: added, nested ones absorbed, removed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_from_blob, path_to_blob, relative_to_root
from photofind.catalog.reading.files import read_folders
from photofind.catalog.rows import FolderRow
from photofind.catalog.writing.parts import settle_parts
from photofind.catalog.writing.photos import refresh_visible
from photofind.domain import FolderError, FolderId, PhotoId

if TYPE_CHECKING:
    import sqlite3

    from photofind.catalog.nesting import Nesting


def add_folder(
    connection: sqlite3.Connection, path: bytes, volume_id: str | None, nesting: Nesting
) -> FolderRow:
    """The root that covers `path` from now on: a known one, or a new one."""
    for folder in read_folders(connection):
        below = relative_to_root(path, path_to_blob(folder.path))
        if below == b"" or (
            below is not None and nesting.is_walked(folder.path, below, folder.exclusions)
        ):
            return folder
    added_at = time.time_ns() // 1_000_000
    row = connection.execute(
        "INSERT INTO folders (path, volume_id, added_at) VALUES (?, ?, ?) RETURNING id",
        (path, volume_id, added_at),
    ).fetchone()
    absorb_below(connection, FolderId(row[0]), path, nesting)
    return FolderRow(FolderId(row[0]), path_from_blob(path), volume_id, added_at)


def absorb_below(
    connection: sqlite3.Connection, parent_id: FolderId, path: bytes, nesting: Nesting
) -> None:
    """Makes roots part of a root above them, if a walk through that one comes to them."""
    folders = read_folders(connection)
    (patterns,) = (folder.exclusions for folder in folders if folder.id == parent_id)
    for folder in folders:
        below = relative_to_root(path_to_blob(folder.path), path)
        if below and nesting.is_walked(path_from_blob(path), below, patterns):
            _absorb(connection, folder, below, parent_id, nesting)


def _absorb(
    connection: sqlite3.Connection,
    child: FolderRow,
    below: bytes,
    parent_id: FolderId,
    nesting: Nesting,
) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO exclusions (folder_id, pattern) VALUES (?, ?)",
        [(parent_id, nesting.rebase(pattern, below)) for pattern in child.exclusions],
    )
    connection.execute(
        """UPDATE files SET folder_id = ?1, rel_path = CAST(?2 || rel_path AS BLOB),
           part_of = CAST(?2 || part_of AS BLOB) WHERE folder_id = ?3""",
        (parent_id, below + os.sep.encode(), child.id),
    )
    connection.execute("DELETE FROM folders WHERE id = ?", (child.id,))


def relocate_folder(
    connection: sqlite3.Connection, old: bytes, new: bytes, volume_id: str | None
) -> FolderRow:
    """Gives a root another place; its files keep their rows."""
    rows = connection.execute("SELECT id, path, added_at FROM folders").fetchall()
    row = next((row for row in rows if row[1] == old), None)
    if row is None:
        raise FolderError("folder_unknown", _unknown_sentence(connection, old))
    for folder_id, root, _added_at in rows:
        if folder_id == row[0]:
            continue
        if new == root:
            raise FolderError(
                "folder_taken",
                f"{path_from_blob(new)} is one of photofind's folders already. Remove "
                f"{path_from_blob(old)} from photofind instead; what you made of its photos stays "
                "with those that lie at the new place.",
            )
        if relative_to_root(new, root) is not None or relative_to_root(root, new) is not None:
            raise FolderError(
                "folder_taken",
                f"{path_from_blob(new)} and {path_from_blob(root)}, which is one of photofind's "
                "folders already, lie one inside the other. Remove that one first.",
            )
    connection.execute(
        "UPDATE folders SET path = ?, volume_id = ? WHERE id = ?", (new, volume_id, row[0])
    )
    return FolderRow(FolderId(row[0]), path_from_blob(new), volume_id, row[2])


def remove_folder(connection: sqlite3.Connection, path: bytes) -> None:
    """Forgets a root and its files; contents, photos and vectors stay, hidden."""
    row = (find_root(connection, path),)
    hidden = connection.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.folder_id = ?""",
        row,
    ).fetchall()
    connection.execute("DELETE FROM files WHERE folder_id = ?", row)
    connection.execute("DELETE FROM folders WHERE id = ?", row)
    touched = settle_parts(connection, [PhotoId(photo_id) for (photo_id,) in hidden])
    refresh_visible(connection, touched)


def find_root(connection: sqlite3.Connection, path: bytes) -> FolderId:
    """The number of a root.

    Raises:
        FolderError: folder_unknown.
    """
    row = connection.execute("SELECT id FROM folders WHERE path = ?", (path,)).fetchone()
    if row is None:
        raise FolderError("folder_unknown", _unknown_sentence(connection, path))
    return FolderId(row[0])


def _unknown_sentence(connection: sqlite3.Connection, path: bytes) -> str:
    shown = path_from_blob(path)
    for (root,) in connection.execute("SELECT path FROM folders"):
        if relative_to_root(path, root) is not None:
            return (
                f"{shown} lies inside {path_from_blob(root)}, which is the folder that was added."
            )
    return f"{shown} is not one of photofind's folders. 'photofind folders list' shows them."
