"""Identified files meet the contents the catalog knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.catalog.encoding import place_mark
from photofind.catalog.rows import Claim, ClaimOutcome, IdentifiedFile
from photofind.catalog.writing.forgetting import is_forgotten, remember_place
from photofind.catalog.writing.parts import pair_up, settle_parts
from photofind.catalog.writing.photos import (
    carry_over,
    has_live_file,
    heir_photo,
    make_primary,
    new_photo,
    photo_of,
    refresh_visible,
    settle,
)
from photofind.domain import ContentId, MediaCode, PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


def claim(
    connection: sqlite3.Connection,
    files: Sequence[IdentifiedFile],
    in_flight: frozenset[ContentId],
) -> list[Claim]:
    """Ties files to contents, and says what is left to do with each, in the order given.

    Args:
        in_flight: contents that somebody works on now; those of NEW answers join them.
    """
    taken = set(in_flight)
    touched: set[PhotoId] = set()
    answers = []
    for file in files:
        answer = _claim_one(connection, file, taken, touched)
        answers.append(answer)
        if answer.outcome is ClaimOutcome.NEW and answer.content_id is not None:
            taken.add(answer.content_id)
    refresh_visible(connection, touched)
    return answers


def _claim_one(
    connection: sqlite3.Connection,
    file: IdentifiedFile,
    taken: set[ContentId],
    touched: set[PhotoId],
) -> Claim:
    row = connection.execute(
        "SELECT content_id, name, part_of FROM files WHERE id = ?", (file.file_id,)
    ).fetchone()
    if row is None:
        return Claim(file.file_id, None, ClaimOutcome.GONE)
    former: ContentId | None = row[0]
    if is_forgotten(connection, file.sha256):
        _keep_out(connection, file)
        if former is not None:
            touched.add(photo_of(connection, former))
        return Claim(file.file_id, None, ClaimOutcome.FORGOTTEN)
    known = connection.execute(
        "SELECT id, state FROM contents WHERE sha256 = ?", (file.sha256,)
    ).fetchone()
    if known is None:
        content_id, state = _insert_content(connection, file, former), "pending"
    else:
        content_id, state = known
    same = former == content_id
    changed = former is not None and not same
    connection.execute(
        """UPDATE files SET content_id = ?, byte_size = ?, mtime_ns = ?, state = 'known',
           missing_since = NULL, excluded = 0, attempts = 0, error_code = NULL, error_detail = NULL
           WHERE id = ?""",
        (content_id, file.byte_size, file.mtime_ns, file.file_id),
    )
    moved = known is not None and not same and _take_place(connection, content_id, file, row[1])
    if changed:
        assert former is not None
        touched |= settle_parts(connection, [photo_of(connection, former)])
    touched.add(photo_of(connection, content_id))
    touched.add(settle(connection, content_id))
    touched |= pair_up(connection, file.file_id)
    touched.add(photo_of(connection, content_id))
    if row[2] is not None or not _is_primary(connection, content_id):
        outcome = ClaimOutcome.PART
    else:
        outcome = _outcome(connection, content_id, state, taken)
    answer = Claim(file.file_id, content_id, outcome, same, changed, moved, new=known is None)
    return _with_error(connection, answer) if outcome is ClaimOutcome.FAILED else answer


def _keep_out(connection: sqlite3.Connection, file: IdentifiedFile) -> None:
    root, rel_path = connection.execute(
        """DELETE FROM files WHERE id = ?
           RETURNING (SELECT path FROM folders WHERE id = folder_id), rel_path""",
        (file.file_id,),
    ).fetchone()
    mark = place_mark(root, rel_path, file.byte_size, file.mtime_ns)
    remember_place(connection, file.sha256, mark)


def _is_primary(connection: sqlite3.Connection, content_id: ContentId) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM photos WHERE primary_content_id = ?)", (content_id,)
    ).fetchone()
    return bool(row[0])


def _with_error(connection: sqlite3.Connection, answer: Claim) -> Claim:
    code, detail, attempts = connection.execute(
        "SELECT error_code, error_detail, attempts FROM contents WHERE id = ?",
        (answer.content_id,),
    ).fetchone()
    return replace(answer, error_code=MediaCode(code), error_detail=detail or "", attempts=attempts)


def _insert_content(
    connection: sqlite3.Connection, file: IdentifiedFile, former: ContentId | None
) -> ContentId:
    """A content never seen before: the next state of the path's photo, or a new photo."""
    photo_id = None if former is None else heir_photo(connection, former, file.file_id)
    inherits = photo_id is not None
    if photo_id is None:
        photo_id = new_photo(connection)
    row = connection.execute(
        "INSERT INTO contents (photo_id, sha256, byte_size) VALUES (?, ?, ?) RETURNING id",
        (photo_id, file.sha256, file.byte_size),
    ).fetchone()
    make_primary(connection, photo_id, row[0])
    if former is not None:
        carry_over(connection, former, row[0])
        if inherits:
            # Whoever wanted the photo described means what it shows now.
            connection.execute(
                "UPDATE jobs SET content_id = ? WHERE content_id = ? AND state <> 'running'",
                (row[0], former),
            )
    return ContentId(row[0])


def _take_place(
    connection: sqlite3.Connection, content_id: ContentId, file: IdentifiedFile, name: str
) -> bool:
    """Whether the file moved here; the row of the place it left goes away.

    Each arrival takes the place of one departure (of the same name, if there is one), so that a
    moved folder that holds the same photo twice counts as two moves.
    """
    left = connection.execute(
        """SELECT id FROM files WHERE content_id = ? AND id <> ?
           AND state = 'known' AND missing_since IS NOT NULL AND excluded = 0
           ORDER BY name = ? DESC, id LIMIT 1""",
        (content_id, file.file_id, name),
    ).fetchone()
    if left is not None:
        connection.execute("DELETE FROM files WHERE id = ?", left)
        return True
    return not has_live_file(connection, content_id, except_file=file.file_id)


def _outcome(
    connection: sqlite3.Connection,
    content_id: ContentId,
    state: str,
    taken: set[ContentId],
) -> ClaimOutcome:
    if content_id in taken:
        return ClaimOutcome.BUSY
    if state == "failed":
        return ClaimOutcome.FAILED
    if state != "ready":
        connection.execute("UPDATE contents SET state = 'in_flight' WHERE id = ?", (content_id,))
        return ClaimOutcome.NEW
    return ClaimOutcome.READY
