"""What is left to do for photos that can be found already, and what came of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.catalog.contents import content_exists
from photofind.catalog.models import LACKS_VECTOR
from photofind.catalog.photos import photo_of, refresh_visible
from photofind.catalog.suspects import end_attempts
from photofind.catalog.vectors import ContentVectors, store_vectors
from photofind.domain import ContentId, FolderId, ModelId

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from photofind.catalog.transactions import Snapshot, Transaction


@dataclass(frozen=True, slots=True)
class BackgroundPhoto:
    """A photo that can be found, as those see it who work on it in the background.

    Attributes:
        places: roots and the files below them that hold the content, at least one.
        failed: its whole picture can't be decoded.
    """

    content_id: ContentId
    sha256: bytes
    places: tuple[tuple[FolderId, Path], ...]
    failed: bool


def find_without_vectors(snapshot: Snapshot, model_id: ModelId) -> list[ContentId]:
    """Contents of visible photos that a model has no vector of, the newest photos first."""
    rows = snapshot.execute(
        f"""SELECT v.content_id FROM visible_photos v WHERE {LACKS_VECTOR}
            ORDER BY v.taken_at DESC, v.photo_id DESC""",  # noqa: S608
        {"model": model_id},
    )
    return [ContentId(content_id) for (content_id,) in rows]


def find_first_pass(snapshot: Snapshot, model_id: ModelId) -> list[ContentId]:
    """Contents of visible photos whose vector is from a preview, but for those whose whole
    picture can't be decoded."""
    rows = snapshot.execute(
        """SELECT v.content_id FROM embeddings e
           CROSS JOIN visible_photos v ON v.content_id = e.region_id
           WHERE e.space = 'search' AND e.model_id = ? AND e.pass = 1
           AND v.content_id NOT IN (SELECT content_id FROM background_attempts
               WHERE state = 'failed')
           ORDER BY v.content_id""",
        (model_id,),
    )
    return [ContentId(content_id) for (content_id,) in rows]


def read_background_photos(
    snapshot: Snapshot, content_ids: Sequence[ContentId]
) -> list[BackgroundPhoto]:
    """Where the pictures of those contents are that can be found still."""
    ids = json.dumps(content_ids)
    places: dict[int, list[tuple[FolderId, Path]]] = {}
    for content_id, folder_id, root, rel_path in snapshot.execute(
        """SELECT f.content_id, r.id, r.path, f.rel_path FROM json_each(?) AS wanted
           CROSS JOIN live_files f ON f.content_id = wanted.value
           CROSS JOIN folders r ON r.id = f.folder_id ORDER BY f.id""",
        (ids,),
    ):
        path = Path(os.fsdecode(root), os.fsdecode(rel_path))
        places.setdefault(content_id, []).append((FolderId(folder_id), path))
    rows = snapshot.execute(
        """SELECT c.id, c.sha256, a.state IS 'failed' FROM json_each(?) AS wanted
           CROSS JOIN visible_photos v ON v.content_id = wanted.value
           CROSS JOIN contents c ON c.id = v.content_id
           LEFT JOIN background_attempts a ON a.content_id = c.id""",
        (ids,),
    )
    return [
        BackgroundPhoto(ContentId(content_id), sha256, tuple(places[content_id]), bool(failed))
        for content_id, sha256, failed in rows
        if content_id in places
    ]


def store_reembedded(
    tx: Transaction,
    found: Sequence[ContentVectors],
    model_id: ModelId,
    attempted: Collection[ContentId] = (),
) -> bool:
    """Stores what a model says about contents that can be found already.

    Args:
        attempted: those of them whose attempts to decode have gone well.

    Returns:
        False when the model's index was removed meanwhile; its vectors are not stored then.

    Raises:
        ValueError: a vector isn't one row of finite numbers, or is of another model;
            nothing is stored.
    """
    # What was forgotten meanwhile stays so.
    known = [each for each in found if content_exists(tx, each.content_id)]
    stored = store_vectors(tx, known, model_id)
    end_attempts(tx, attempted)
    refresh_visible(tx, {photo_of(tx, each.content_id) for each in known})
    return stored
