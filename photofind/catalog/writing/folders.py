"""Roots: added, nested ones absorbed, removed."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_from_blob, relative_to_root
from photofind.catalog.rows import FolderRow
from photofind.catalog.writing.parts import settle_parts
from photofind.catalog.writing.photos import refresh_visible
from photofind.domain import FolderError, FolderId, PhotoId

if TYPE_CHECKING:
    import sqlite3


def add_folder(connection: sqlite3.Connection, path: bytes, volume_id: str | None) -> FolderRow:
    """The root that covers `path` from now on: a known one, or a new one."""
    rows = connection.execute("SELECT id, path, volume_id, added_at FROM folders").fetchall()
    inside = []
    for folder_id, root, root_volume, added_at in rows:
        if relative_to_root(path, root) is not None:
            return FolderRow(FolderId(folder_id), path_from_blob(root), root_volume, added_at)
        if below := relative_to_root(root, path):
            inside.append((folder_id, below))
    added_at = time.time_ns() // 1_000_000
    row = connection.execute(
        "INSERT INTO folders (path, volume_id, added_at) VALUES (?, ?, ?) RETURNING id",
        (path, volume_id, added_at),
    ).fetchone()
    for child_id, below in inside:
        _absorb(connection, child_id, below, row[0])
    return FolderRow(FolderId(row[0]), path_from_blob(path), volume_id, added_at)


def _absorb(connection: sqlite3.Connection, child_id: int, below: bytes, parent_id: int) -> None:
    connection.execute(
        """UPDATE files SET folder_id = ?1, rel_path = CAST(?2 || rel_path AS BLOB),
           part_of = CAST(?2 || part_of AS BLOB) WHERE folder_id = ?3""",
        (parent_id, below + os.sep.encode(), child_id),
    )
    connection.execute("DELETE FROM folders WHERE id = ?", (child_id,))


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
    row = connection.execute("SELECT id FROM folders WHERE path = ?", (path,)).fetchone()
    if row is None:
        raise FolderError("folder_unknown", _unknown_sentence(connection, path))
    hidden = connection.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.folder_id = ?""",
        row,
    ).fetchall()
    connection.execute("DELETE FROM files WHERE folder_id = ?", row)
    connection.execute("DELETE FROM folders WHERE id = ?", row)
    touched = settle_parts(connection, [PhotoId(photo_id) for (photo_id,) in hidden])
    refresh_visible(connection, touched)


def _unknown_sentence(connection: sqlite3.Connection, path: bytes) -> str:
    shown = path_from_blob(path)
    for (root,) in connection.execute("SELECT path FROM folders"):
        if relative_to_root(path, root) is not None:
            return (
                f"{shown} lies inside {path_from_blob(root)}, which is the folder that was added."
                " Remove that one instead."
            )
    return f"{shown} is not one of photofind's folders. 'photofind folders list' shows them."
