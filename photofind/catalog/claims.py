"""Identified files meet the contents the catalog knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from photofind.catalog.encoding import place_mark
from photofind.catalog.forgetting import is_forgotten, remember_place
from photofind.catalog.parts import pair_up, settle_parts
from photofind.catalog.photos import (
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
from photofind.sentences import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photofind.catalog.transactions import Transaction
    from photofind.domain import FileId


@dataclass(frozen=True, slots=True)
class IdentifiedFile:
    """A file whose bytes were hashed.

    Attributes:
        byte_size, mtime_ns, ctime_ns: as they were when the hashing began (`FileRow`).
        sha256: 32 bytes.
    """

    file_id: FileId
    byte_size: int
    mtime_ns: int
    sha256: bytes
    ctime_ns: int | None = None


class ClaimOutcome(StrEnum):
    """What is left to do with an identified file."""

    NEW = "new"
    """Embed it: the content is in flight and belongs to the caller until it completes, fails
    or is released."""
    READY = "ready"
    """Nothing: the content is known and can be found."""
    BUSY = "busy"
    """Nothing: another path of the same content is being embedded."""
    PART = "part"
    """Nothing: it belongs to a photo that shows another file (the RAW beside a JPEG)."""
    FAILED = "failed"
    """Nothing: these bytes are known to be bad."""
    GONE = "gone"
    """Nothing: the file's row vanished meanwhile (its folder was removed)."""
    FORGOTTEN = "forgotten"
    """Nothing: the person had photofind forget these bytes; the file's row is gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer for one identified file.

    Attributes:
        content_id: None only when the outcome is GONE or FORGOTTEN.
        same: the path had this very content before (its time changed, or an interrupted
            run goes on).
        changed: the path had another content before.
        moved: the content is known, and this path takes the place of one that is gone.
            A known content that is neither same, changed nor moved is a copy.
        new: the content was never seen before.
        error_code, reason, attempts: why the content failed, if the outcome is FAILED.
    """

    file_id: FileId
    content_id: ContentId | None
    outcome: ClaimOutcome
    same: bool = False
    changed: bool = False
    moved: bool = False
    new: bool = False
    error_code: MediaCode | None = None
    reason: Sentence | None = None
    attempts: int = 0


def claim_files(
    tx: Transaction,
    files: Sequence[IdentifiedFile],
) -> list[Claim]:
    """Ties hashed files to their contents and says what is left to do.

    A new content takes over the photo of the content the path had before, unless another
    file still shows that one. A known content keeps its own photo.

    Returns:
        One claim a file, in order. Contents of NEW ones are the caller's, committed as in
        flight, until `complete_contents`, `fail_content` or `release_contents`.
    """
    touched: set[PhotoId] = set()
    answers = []
    for file in files:
        answer = _claim_one(tx, file, touched)
        answers.append(answer)
        if answer.outcome is ClaimOutcome.NEW and answer.content_id is not None:
            tx.in_flight.add(answer.content_id)
    refresh_visible(tx, touched)
    return answers


def _claim_one(
    tx: Transaction,
    file: IdentifiedFile,
    touched: set[PhotoId],
) -> Claim:
    row = tx.execute(
        "SELECT content_id, name, part_of FROM files WHERE id = ?", (file.file_id,)
    ).fetchone()
    if row is None:
        return Claim(file.file_id, None, ClaimOutcome.GONE)
    former: ContentId | None = row[0]
    if is_forgotten(tx, file.sha256):
        _keep_out(tx, file)
        if former is not None:
            touched.add(photo_of(tx, former))
        return Claim(file.file_id, None, ClaimOutcome.FORGOTTEN)
    known = tx.execute("SELECT id, state FROM contents WHERE sha256 = ?", (file.sha256,)).fetchone()
    if known is None:
        content_id, state = _insert_content(tx, file, former), "pending"
    else:
        content_id, state = known
    same = former == content_id
    changed = former is not None and not same
    tx.execute(
        """UPDATE files SET content_id = ?, byte_size = ?, mtime_ns = ?, ctime_ns = ?,
           state = 'known',
           missing_since = NULL, excluded = 0, attempts = 0, error_code = NULL, error_detail = NULL
           WHERE id = ?""",
        (content_id, file.byte_size, file.mtime_ns, file.ctime_ns, file.file_id),
    )
    moved = known is not None and not same and _take_place(tx, content_id, file, row[1])
    if changed:
        assert former is not None
        touched |= settle_parts(tx, [photo_of(tx, former)])
    touched.add(photo_of(tx, content_id))
    touched.add(settle(tx, content_id))
    touched |= pair_up(tx, file.file_id)
    touched.add(photo_of(tx, content_id))
    if row[2] is not None or not _is_primary(tx, content_id):
        outcome = ClaimOutcome.PART
    else:
        outcome = _outcome(tx, content_id, state)
    answer = Claim(file.file_id, content_id, outcome, same, changed, moved, new=known is None)
    return _with_error(tx, answer) if outcome is ClaimOutcome.FAILED else answer


def _keep_out(tx: Transaction, file: IdentifiedFile) -> None:
    root, rel_path = tx.execute(
        """DELETE FROM files WHERE id = ?
           RETURNING (SELECT path FROM folders WHERE id = folder_id), rel_path""",
        (file.file_id,),
    ).fetchone()
    mark = place_mark(root, rel_path, file.byte_size, file.mtime_ns, file.ctime_ns)
    remember_place(tx, file.sha256, mark)


def _is_primary(tx: Transaction, content_id: ContentId) -> bool:
    row = tx.execute(
        "SELECT EXISTS (SELECT 1 FROM photos WHERE primary_content_id = ?)", (content_id,)
    ).fetchone()
    return bool(row[0])


def _with_error(tx: Transaction, answer: Claim) -> Claim:
    code, column, attempts = tx.execute(
        "SELECT error_code, error_detail, attempts FROM contents WHERE id = ?",
        (answer.content_id,),
    ).fetchone()
    return replace(
        answer,
        error_code=MediaCode(code),
        reason=Sentence.from_json_or_text(column or ""),
        attempts=attempts,
    )


def _insert_content(tx: Transaction, file: IdentifiedFile, former: ContentId | None) -> ContentId:
    """A content never seen before: the next state of the path's photo, or a new photo."""
    photo_id = None if former is None else heir_photo(tx, former, file.file_id)
    inherits = photo_id is not None
    if photo_id is None:
        photo_id = new_photo(tx)
    row = tx.execute(
        "INSERT INTO contents (photo_id, sha256, byte_size) VALUES (?, ?, ?) RETURNING id",
        (photo_id, file.sha256, file.byte_size),
    ).fetchone()
    make_primary(tx, photo_id, row[0])
    if former is not None:
        carry_over(tx, former, row[0])
        if inherits:
            # Whoever wanted the photo described means what it shows now.
            tx.execute(
                "UPDATE jobs SET content_id = ? WHERE content_id = ? AND state <> 'running'",
                (row[0], former),
            )
    return ContentId(row[0])


def _take_place(tx: Transaction, content_id: ContentId, file: IdentifiedFile, name: str) -> bool:
    """Whether the file moved here; the row of the place it left goes away.

    Each arrival takes the place of one departure (of the same name, if there is one), so that a
    moved folder that holds the same photo twice counts as two moves.
    """
    # The same path on a volume that is away: this is that volume, which calls itself otherwise now.
    left = tx.execute(
        """SELECT f.id FROM files f
           JOIN files here ON here.id = ?2 AND here.id <> f.id
           LEFT JOIN volumes v ON v.folder_id = f.folder_id AND v.identity = f.volume
           WHERE f.content_id = ?1 AND f.state = 'known' AND f.excluded = 0
           AND (f.missing_since IS NOT NULL OR (v.away AND f.folder_id = here.folder_id
               AND f.rel_path = here.rel_path))
           ORDER BY f.rel_path = here.rel_path DESC, f.name = ?3 DESC, f.id LIMIT 1""",
        (content_id, file.file_id, name),
    ).fetchone()
    if left is not None:
        tx.execute("DELETE FROM files WHERE id = ?", left)
        return True
    return not has_live_file(tx, content_id, except_file=file.file_id)


def _outcome(
    tx: Transaction,
    content_id: ContentId,
    state: str,
) -> ClaimOutcome:
    if content_id in tx.in_flight:
        return ClaimOutcome.BUSY
    if state == "failed":
        return ClaimOutcome.FAILED
    if state != "ready":
        tx.execute("UPDATE contents SET state = 'in_flight' WHERE id = ?", (content_id,))
        return ClaimOutcome.NEW
    return ClaimOutcome.READY
