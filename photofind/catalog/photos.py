"""Photos as a person sees them: what each shows, whether it can be found, and by which words."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.catalog.encoding import path_to_blob, relative_to_root, split_texts
from photofind.catalog.words import store_words
from photofind.domain import (
    Capture,
    ContentId,
    DatePrecision,
    Exposure,
    Flag,
    Photo,
    PhotoId,
    PhotoPart,
    TakenSource,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.texts import TextKind
    from photofind.catalog.transactions import Snapshot, Transaction


@dataclass(frozen=True, slots=True, eq=False)
class PhotoOrder:
    """Photos as parallel arrays [n], newest first, those without a date last.

    Attributes:
        photo_ids, content_ids: int64; a content is its photo's primary one.
        taken_at_ms: int64 milliseconds of wall time, `NO_DATE` when there is none.
    """

    photo_ids: NDArray[np.int64]
    content_ids: NDArray[np.int64]
    taken_at_ms: NDArray[np.int64]


NO_DATE = -(2**63)
"""In `PhotoOrder.taken_at_ms`: the photo has no date (sorts last, newest first)."""

_REJECTED = -1
"""The rating by which other programs reject a photo."""


def read_photo_order(snapshot: Snapshot) -> PhotoOrder:
    """All visible photos, newest first."""
    rows = snapshot.execute(
        "SELECT photo_id, content_id, coalesce(taken_at, ?) FROM visible_photos", (NO_DATE,)
    )
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 3)
    # Newest first; of equal dates, the one that was added last.
    table = table[np.lexsort((table[:, 0], table[:, 2]))[::-1]]
    return PhotoOrder(*(np.ascontiguousarray(table[:, column]) for column in range(3)))


def read_photos(
    snapshot: Snapshot,
    photo_ids: Sequence[int],
    is_online: Callable[[Path], bool] | None = None,
) -> dict[PhotoId, Photo]:
    """The visible ones of these photos, by number.

    Args:
        is_online: whether a root can be reached now; without it `Photo.offline` is about drives
            that are mounted below roots only.
    """
    ids = json.dumps([int(photo_id) for photo_id in photo_ids])
    roots = {
        folder_id: (os.fsdecode(path), is_online is None or is_online(Path(os.fsdecode(path))))
        for folder_id, path in snapshot.execute("SELECT id, path FROM folders")
    }
    places: dict[int, list[Path]] = {}
    reachable: set[int] = set()
    parts: dict[int, list[PhotoPart]] = {}
    for photo_id, folder_id, rel_path, is_shown, byte_size, away in snapshot.execute(
        """SELECT v.photo_id, f.folder_id, f.rel_path, c.id = v.content_id, c.byte_size,
               coalesce(a.away, 0) AS away
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN contents c ON c.photo_id = v.photo_id
           CROSS JOIN live_files f ON f.content_id = c.id
           LEFT JOIN volumes a ON a.folder_id = f.folder_id AND a.identity = f.volume
           ORDER BY away, f.id""",
        (ids,),
    ):
        root, online = roots[folder_id]
        path = Path(root, os.fsdecode(rel_path))
        if not is_shown:
            parts.setdefault(photo_id, []).append(PhotoPart(path, byte_size))
            continue
        places.setdefault(photo_id, []).append(path)
        if online and not away:
            reachable.add(photo_id)
    photos = {}
    for row in snapshot.execute(
        """SELECT p.id, c.id, c.sha256, c.byte_size, c.format, c.width, c.height, c.taken_at,
               c.taken_offset_min, c.taken_source, c.camera, c.lens, c.lat, c.lon,
               c.f_number, c.exposure_s, c.iso, c.focal_mm, c.focal_35mm,
               coalesce(p.title, c.file_title), c.file_description,
               coalesce(p.rating, c.file_rating), p.favourite, p.flag,
               (SELECT text FROM texts WHERE content_id = c.id AND kind = 'note'
                   ORDER BY created_at DESC, id DESC LIMIT 1),
               c.taken_precision, c.file_people, c.file_location, c.file_comments
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id
           CROSS JOIN contents c ON c.id = v.content_id""",
        (ids,),
    ):
        photos[PhotoId(row[0])] = _photo(
            row,
            tuple(places[row[0]]),
            tuple(parts.get(row[0], ())),
            offline=row[0] not in reachable,
        )
    return photos


def _photo(
    row: tuple[Any, ...], paths: tuple[Path, ...], parts: tuple[PhotoPart, ...], *, offline: bool
) -> Photo:
    (photo_id, content_id, sha256, byte_size, image_format, width, height, taken_at, offset) = row[
        :9
    ]
    (source, camera, lens, latitude, longitude) = row[9:14]
    exposure = Exposure(
        f_number=row[14], seconds=row[15], iso=row[16], focal_mm=row[17], focal_35mm=row[18]
    )
    (title, description, rating, favourite, flag, note, precision) = row[19:26]
    (people, location, comments) = map(split_texts, row[26:])
    if flag is None:
        flag = Flag.REJECT if rating == _REJECTED else Flag.NONE
    elif rating == _REJECTED:
        rating = 0  # what the file says was decided anew
    return Photo(
        id=photo_id,
        content_id=content_id,
        sha256=sha256,
        paths=paths,
        byte_size=byte_size,
        format=image_format,
        width=width,
        height=height,
        capture=Capture(
            taken_at_ms=taken_at,
            taken_offset_min=offset,
            taken_source=None if source is None else TakenSource(source),
            taken_precision=DatePrecision(precision or DatePrecision.TIME),
            camera=camera,
            lens=lens,
            latitude=latitude,
            longitude=longitude,
            exposure=None if exposure == Exposure() else exposure,
        ),
        title=title,
        description=description,
        people=people,
        location=location,
        comments=comments,
        rating=rating,
        favourite=bool(favourite),
        flag=Flag(flag),
        note=note or "",
        offline=offline,
        parts=parts,
    )


def find_content_by_sha256(snapshot: Snapshot, sha256: bytes) -> ContentId | None:
    """The content with this hash, whether it is ready, visible or neither."""
    row = snapshot.execute("SELECT id FROM contents WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else ContentId(row[0])


def find_shown_content(snapshot: Snapshot, content_id: ContentId) -> ContentId:
    """What is shown in the place of a part of a photo; any other content is that itself."""
    row = snapshot.execute(
        """SELECT v.content_id FROM contents c JOIN visible_photos v ON v.photo_id = c.photo_id
           WHERE c.id = ? AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
        (content_id,),
    ).fetchone()
    return content_id if row is None else ContentId(row[0])


def find_primary_photo(snapshot: Snapshot, content_id: ContentId) -> PhotoId | None:
    """The photo that shows this content; None for a former state of a photo."""
    row = snapshot.execute(
        "SELECT id FROM photos WHERE primary_content_id = ?", (content_id,)
    ).fetchone()
    return None if row is None else PhotoId(row[0])


def find_contents(
    snapshot: Snapshot,
    photo_ids: Sequence[PhotoId] | None = None,
    folder: Path | None = None,
    without: tuple[TextKind, str] | None = None,
) -> dict[PhotoId, ContentId]:
    """What visible photos show, in the order asked for, else the newest first.

    Args:
        photo_ids: None for all.
        folder: only what lies in this folder or below it.
        without: leaves out what has a text of this kind by this model (a catalog key).
    """
    conditions, values = ["1"], []
    source = "visible_photos v"
    order = "ORDER BY v.taken_at DESC, v.photo_id DESC"
    if photo_ids is not None:
        source = """json_each(?) AS wanted
            CROSS JOIN visible_photos v ON v.photo_id = wanted.value"""
        values.append(json.dumps([int(photo_id) for photo_id in photo_ids]))
        order = "ORDER BY wanted.key"
    if without is not None:
        conditions.append(
            """NOT EXISTS (SELECT 1 FROM texts t LEFT JOIN models m ON m.id = t.model_id
               WHERE t.content_id = v.content_id AND t.kind = ? AND m.key = ?)"""
        )
        values += [without[0].value, without[1]]
    rows = snapshot.execute(
        f"SELECT v.photo_id, v.content_id FROM {source} WHERE {' AND '.join(conditions)} {order}",  # noqa: S608
        values,
    ).fetchall()
    found = {PhotoId(photo_id): ContentId(content_id) for photo_id, content_id in rows}
    if folder is None:
        return found
    inside = _contents_below(snapshot, folder)
    return {photo: content for photo, content in found.items() if content in inside}


def _contents_below(snapshot: Snapshot, folder: Path) -> set[int]:
    """Contents with a file in a folder or below it, whether the folder is a root or lies in one."""
    wanted = path_to_blob(folder)
    contents: set[int] = set()
    for folder_id, root in snapshot.execute("SELECT id, path FROM folders").fetchall():
        if relative_to_root(root, wanted) is not None:
            rows = snapshot.execute(
                "SELECT content_id FROM live_files WHERE folder_id = ?", (folder_id,)
            )
            contents.update(row[0] for row in rows)
        elif below := relative_to_root(wanted, root):
            prefix = below + os.sep.encode()
            rows = snapshot.execute(
                """SELECT content_id FROM live_files
                   WHERE folder_id = ? AND substr(rel_path, 1, ?) = ?""",
                (folder_id, len(prefix), prefix),
            )
            contents.update(row[0] for row in rows)
    return contents


def has_live_file(tx: Transaction, content_id: ContentId, *, except_file: int = 0) -> bool:
    """Whether a file is there (as far as the last scan knows) that holds this content."""
    row = tx.execute(
        "SELECT EXISTS (SELECT 1 FROM live_files WHERE content_id = ? AND id <> ?)",
        (content_id, except_file),
    ).fetchone()
    return bool(row[0])


def photo_of(tx: Transaction, content_id: ContentId) -> PhotoId:
    row = tx.execute("SELECT photo_id FROM contents WHERE id = ?", (content_id,)).fetchone()
    return PhotoId(row[0])


def new_photo(tx: Transaction) -> PhotoId:
    row = tx.execute("INSERT INTO photos DEFAULT VALUES RETURNING id").fetchone()
    return PhotoId(row[0])


def make_primary(tx: Transaction, photo_id: PhotoId, content_id: ContentId) -> None:
    tx.execute("UPDATE photos SET primary_content_id = ? WHERE id = ?", (content_id, photo_id))


def heir_photo(tx: Transaction, former: ContentId, file_id: int) -> PhotoId | None:
    """The photo that a file's new content takes over from its former one.

    None when another file still holds the former content (then that file keeps the photo) or
    when the photo shows another content by now.
    """
    row = tx.execute(
        """SELECT p.id FROM contents c JOIN photos p
           ON p.id = c.photo_id AND p.primary_content_id = c.id WHERE c.id = ?""",
        (former,),
    ).fetchone()
    if row is None or has_live_file(tx, former, except_file=file_id):
        return None
    return PhotoId(row[0])


def has_live_part_path(tx: Transaction, content_id: ContentId) -> bool:
    """Whether this content lies beside another one of its photo, as a part of that file."""
    row = tx.execute(
        """SELECT EXISTS (SELECT 1 FROM live_files part
               JOIN live_files shown
               ON shown.folder_id = part.folder_id AND shown.rel_path = part.part_of
               AND shown.volume IS part.volume
               JOIN contents c ON c.id = shown.content_id
               WHERE part.content_id = ?1 AND c.id <> ?1
               AND c.photo_id = (SELECT photo_id FROM contents WHERE id = ?1))""",
        (content_id,),
    ).fetchone()
    return bool(row[0])


def settle(tx: Transaction, content_id: ContentId) -> PhotoId:
    """Gives a content that lies on the disk its place, and returns its photo.

    A part stays with its photo. A former content of a photo becomes its primary one again when
    nothing else of the photo is on the disk any more; else it becomes a photo of its own, with
    all that the person has made of the one it leaves.
    """
    photo_id, primary = tx.execute(
        """SELECT p.id, p.primary_content_id FROM contents c JOIN photos p ON p.id = c.photo_id
           WHERE c.id = ?""",
        (content_id,),
    ).fetchone()
    if primary == content_id or has_live_part_path(tx, content_id):
        return PhotoId(photo_id)
    if has_live_file(tx, primary):
        photo_id = _split_off(tx, photo_id, content_id)
    carry_over(tx, primary, content_id)
    make_primary(tx, photo_id, content_id)
    return PhotoId(photo_id)


def _split_off(tx: Transaction, photo_id: PhotoId, content_id: ContentId) -> PhotoId:
    own_id = PhotoId(
        tx.execute(
            """INSERT INTO photos (rating, favourite, flag, title)
               SELECT rating, favourite, flag, title FROM photos WHERE id = ? RETURNING id""",
            (photo_id,),
        ).fetchone()[0]
    )
    tx.execute(
        """INSERT INTO tags (photo_id, label, source, model_id, score, state)
           SELECT ?, label, source, model_id, score, state FROM tags WHERE photo_id = ?""",
        (own_id, photo_id),
    )
    tx.execute("UPDATE contents SET photo_id = ? WHERE id = ?", (own_id, content_id))
    return own_id


def carry_over(tx: Transaction, former: ContentId, content_id: ContentId) -> None:
    """A person's notes, and captions they edited or accepted, go along to what is shown in a
    content's place."""
    tx.execute(
        """INSERT INTO texts
               (content_id, kind, model_id, text, data, created_at, edited, accepted)
           SELECT ?2, kind, model_id, text, data, created_at, edited, accepted FROM texts old
           WHERE content_id = ?1 AND (kind = 'note' OR edited = 1 OR accepted = 1)
           AND NOT EXISTS (SELECT 1 FROM texts
               WHERE content_id = ?2 AND kind = old.kind AND text = old.text)""",
        (former, content_id),
    )


def refresh_visible(tx: Transaction, photo_ids: Iterable[PhotoId]) -> None:
    """Brings what can be found of these photos up to date: whether they are visible, their
    date, their words. To be called after whatever may change one of these."""
    ids = sorted(photo_ids)
    values = (json.dumps(ids),)
    tx.execute(
        "DELETE FROM visible_photos WHERE photo_id IN (SELECT value FROM json_each(?))", values
    )
    # CROSS: SQLite takes json_each for large and might begin with all photos.
    tx.execute(
        """INSERT INTO visible_photos (photo_id, content_id, taken_at)
           SELECT p.id, c.id, c.taken_at
           FROM json_each(?) AS wanted
           CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN contents c ON c.id = p.primary_content_id AND c.state = 'ready'
           WHERE EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
        values,
    )
    store_words(tx, ids)
