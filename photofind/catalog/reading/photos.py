"""Photos as a person sees them."""

from __future__ import annotations

import json
import os
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.catalog.rows import NO_DATE, PhotoOrder
from photofind.domain import Capture, ContentId, Exposure, Photo, PhotoId, PhotoPart, TakenSource

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence


def read_order(connection: sqlite3.Connection) -> PhotoOrder:
    rows = connection.execute(
        "SELECT photo_id, content_id, coalesce(taken_at, ?) FROM visible_photos", (NO_DATE,)
    )
    table = np.fromiter(chain.from_iterable(rows), dtype=np.int64).reshape(-1, 3)
    # Newest first; of equal dates, the one that was added last.
    table = table[np.lexsort((table[:, 0], table[:, 2]))[::-1]]
    return PhotoOrder(*(np.ascontiguousarray(table[:, column]) for column in range(3)))


def read_photos(
    connection: sqlite3.Connection,
    photo_ids: Sequence[int],
    is_online: Callable[[Path], bool] | None,
) -> dict[PhotoId, Photo]:
    ids = json.dumps([int(photo_id) for photo_id in photo_ids])
    roots = {
        folder_id: (os.fsdecode(path), is_online is None or is_online(Path(os.fsdecode(path))))
        for folder_id, path in connection.execute("SELECT id, path FROM folders")
    }
    places: dict[int, list[Path]] = {}
    reachable: set[int] = set()
    parts: dict[int, list[PhotoPart]] = {}
    for photo_id, folder_id, rel_path, is_shown, byte_size in connection.execute(
        """SELECT v.photo_id, f.folder_id, f.rel_path, c.id = v.content_id, c.byte_size
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN contents c ON c.photo_id = v.photo_id
           CROSS JOIN live_files f ON f.content_id = c.id
           ORDER BY f.id""",
        (ids,),
    ):
        root, online = roots[folder_id]
        path = Path(root, os.fsdecode(rel_path))
        if not is_shown:
            parts.setdefault(photo_id, []).append(PhotoPart(path, byte_size))
            continue
        places.setdefault(photo_id, []).append(path)
        if online:
            reachable.add(photo_id)
    photos = {}
    for row in connection.execute(
        """SELECT p.id, c.id, c.sha256, c.byte_size, c.format, c.width, c.height, c.taken_at,
               c.taken_offset_min, c.taken_source, c.camera, c.lens, c.lat, c.lon,
               c.f_number, c.exposure_s, c.iso, c.focal_mm, c.focal_35mm,
               coalesce(p.title, c.file_title), c.file_description,
               coalesce(p.rating, c.file_rating), p.favourite
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
    (title, description, rating, favourite) = row[19:]
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
            camera=camera,
            lens=lens,
            latitude=latitude,
            longitude=longitude,
            exposure=None if exposure == Exposure() else exposure,
        ),
        title=title,
        description=description,
        rating=rating,
        favourite=bool(favourite),
        offline=offline,
        parts=parts,
    )


def find_content_by_sha256(connection: sqlite3.Connection, sha256: bytes) -> ContentId | None:
    row = connection.execute("SELECT id FROM contents WHERE sha256 = ?", (sha256,)).fetchone()
    return None if row is None else ContentId(row[0])


def find_shown(connection: sqlite3.Connection, content_id: ContentId) -> ContentId:
    row = connection.execute(
        """SELECT v.content_id FROM contents c JOIN visible_photos v ON v.photo_id = c.photo_id
           WHERE c.id = ? AND EXISTS (SELECT 1 FROM live_files WHERE content_id = c.id)""",
        (content_id,),
    ).fetchone()
    return content_id if row is None else ContentId(row[0])


def find_primary_photo(connection: sqlite3.Connection, content_id: ContentId) -> PhotoId | None:
    row = connection.execute(
        "SELECT id FROM photos WHERE primary_content_id = ?", (content_id,)
    ).fetchone()
    return None if row is None else PhotoId(row[0])
