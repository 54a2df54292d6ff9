"""The files below the roots: found, missing, found again, excluded, unreadable."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from photofind.catalog.encoding import path_to_blob, relative_to_root, search_name
from photofind.catalog.folders import read_folders
from photofind.catalog.parts import pair_up, settle_parts
from photofind.catalog.photos import photo_of, refresh_visible, settle
from photofind.domain import ContentId, FileId, FolderError, FolderId, MediaCode, PhotoId

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.transactions import Snapshot, Transaction
    from photofind.sentences import Sentence


@dataclass(frozen=True, slots=True)
class FileRow:
    """What the catalog knows about one path; what a scan is compared with.

    Attributes:
        rel_path: path below the root, `os.fsencode`d.
        byte_size, mtime_ns: of the bytes that were identified (or failed) last.
        content_id: None while the bytes are not identified or could not be read.
        missing: it was not there at the last scan, or was excluded.
        excluded: a pattern excludes it.
        failed: the file itself, or its content, can't be searched.
        ready: nothing is left to do: its content can be found, or it is identified and a part of a
            photo that shows another file.
        part_of: relative path of the file that is shown in its place.
        sidecar: stamp of the sidecar that was read last, None when there was none.
        volume: empty for the root's own volume, else what names the one mounted below the root;
            None until a scan finds out.
        ctime_ns: when the file's bytes or attributes changed last, as the file system says;
            UNSETTLED, or None when it is not known.
        may_pass: it failed for a reason that says nothing about its bytes (permissions, a drive's
            error, memory).
    """

    id: FileId
    folder_id: FolderId
    rel_path: bytes
    byte_size: int
    mtime_ns: int
    content_id: ContentId | None
    missing: bool
    failed: bool
    ready: bool
    part_of: bytes | None = None
    sidecar: bytes | None = None
    excluded: bool = False
    volume: str | None = None
    ctime_ns: int | None = None
    may_pass: bool = False


UNSETTLED: Final = -1
"""In place of `ctime_ns`: the file was hashed so soon after its last change that a further change
might not show in its times; it is hashed once more."""


_CHUNK = 5_000


_NAMES = 500
"""Names in one statement; every SQLite takes 999."""


_FILE_ROWS = """
    SELECT f.id, f.rel_path, f.byte_size, f.mtime_ns,
        CASE f.state WHEN 'known' THEN f.content_id END,
        f.missing_since IS NOT NULL,
        f.state = 'failed' OR (f.state = 'known' AND c.state = 'failed'),
        f.state = 'known' AND (
            f.part_of IS NOT NULL
            OR (SELECT primary_content_id FROM photos WHERE id = c.photo_id) <> c.id
            OR c.state = 'ready'),
        f.part_of, f.sidecar, f.excluded, f.volume, f.ctime_ns,
        f.state = 'failed' OR coalesce(c.error_code IN ('too_large', 'denied', 'vanished'), 0)
    FROM files f LEFT JOIN contents c ON c.id = f.content_id
    WHERE f.folder_id = :folder"""


_AT_OR_BELOW = "(f.rel_path = :path OR (f.rel_path > :below AND f.rel_path < :beyond))"


def iterate_files(
    reader: CatalogReader, folder_id: FolderId, but: Container[FileId] = ()
) -> Iterator[FileRow]:
    """Every path below a root, missing ones included, in the order they were found; read in
    chunks, so that memory stays flat.

    Args:
        but: files to skip; the more it holds, the quicker this is.
    """
    last = 0
    while True:
        with reader.snapshot() as snapshot:
            ids = snapshot.execute(
                "SELECT id FROM files WHERE folder_id = ? AND id > ? ORDER BY id LIMIT ?",
                (folder_id, last, _CHUNK),
            ).fetchall()
        if not ids:
            return
        last = ids[-1][0]
        wanted = [file_id for (file_id,) in ids if file_id not in but]
        if not wanted:
            continue
        with reader.snapshot() as snapshot:
            rows = snapshot.execute(
                f"{_FILE_ROWS} AND f.id IN (SELECT value FROM json_each(:ids)) ORDER BY f.id",  # noqa: S608
                {"folder": folder_id, "ids": json.dumps(wanted)},
            ).fetchall()
        for row in rows:
            yield _file_row(folder_id, row)


def read_files_named(
    snapshot: Snapshot, folder_id: FolderId, rel_paths: Collection[bytes]
) -> list[FileRow]:
    """What is known of these paths below a root, in no order."""
    found = []
    rest = iter(rel_paths)
    while wanted := list(islice(rest, _NAMES)):
        marks = ", ".join("?" * len(wanted))
        rows = snapshot.execute(f"{_FILE_ROWS} AND f.rel_path IN ({marks})", (folder_id, *wanted))
        found += [_file_row(folder_id, row) for row in rows]
    return found


def has_files(snapshot: Snapshot, folder_id: FolderId) -> bool:
    """Whether the last scan found any file in a root."""
    found = snapshot.execute(
        "SELECT 1 FROM files WHERE folder_id = ? AND missing_since IS NULL LIMIT 1", (folder_id,)
    )
    return found.fetchone() is not None


def iterate_files_at(
    reader: CatalogReader, folder_id: FolderId, rel_path: bytes
) -> Iterator[FileRow]:
    """What is known of one path below a root: that file, or all files below that folder; by
    path, read in chunks."""
    with reader.snapshot() as snapshot:
        itself = read_files_named(snapshot, folder_id, [rel_path])
    yield from itself
    place = _place(rel_path)
    last = place["below"]
    while True:
        with reader.snapshot() as snapshot:
            rows = snapshot.execute(
                f"{_FILE_ROWS} AND f.rel_path > :last AND f.rel_path < :beyond"
                " ORDER BY f.rel_path LIMIT :chunk",
                {"folder": folder_id, "last": last, "beyond": place["beyond"], "chunk": _CHUNK},
            ).fetchall()
        if not rows:
            return
        last = rows[-1][1]
        for row in rows:
            yield _file_row(folder_id, row)


def _place(rel_path: bytes) -> dict[str, bytes]:
    separator = os.fsencode(os.sep)
    return {
        "path": rel_path,
        "below": rel_path + separator,
        "beyond": rel_path + bytes([separator[0] + 1]),
    }


def read_files_beside(snapshot: Snapshot, folder_id: FolderId, stem: bytes) -> list[FileRow]:
    """What is known of the files of one folder that begin with this path and a dot."""
    separator = os.fsencode(os.sep)
    rows = snapshot.execute(
        f"{_FILE_ROWS} AND f.rel_path > :begin AND f.rel_path < :beyond",
        {
            "folder": folder_id,
            "begin": stem + b".",
            "beyond": stem + b"/",  # follows the dot
        },
    )
    found = (_file_row(folder_id, row) for row in rows)
    return [row for row in found if separator not in row.rel_path[len(stem) :]]


def _file_row(folder_id: FolderId, row: tuple[Any, ...]) -> FileRow:
    (file_id, rel_path, byte_size, mtime_ns, content_id, missing, failed, ready) = row[:8]
    part_of, sidecar, excluded, volume, ctime_ns, may_pass = row[8:]
    return FileRow(
        file_id,
        folder_id,
        rel_path,
        byte_size,
        mtime_ns,
        content_id,
        bool(missing),
        bool(failed),
        bool(ready),
        part_of,
        sidecar,
        bool(excluded),
        volume,
        ctime_ns,
        bool(may_pass),
    )


def insert_files(
    tx: Transaction,
    folder_id: int,
    found: Sequence[tuple[bytes, int, int]],
    volume_at: Callable[[bytes], str] = lambda _: "",
) -> list[FileId]:
    """Adds paths that are not identified yet.

    Args:
        found: relative path (`os.fsencode`d), size in bytes and mtime in ns of each.
        volume_at: what names the volume of a relative path, as in FileRow.

    Returns:
        One number a path, in order; a path that was known keeps its row as it is.

    Raises:
        FolderError: folder_unknown, the root was removed meanwhile.
    """
    known = tx.execute("SELECT 1 FROM folders WHERE id = ?", (folder_id,)).fetchone()
    if known is None:
        raise FolderError("folder_unknown", "The folder was removed while it was being read.")
    # The update changes nothing; without it RETURNING is silent about a path that is known.
    return [
        FileId(
            tx.execute(
                """INSERT INTO files (folder_id, rel_path, name, byte_size, mtime_ns, volume)
                   VALUES (?, ?, ?, ?, ?, ?)
                   ON CONFLICT (folder_id, rel_path, volume)
                   DO UPDATE SET rel_path = excluded.rel_path
                   RETURNING id""",
                (
                    folder_id,
                    rel_path,
                    search_name(rel_path),
                    byte_size,
                    mtime_ns,
                    volume_at(rel_path),
                ),
            ).fetchone()[0]
        )
        for rel_path, byte_size, mtime_ns in found
    ]


def note_whereabouts(tx: Transaction, noted: Sequence[tuple[FileId, str, int | None]]) -> None:
    """Notes of files that are as they were on which volume they lie and when they changed last,
    where the catalog doesn't know yet (None leaves that open)."""
    tx.executemany(
        "UPDATE files SET volume = ?, ctime_ns = coalesce(ctime_ns, ?) WHERE id = ?",
        [(volume, ctime_ns, file_id) for file_id, volume, ctime_ns in noted],
    )


def retry_files(tx: Transaction, file_ids: Sequence[FileId]) -> None:
    """Lets the contents of files be tried again that failed."""
    tx.execute(
        """UPDATE contents SET state = 'pending', strikes = 0 WHERE state = 'failed' AND id IN (
               SELECT content_id FROM files
               WHERE state = 'known' AND id IN (SELECT value FROM json_each(?)))""",
        (json.dumps(file_ids),),
    )


def note_volumes(tx: Transaction, folder_id: FolderId, mounted: Collection[str]) -> None:
    """Notes on which volumes below a root its files lie, and which of them are away.

    Args:
        mounted: what names those that are mounted below the root now.
    """
    known = dict(
        tx.execute(
            "SELECT identity, away FROM volumes WHERE folder_id = ?", (folder_id,)
        ).fetchall()
    )
    used = tx.execute(
        "SELECT DISTINCT volume FROM files WHERE folder_id = ? AND volume > ''", (folder_id,)
    ).fetchall()
    now = {identity: int(identity not in mounted) for (identity,) in used}
    # Nothing is written when nothing changed: whoever reads would look at the catalog anew.
    if now != known:
        tx.execute("DELETE FROM volumes WHERE folder_id = ?", (folder_id,))
        tx.executemany(
            "INSERT INTO volumes (folder_id, identity, away) VALUES (?, ?, ?)",
            [(folder_id, identity, away) for identity, away in now.items()],
        )


def mark_missing(tx: Transaction, file_ids: Sequence[FileId], now_ms: int) -> None:
    """Marks paths as missing; rows that were never identified are deleted."""
    ids = json.dumps(file_ids)
    touched = _photos_of(tx, ids)
    tx.execute(
        """DELETE FROM files WHERE content_id IS NULL
           AND id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    tx.execute(
        """UPDATE files SET missing_since = ?, excluded = 0
           WHERE (missing_since IS NULL OR excluded = 1)
           AND id IN (SELECT value FROM json_each(?))""",
        (now_ms, ids),
    )
    refresh_visible(tx, settle_parts(tx, touched))


def mark_seen(tx: Transaction, file_ids: Sequence[FileId]) -> None:
    """Marks missing paths as found again, unchanged (same size and times)."""
    ids = json.dumps(file_ids)
    rows = tx.execute(
        """UPDATE files SET missing_since = NULL, excluded = 0 WHERE missing_since IS NOT NULL
           AND id IN (SELECT value FROM json_each(?)) RETURNING state, content_id, id""",
        (ids,),
    ).fetchall()
    touched: set[PhotoId] = set()
    for state, content_id, file_id in rows:
        if state == "known":
            touched.add(settle(tx, ContentId(content_id)))
            touched |= pair_up(tx, FileId(file_id))
    refresh_visible(tx, touched)


def fail_file(
    tx: Transaction,
    file_id: FileId,
    code: MediaCode,
    reason: Sentence,
    byte_size: int,
    mtime_ns: int,
    ctime_ns: int | None = None,
) -> int:
    """The file could not be read far enough to know its content.

    Returns:
        How often it was tried.
    """
    # content_id stays: when the file can be read again, its new content takes over the photo.
    row = tx.execute(
        """UPDATE files SET state = 'failed', byte_size = ?, mtime_ns = ?, ctime_ns = ?,
           missing_since = NULL, excluded = 0,
           attempts = attempts + 1, error_code = ?, error_detail = ?
           WHERE id = ? RETURNING content_id, attempts""",
        (byte_size, mtime_ns, ctime_ns, code.value, reason.to_json(), file_id),
    ).fetchone()
    if row is None:
        return 1  # its folder was removed meanwhile
    if row[0] is not None:
        touched = settle_parts(tx, [photo_of(tx, row[0])])
        refresh_visible(tx, touched)
    return int(row[1])


def forget_departed(tx: Transaction, departed: Mapping[ContentId, int]) -> None:
    """Drops missing paths whose content turned up elsewhere: so many a content, the latest
    to go first."""
    for content_id, count in departed.items():
        tx.execute(
            """DELETE FROM files WHERE id IN (SELECT id FROM files WHERE content_id = ?
               AND state = 'known' AND missing_since IS NOT NULL AND excluded = 0
               ORDER BY missing_since DESC, id LIMIT ?)""",
            (content_id, count),
        )


def _photos_of(tx: Transaction, ids: str) -> set[PhotoId]:
    rows = tx.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    return {PhotoId(photo_id) for (photo_id,) in rows}


def mark_excluded(tx: Transaction, file_ids: Sequence[FileId], now_ms: int) -> None:
    """Hides paths that are excluded now; they are neither missing nor forgotten. `mark_seen` shows
    them again."""
    ids = json.dumps(file_ids)
    tx.execute(
        """DELETE FROM files WHERE content_id IS NULL
           AND id IN (SELECT value FROM json_each(?))""",
        (ids,),
    )
    touched = tx.execute(
        """SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
           WHERE f.id IN (SELECT value FROM json_each(?))""",
        (ids,),
    ).fetchall()
    tx.execute(
        """UPDATE files SET excluded = 1, missing_since = coalesce(missing_since, ?)
           WHERE id IN (SELECT value FROM json_each(?))""",
        (now_ms, ids),
    )
    photo_ids = [PhotoId(photo_id) for (photo_id,) in touched]
    refresh_visible(tx, settle_parts(tx, photo_ids))


def find_photo_at(snapshot: Snapshot, path: Path) -> PhotoId | None:
    """The photo that can be found and lies, or has a part, at this path; None when there is
    none."""
    wanted = path_to_blob(path)
    for folder in read_folders(snapshot):
        rel_path = relative_to_root(wanted, path_to_blob(folder.path))
        if rel_path:
            row = snapshot.execute(
                """SELECT v.photo_id FROM live_files f JOIN contents c ON c.id = f.content_id
                   JOIN visible_photos v ON v.photo_id = c.photo_id
                   LEFT JOIN volumes a ON a.folder_id = f.folder_id AND a.identity = f.volume
                   WHERE f.folder_id = ? AND f.rel_path = ? ORDER BY coalesce(a.away, 0), f.id""",
                (folder.id, rel_path),
            ).fetchone()
            if row is not None:  # else it may lie in a root below this one
                return PhotoId(row[0])
    return None


def find_photos_known_at(snapshot: Snapshot, path: Path) -> list[PhotoId]:
    """Every photo that lay at this path, or below it, when it was last seen; also those that
    can't be found, and those whose file is gone."""
    wanted = path_to_blob(path)
    found: set[int] = set()
    for folder in read_folders(snapshot):
        root = path_to_blob(folder.path)
        rel_path = relative_to_root(wanted, root)
        if rel_path is None and relative_to_root(root, wanted) is None:
            continue
        rows = snapshot.execute(
            f"""SELECT DISTINCT c.photo_id FROM files f JOIN contents c ON c.id = f.content_id
                WHERE f.folder_id = :folder AND (:path = x'' OR {_AT_OR_BELOW})""",  # noqa: S608
            {"folder": folder.id, **_place(rel_path or b"")},
        )
        found.update(row[0] for row in rows)
    return [PhotoId(photo_id) for photo_id in sorted(found)]
