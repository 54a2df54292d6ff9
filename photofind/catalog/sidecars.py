"""What was made in photofind about photos, for other programs to read from sidecars."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.texts import read_captions
from photofind.domain import Flag, PhotoId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from photofind.catalog.transactions import Snapshot, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarContent:
    """What was made in photofind about one photo.

    Attributes:
        paths: the photo's files on drives that are connected.
        roots: for each of them the root folder that it belongs to.
        elsewhere: whether it also has files on drives that are not.
        as_scanned: by path, size in bytes and mtime in ns that the file had when it was scanned.
        title, rating, flag: a person's own.
        keywords: labels a person gave or confirmed.
        rejected: labels they took off.
        caption: a person's own, else the newest of a model.
        description: what file and sidecar say now.
        file_rating: what they say now of stars, -1 for rejected.
        written: the caption that was written into the sidecar last.
        said: the digest of what was written last.
    """

    photo_id: PhotoId
    paths: tuple[Path, ...]
    roots: tuple[Path, ...]
    elsewhere: bool = False
    as_scanned: Mapping[Path, tuple[int, int]] = field(default_factory=dict)
    title: str | None
    rating: int | None
    flag: Flag | None
    keywords: tuple[str, ...]
    rejected: tuple[str, ...]
    caption: str | None
    description: str | None
    file_rating: int | None
    written: str | None
    said: str | None

    @property
    def digest(self) -> str:
        """Changes when there is something else to say, or somewhere else."""
        parts: list[object] = [self.title, self.rating, self.keywords, self.rejected, self.caption]
        if self.flag is not None:
            parts.append(self.flag)
        places = [os.fsencode(path).hex() for path in self.paths]
        return hashlib.sha256(json.dumps([parts, places]).encode()).hexdigest()[:32]


def find_with_annotations(snapshot: Snapshot) -> list[PhotoId]:
    """Visible photos about which something was made in photofind, or was once."""
    rows = snapshot.execute(
        """SELECT v.photo_id FROM visible_photos v JOIN photos p ON p.id = v.photo_id
           WHERE p.title IS NOT NULL OR p.rating IS NOT NULL
               OR p.flag IS NOT NULL
               OR EXISTS (SELECT 1 FROM tags WHERE photo_id = v.photo_id)
               OR EXISTS (SELECT 1 FROM texts
                   WHERE content_id = v.content_id AND kind = 'caption')
               OR EXISTS (SELECT 1 FROM sidecar_writes WHERE photo_id = v.photo_id)"""
    )
    return [PhotoId(photo_id) for (photo_id,) in rows]


def read_sidecar_contents(snapshot: Snapshot, photo_ids: Sequence[PhotoId]) -> list[SidecarContent]:
    """What was made in photofind about these photos, as far as they are visible."""
    ids = json.dumps(list(photo_ids))
    paths: defaultdict[int, list[Path]] = defaultdict(list)
    as_scanned: defaultdict[int, dict[Path, tuple[int, int]]] = defaultdict(dict)
    roots: defaultdict[int, list[Path]] = defaultdict(list)
    elsewhere: set[int] = set()
    for photo_id, root, rel_path, byte_size, mtime_ns, away in snapshot.execute(
        """SELECT v.photo_id, d.path, f.rel_path, f.byte_size, f.mtime_ns, coalesce(a.away, 0)
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN live_files f ON f.content_id = v.content_id
           CROSS JOIN folders d ON d.id = f.folder_id
           LEFT JOIN volumes a ON a.folder_id = f.folder_id AND a.identity = f.volume
           ORDER BY f.id""",
        (ids,),
    ):
        if away:
            elsewhere.add(photo_id)
        else:
            path = Path(os.fsdecode(root), os.fsdecode(rel_path))
            paths[photo_id].append(path)
            as_scanned[photo_id][path] = (byte_size, mtime_ns)
            roots[photo_id].append(Path(os.fsdecode(root)))
    labels: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for photo_id, label, state in snapshot.execute(
        """SELECT t.photo_id, t.label, t.state FROM json_each(?) AS wanted
           CROSS JOIN tags t ON t.photo_id = wanted.value ORDER BY t.id""",
        (ids,),
    ):
        labels[photo_id, state].append(label)
    captions = read_captions(snapshot, photo_ids)
    sidecar_contents = []
    for photo, title, rating, flag, description, file_rating, written, said in snapshot.execute(
        """SELECT p.id, p.title, p.rating, p.flag, c.file_description, c.file_rating, w.caption,
               w.digest
           FROM json_each(?) AS wanted CROSS JOIN visible_photos v ON v.photo_id = wanted.value
           CROSS JOIN photos p ON p.id = v.photo_id CROSS JOIN contents c ON c.id = v.content_id
           LEFT JOIN sidecar_writes w ON w.photo_id = p.id""",
        (ids,),
    ):
        photo_id = PhotoId(photo)
        own = captions.get(photo_id, ())
        sidecar_contents.append(
            SidecarContent(
                photo_id=photo_id,
                paths=tuple(paths[photo]),
                roots=tuple(roots[photo]),
                elsewhere=photo in elsewhere,
                as_scanned=as_scanned[photo],
                title=title,
                rating=rating,
                flag=None if flag is None else Flag(flag),
                keywords=tuple(labels[photo, "confirmed"]),
                rejected=tuple(labels[photo, "rejected"]),
                caption=own[0].text if own else None,
                description=description,
                file_rating=file_rating,
                written=written,
                said=said,
            )
        )
    return sidecar_contents


def note_sidecar_written(
    tx: Transaction, photo_id: PhotoId, digest: str, caption: str | None
) -> None:
    """What was written into a photo's sidecars.

    Args:
        digest: of all of it.
        caption: the description there that is ours.
    """
    tx.execute(
        """INSERT OR REPLACE INTO sidecar_writes (photo_id, digest, caption)
           SELECT id, ?, ? FROM photos WHERE id = ?""",
        (digest, caption, photo_id),
    )
