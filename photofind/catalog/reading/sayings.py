"""What is known of photos that other programs could know too."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.reading.descriptions import read_captions
from photofind.domain import PhotoId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What was made in photofind about one photo.

    Attributes:
        paths: where the photo lies.
        title, rating: a person's own.
        keywords: labels a person gave or confirmed.
        rejected: labels they took off.
        caption: a person's own, else the newest of a model.
        description: what file and sidecar say now.
        written: the caption that was written into the sidecar last.
        said: the digest of what was written last.
    """

    photo_id: PhotoId
    paths: tuple[Path, ...]
    title: str | None
    rating: int | None
    keywords: tuple[str, ...]
    rejected: tuple[str, ...]
    caption: str | None
    description: str | None
    written: str | None
    said: str | None

    @property
    def digest(self) -> str:
        """Changes when there is something else to say, or somewhere else."""
        parts = [self.title, self.rating, self.keywords, self.rejected, self.caption]
        places = [os.fsencode(path).hex() for path in self.paths]
        return hashlib.sha256(json.dumps([parts, places]).encode()).hexdigest()[:32]


def find_outspoken(connection: sqlite3.Connection) -> list[PhotoId]:
    """Visible photos about which something was made in photofind, or was once."""
    rows = connection.execute(
        """SELECT v.photo_id FROM visible_photos v JOIN photos p ON p.id = v.photo_id
           WHERE p.title IS NOT NULL OR p.rating IS NOT NULL
               OR EXISTS (SELECT 1 FROM tags WHERE photo_id = v.photo_id)
               OR EXISTS (SELECT 1 FROM texts
                   WHERE content_id = v.content_id AND kind = 'caption')
               OR EXISTS (SELECT 1 FROM sidecar_writes WHERE photo_id = v.photo_id)"""
    )
    return [PhotoId(photo_id) for (photo_id,) in rows]


def read_sayings(connection: sqlite3.Connection, photo_ids: Sequence[PhotoId]) -> list[Saying]:
    ids = json.dumps(list(photo_ids))
    paths: defaultdict[int, list[Path]] = defaultdict(list)
    for photo_id, root, rel_path in connection.execute(
        """SELECT v.photo_id, d.path, f.rel_path
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN live_files f ON f.content_id = v.content_id
           CROSS JOIN folders d ON d.id = f.folder_id ORDER BY f.id""",
        (ids,),
    ):
        paths[photo_id].append(Path(os.fsdecode(root), os.fsdecode(rel_path)))
    labels: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for photo_id, label, state in connection.execute(
        """SELECT t.photo_id, t.label, t.state FROM json_each(?) AS wanted
           CROSS JOIN tags t ON t.photo_id = wanted.value ORDER BY t.id""",
        (ids,),
    ):
        labels[photo_id, state].append(label)
    captions = read_captions(connection, photo_ids)
    sayings = []
    for photo, title, rating, description, written, said in connection.execute(
        """SELECT p.id, p.title, p.rating, c.file_description, w.caption, w.digest
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id CROSS JOIN contents c ON c.id = v.content_id
           LEFT JOIN sidecar_writes w ON w.photo_id = p.id""",
        (ids,),
    ):
        photo_id = PhotoId(photo)
        own = captions.get(photo_id, ())
        sayings.append(
            Saying(
                photo_id=photo_id,
                paths=tuple(paths[photo]),
                title=title,
                rating=rating,
                keywords=tuple(labels[photo, "confirmed"]),
                rejected=tuple(labels[photo, "rejected"]),
                caption=own[0].text if own else None,
                description=description,
                written=written,
                said=said,
            )
        )
    return sayings
