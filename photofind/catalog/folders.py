"""Root folders: adding, absorbing, moving and removing them, and what is indexed in each."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_from_blob, path_to_blob, relative_to_root
from photofind.catalog.parts import settle_parts
from photofind.catalog.photos import refresh_visible
from photofind.domain import FolderError, FolderId, MediaCode, PhotoId
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.transactions import Snapshot, Transaction


@dataclass(frozen=True, slots=True)
class FolderRow:
    """A root the person added.

    Attributes:
        volume_id: the volume it lay on when it was added, None when not known.
        added_at: milliseconds since the epoch, UTC.
        exclusions: patterns, in the syntax of gitignore, of what is not indexed.
        includes_online_only: online-only files are indexed too.
        videos: how many the last look at the whole root saw; they are not searchable.
        online_only: how many photos it left in their cloud.
        unwatched: folders in it that are scanned now and then, because the system can't watch more.
    """

    id: FolderId
    path: Path
    volume_id: str | None
    added_at: int
    exclusions: tuple[str, ...] = ()
    includes_online_only: bool = False
    videos: int = 0
    online_only: int = 0
    unwatched: int = 0


class Nesting:
    """Assumes that a walk reaches every folder; overridden by what knows the disk."""

    def is_walked(self, root: Path, below: bytes, patterns: Sequence[str]) -> bool:
        """Whether a walk through a root, with its patterns, comes to this folder below it."""
        del root, below, patterns
        return True

    def volume_of(self, folder: FolderRow) -> str | None:
        """What names the volume of a root that is away, for the root that it becomes a part of;
        None for one that is there, of which a scan will tell."""
        del folder
        return None

    def rebase(self, pattern: str, below: bytes) -> str:
        """A folder's pattern, for the root that the folder lies in."""
        del below
        return pattern


def read_folders(snapshot: Snapshot) -> list[FolderRow]:
    """The roots, in the order they were added."""
    patterns: dict[int, list[str]] = {}
    for folder_id, pattern in snapshot.execute(
        "SELECT folder_id, pattern FROM exclusions ORDER BY pattern"
    ):
        patterns.setdefault(folder_id, []).append(pattern)
    rows = snapshot.execute(
        """SELECT id, path, volume_id, added_at, includes_online_only, videos, online_only,
               unwatched
           FROM folders ORDER BY id"""
    )
    return [
        FolderRow(
            id=FolderId(folder_id),
            path=path_from_blob(path),
            volume_id=volume_id,
            added_at=added_at,
            exclusions=tuple(patterns.get(folder_id, ())),
            includes_online_only=bool(includes_online_only),
            videos=videos,
            online_only=online_only,
            unwatched=unwatched,
        )
        for (
            folder_id,
            path,
            volume_id,
            added_at,
            includes_online_only,
            videos,
            online_only,
            unwatched,
        ) in rows
    ]


def read_download_roots(snapshot: Snapshot) -> list[Path]:
    """The roots of which the person wants online-only files to be downloaded."""
    return [folder.path for folder in read_folders(snapshot) if folder.includes_online_only]


def add_folder(
    tx: Transaction, path: Path, volume_id: str | None, nesting: Nesting | None = None
) -> FolderRow:
    """Adds a root, or finds the one that covers it already.

    Known roots below the new one are absorbed, with their patterns: their files belong to it
    from now on, and nothing of theirs is hashed or embedded again. A root to which a walk
    through the one above doesn't come stays one of its own.

    Args:
        nesting: tells which roots a walk comes to; without it, to all of them.

    Returns:
        The root that covers `path`: itself, or a parent that was known.
    """
    nesting = nesting or Nesting()
    root = path_to_blob(path)
    for folder in read_folders(tx):
        below = relative_to_root(root, path_to_blob(folder.path))
        if below == b"" or (
            below is not None and nesting.is_walked(folder.path, below, folder.exclusions)
        ):
            return folder
    row = tx.execute(
        "INSERT INTO folders (path, volume_id, added_at) VALUES (?, ?, ?) RETURNING id",
        (root, volume_id, tx.now_ms),
    ).fetchone()
    _absorb_below(tx, FolderId(row[0]), root, nesting)
    return FolderRow(FolderId(row[0]), path_from_blob(root), volume_id, tx.now_ms)


def _absorb_below(tx: Transaction, parent_id: FolderId, path: bytes, nesting: Nesting) -> None:
    """Makes roots part of a root above them, if a walk through that one comes to them."""
    folders = read_folders(tx)
    (patterns,) = (folder.exclusions for folder in folders if folder.id == parent_id)
    for folder in folders:
        below = relative_to_root(path_to_blob(folder.path), path)
        if below and nesting.is_walked(path_from_blob(path), below, patterns):
            _absorb(tx, folder, below, parent_id, nesting)


def _absorb(
    tx: Transaction,
    child: FolderRow,
    below: bytes,
    parent_id: FolderId,
    nesting: Nesting,
) -> None:
    tx.executemany(
        "INSERT OR IGNORE INTO exclusions (folder_id, pattern) VALUES (?, ?)",
        [(parent_id, nesting.rebase(pattern, below)) for pattern in child.exclusions],
    )
    tx.execute(
        """UPDATE files SET folder_id = ?1, rel_path = CAST(?2 || rel_path AS BLOB),
           part_of = CAST(?2 || part_of AS BLOB),
           volume = CASE WHEN volume > '' THEN volume ELSE ?4 END WHERE folder_id = ?3""",
        (parent_id, below + os.sep.encode(), child.id, nesting.volume_of(child)),
    )
    tx.execute("DELETE FROM folders WHERE id = ?", (child.id,))


def relocate_folder(tx: Transaction, old: Path, new: Path, volume_id: str | None) -> FolderRow:
    """Changes a root's path; nothing about its files changes.

    Raises:
        FolderError: folder_unknown, `old` isn't a root; folder_taken, `new` overlaps
            another root.
    """
    source, target = path_to_blob(old), path_to_blob(new)
    rows = tx.execute("SELECT id, path, added_at FROM folders").fetchall()
    row = next((row for row in rows if row[1] == source), None)
    if row is None:
        raise FolderError("folder_unknown", _unknown_sentence(tx, source))
    for folder_id, root, _added_at in rows:
        if folder_id == row[0]:
            continue
        if target == root:
            raise FolderError(
                "folder_taken",
                "{target} is one of photofind's folders already. Remove {source} from "
                "photofind instead; your captions, tags and ratings stay with the photos at "
                "the new place.",
                target=path_from_blob(target),
                source=path_from_blob(source),
            )
        if relative_to_root(target, root) is not None or relative_to_root(root, target) is not None:
            raise FolderError(
                "folder_taken",
                "{target} and {root} overlap: one is inside the other, and {root} is one of "
                "photofind's folders already. Remove that one first.",
                target=path_from_blob(target),
                root=path_from_blob(root),
            )
    tx.execute(
        "UPDATE folders SET path = ?, volume_id = ? WHERE id = ?", (target, volume_id, row[0])
    )
    return FolderRow(FolderId(row[0]), path_from_blob(target), volume_id, row[2])


def remove_folder(tx: Transaction, path: Path) -> None:
    """Hides a root's photos. What is known about their contents stays.

    Raises:
        FolderError: folder_unknown, it isn't a root.
    """
    row = (_find_root(tx, path_to_blob(path)),)
    hidden = tx.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.folder_id = ?""",
        row,
    ).fetchall()
    tx.execute("DELETE FROM files WHERE folder_id = ?", row)
    tx.execute("DELETE FROM folders WHERE id = ?", row)
    touched = settle_parts(tx, [PhotoId(photo_id) for (photo_id,) in hidden])
    refresh_visible(tx, touched)


def _find_root(tx: Transaction, path: bytes) -> FolderId:
    """The number of a root.

    Raises:
        FolderError: folder_unknown.
    """
    row = tx.execute("SELECT id FROM folders WHERE path = ?", (path,)).fetchone()
    if row is None:
        raise FolderError("folder_unknown", _unknown_sentence(tx, path))
    return FolderId(row[0])


def _unknown_sentence(tx: Transaction, path: bytes) -> Sentence:
    shown = path_from_blob(path)
    for (root,) in tx.execute("SELECT path FROM folders"):
        if relative_to_root(path, root) is not None:
            return Sentence(
                "{path} is inside {folder}, which is the folder that was added.",
                path=shown,
                folder=path_from_blob(root),
            )
    return Sentence(
        "{path} is not one of photofind's folders. 'photofind folders list' shows them.",
        path=shown,
    )


def exclude_pattern(tx: Transaction, root: Path, pattern: str) -> None:
    """Leaves out what a pattern matches, from the next look at the root; twice does no harm.

    Raises:
        FolderError: folder_unknown.
    """
    tx.execute(
        "INSERT OR IGNORE INTO exclusions (folder_id, pattern) VALUES (?, ?)",
        (_find_root(tx, path_to_blob(root)), pattern),
    )


def include_pattern(tx: Transaction, root: Path, pattern: str, nesting: Nesting) -> None:
    """Takes a pattern back. Roots below this one to which a walk comes now are absorbed.

    Raises:
        FolderError: folder_unknown; pattern_unknown, it isn't one of the root's patterns.
    """
    folder_id = _find_root(tx, path_to_blob(root))
    removed = tx.execute(
        "DELETE FROM exclusions WHERE folder_id = ? AND pattern = ?", (folder_id, pattern)
    ).rowcount
    if not removed:
        raise FolderError(
            "pattern_unknown",
            "“{pattern}” isn't excluded from {folder}. 'photofind folders list' shows what is.",
            pattern=pattern,
            folder=path_from_blob(path_to_blob(root)),
        )
    _absorb_below(tx, folder_id, path_to_blob(root), nesting)


def set_online_only(tx: Transaction, root: Path, *, included: bool) -> None:
    """Whether online-only files are indexed, which downloads them.

    Raises:
        FolderError: folder_unknown.
    """
    tx.execute(
        "UPDATE folders SET includes_online_only = ? WHERE id = ?",
        (included, _find_root(tx, path_to_blob(root))),
    )


def note_folder_problems(
    tx: Transaction,
    folder_id: FolderId,
    found: Sequence[tuple[bytes, MediaCode, Sentence]],
    was_looked_at: Callable[[bytes], bool],
) -> None:
    """Stores which folders of a root a scan could not list.

    Args:
        found: relative path (empty for the root itself), code and a sentence of each.
        was_looked_at: whether the scan covered a relative path.
    """
    rows = tx.execute(
        "SELECT rel_path, error_code, error_detail FROM folder_problems WHERE folder_id = ?",
        (folder_id,),
    ).fetchall()
    known = {row for row in rows if was_looked_at(row[0])}
    now = {(rel_path, code.value, reason.to_json()) for rel_path, code, reason in found}
    # Nothing is written when nothing changed, for every write makes readers reload.
    tx.executemany(
        "DELETE FROM folder_problems WHERE folder_id = ? AND rel_path = ?",
        [(folder_id, rel_path) for rel_path, _, _ in known - now],
    )
    tx.executemany(
        """INSERT INTO folder_problems (folder_id, rel_path, error_code, error_detail)
           SELECT id, ?, ?, ? FROM folders WHERE id = ?""",
        [(*row, folder_id) for row in now - known],
    )


def store_unindexed_counts(
    tx: Transaction, folder_id: FolderId, *, videos: int, online_only: int
) -> None:
    """Stores what the last full scan of a root counted but did not index."""
    # Nothing is written when nothing changed, for every write makes readers reload.
    tx.execute(
        """UPDATE folders SET videos = ?1, online_only = ?2
           WHERE id = ?3 AND (videos, online_only) <> (?1, ?2)""",
        (videos, online_only, folder_id),
    )


def store_unwatched(tx: Transaction, counts: Mapping[FolderId, int]) -> None:
    """How many folders of each root the system can't watch; none of those that aren't named."""
    tx.execute("UPDATE folders SET unwatched = 0 WHERE unwatched <> 0")
    tx.executemany(
        "UPDATE folders SET unwatched = ? WHERE id = ?",
        [(count, folder_id) for folder_id, count in counts.items()],
    )
