"""Files that are one photo: RAW and JPEG of one shot, a Live Photo's picture and film.

Which paths belong together is for the scan to say (`files.part_of`); here their contents become
contents of one photo, and photos of their own again when a partner is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.photos import (
    carry_over,
    has_live_part_path,
    make_primary,
    photo_of,
    refresh_visible,
    settle,
)
from photofind.domain import ContentId, FileId, PhotoId

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from photofind.catalog.transactions import Transaction


def pair_files(tx: Transaction, pairs: Sequence[tuple[FileId, bytes | None]]) -> None:
    """Says of files what they are part of: the relative path of the file that is shown for
    both, None for a photo of its own.

    What a person has made of either half belongs to the photo they become; a half that is
    on its own again keeps all of it.
    """
    touched: set[PhotoId] = set()
    for file_id, part_of in pairs:
        tx.execute("UPDATE files SET part_of = ? WHERE id = ?", (part_of, file_id))
        row = tx.execute("SELECT content_id FROM live_files WHERE id = ?", (file_id,)).fetchone()
        if row is not None:
            touched.add(photo_of(tx, row[0]))
            touched.add(settle(tx, row[0]))
            touched |= pair_up(tx, file_id)
    refresh_visible(tx, touched)


def pair_up(tx: Transaction, file_id: FileId) -> set[PhotoId]:
    """Makes one photo of a file's content and those of the files it belongs together with.

    Returns:
        The photos that may look different now.
    """
    row = tx.execute(
        "SELECT content_id, folder_id, rel_path, part_of, volume FROM live_files WHERE id = ?",
        (file_id,),
    ).fetchone()
    if row is None:
        return set()
    content_id, folder_id, rel_path, part_of, volume = row
    if part_of is not None:
        shown = tx.execute(
            """SELECT content_id FROM live_files
               WHERE folder_id = ? AND rel_path = ? AND volume IS ?""",
            (folder_id, part_of, volume),
        ).fetchall()
        pairs = [(each, content_id) for (each,) in shown]
    else:
        parts = tx.execute(
            """SELECT content_id FROM live_files
               WHERE folder_id = ? AND part_of = ? AND volume IS ?""",
            (folder_id, rel_path, volume),
        ).fetchall()
        pairs = [(content_id, each) for (each,) in parts]
    touched: set[PhotoId] = set()
    for shown_id, part_id in pairs:
        touched |= _pair(tx, shown_id, part_id)
    return touched


def settle_parts(tx: Transaction, photo_ids: Iterable[PhotoId]) -> set[PhotoId]:
    """Reassigns the remaining contents of photos that may have lost the file that was shown.

    Returns:
        The photos that may look different now, those asked for among them.
    """
    touched = set(photo_ids)
    for photo_id in tuple(touched):
        left = tx.execute(
            """SELECT c.id FROM contents c JOIN photos p ON p.id = c.photo_id
               WHERE p.id = ? AND c.id <> p.primary_content_id
               AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
            (photo_id,),
        ).fetchall()
        touched.update(settle(tx, content_id) for (content_id,) in left)
    return touched


def _pair(tx: Transaction, shown_id: ContentId, part_id: ContentId) -> set[PhotoId]:
    if shown_id == part_id:
        return set()
    photo_id, other_id = photo_of(tx, shown_id), photo_of(tx, part_id)
    if photo_id != other_id:
        # The same RAW beside another picture stays with the first; what is about to be forgotten
        # takes nothing along.
        if has_live_part_path(tx, part_id) or _is_marked_for_deletion(tx, photo_id, other_id):
            return set()
        kept_id = min(photo_id, other_id)
        _merge(tx, kept_id, shown=photo_id, part=other_id)
        tx.execute(
            "UPDATE contents SET photo_id = ? WHERE photo_id IN (?, ?)",
            (kept_id, photo_id, other_id),
        )
        make_primary(tx, kept_id, shown_id)
        gone_id = max(photo_id, other_id)
        tx.execute("UPDATE photos SET primary_content_id = NULL WHERE id = ?", (gone_id,))
        refresh_visible(tx, [gone_id])
        tx.execute("DELETE FROM photos WHERE id = ?", (gone_id,))
        photo_id = kept_id
    elif _primary_of(tx, photo_id) == part_id:
        make_primary(tx, photo_id, shown_id)
    carry_over(tx, part_id, shown_id)
    # What can't be decoded needn't be: it is not shown.
    tx.execute(
        """UPDATE contents SET state = 'pending', strikes = 0, error_code = NULL,
           error_detail = NULL WHERE id = ? AND state = 'failed'""",
        (part_id,),
    )
    return {photo_id}


def _merge(tx: Transaction, kept_id: PhotoId, *, shown: PhotoId, part: PhotoId) -> None:
    """What a person set on either half applies to both; the shown one takes precedence."""
    tx.execute(
        """UPDATE photos SET (rating, favourite, flag, title) = (
               SELECT coalesce(s.rating, o.rating), max(s.favourite, o.favourite),
                   coalesce(s.flag, o.flag), coalesce(s.title, o.title)
               FROM photos s JOIN photos o ON o.id = ? WHERE s.id = ?)
           WHERE id = ?""",
        (part, shown, kept_id),
    )
    other = part if kept_id == shown else shown
    tx.execute(
        """DELETE FROM tags WHERE photo_id = ?1
           AND label IN (SELECT label FROM tags WHERE photo_id = ?2)""",
        (other, kept_id),
    )
    tx.execute("UPDATE tags SET photo_id = ? WHERE photo_id = ?", (kept_id, other))


def _is_marked_for_deletion(tx: Transaction, *photo_ids: PhotoId) -> bool:
    row = tx.execute(
        "SELECT EXISTS (SELECT 1 FROM doomed WHERE photo_id IN (?, ?))", photo_ids
    ).fetchone()
    return bool(row[0])


def _primary_of(tx: Transaction, photo_id: PhotoId) -> ContentId:
    row = tx.execute("SELECT primary_content_id FROM photos WHERE id = ?", (photo_id,)).fetchone()
    return ContentId(row[0])
