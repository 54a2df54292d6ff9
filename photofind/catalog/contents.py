"""Contents: embedded, failed, given back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from photofind.catalog.metadata import store_metadata
from photofind.catalog.photos import photo_of, refresh_visible
from photofind.catalog.tags import TagSource
from photofind.catalog.vectors import VectorPass, copy_vectors, store_vectors
from photofind.domain import Annotations, ContentId, MediaCode, ModelId, Space

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot, Transaction
    from photofind.domain import Capture
    from photofind.sentences import Sentence


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedContent:
    """What decoding and embedding found out about one content.

    Attributes:
        width, height: pixels after orientation.
        vectors: one unit-length float32 vector [d] a space; empty with a twin.
        tags: labels the model proposes, with scores 0 … 1; empty with a twin.
        annotations: what the file and its sidecar say about the photo.
        picture_hash: 32 bytes that are the same for contents that show the same; None when
            that can't be told.
        twin: a ready content that shows the same. What was derived from it (vectors, tags,
            captions, text found in it) is taken over.
    """

    content_id: ContentId
    format: str
    width: int
    height: int
    capture: Capture
    vectors: Mapping[Space, NDArray[np.float32]]
    tags: tuple[tuple[str, float], ...] = ()
    annotations: Annotations = field(default_factory=Annotations)
    picture_hash: bytes | None = None
    twin: ContentId | None = None
    vector_pass: VectorPass = VectorPass.WHOLE


def complete_contents(
    tx: Transaction, embedded: Sequence[EmbeddedContent], model_id: ModelId
) -> None:
    """Stores what was found out; these contents are ready and findable afterwards.

    Raises:
        ValueError: a vector isn't one row of finite numbers; nothing is stored.
    """
    for content in embedded:
        _store_description(tx, content)
        if content.twin is not None:
            _take_over(tx, content.content_id, content.twin)
            continue
        store_vectors(tx, [content], model_id)
    refresh_visible(tx, {photo_of(tx, content.content_id) for content in embedded})


def _store_description(tx: Transaction, content: EmbeddedContent) -> None:
    tx.execute(
        """UPDATE contents SET state = 'ready', suspect = 0, strikes = 0, attempts = 0,
           error_code = NULL, error_detail = NULL, format = ?, width = ?, height = ?,
           picture_hash = ? WHERE id = ?""",
        (content.format, content.width, content.height, content.picture_hash, content.content_id),
    )
    store_metadata(tx, content.content_id, content.capture, content.annotations)


def content_exists(tx: Transaction, content_id: ContentId) -> bool:
    query = "SELECT 1 FROM contents WHERE id = ?"
    return tx.execute(query, (content_id,)).fetchone() is not None


def find_twin(tx: Snapshot, picture_hash: bytes, model_id: ModelId) -> ContentId | None:
    """A ready content that shows the same picture and has vectors of this model."""
    row = tx.execute(
        """SELECT c.id FROM contents c JOIN embeddings e ON e.region_id = c.id
           WHERE c.picture_hash = ? AND c.state = 'ready' AND e.model_id = ? AND e.space = ?
           ORDER BY c.id DESC LIMIT 1""",
        (picture_hash, model_id, Space.SEARCH.value),
    ).fetchone()
    return None if row is None else ContentId(row[0])


def _take_over(tx: Transaction, content_id: ContentId, twin: ContentId) -> None:
    """Copies what was derived from a picture to another content that shows the same."""
    copy_vectors(tx, twin, content_id)
    tx.execute(
        """INSERT INTO tags (content_id, label, source, model_id, score, state)
           SELECT ?, label, source, model_id, score, state FROM tags
           WHERE content_id = ? AND source = ?""",
        (content_id, twin, TagSource.MODEL.value),
    )
    # What a person wrote is taken over when a file changes (claims), whatever it shows then.
    tx.execute(
        """INSERT INTO texts (content_id, kind, model_id, text, data, created_at, edited)
           SELECT ?1, kind, model_id, text, data, created_at, edited FROM texts
           WHERE content_id = ?2 AND kind <> 'note' AND edited = 0
           AND (kind, text) NOT IN (SELECT kind, text FROM texts WHERE content_id = ?1)""",
        (content_id, twin),
    )


def fail_content(tx: Transaction, content_id: ContentId, code: MediaCode, reason: Sentence) -> int:
    """These bytes can't be searched; tried again when asked (`retry_failed`).

    Returns:
        How often they were tried.
    """
    attempts: int = tx.execute(
        """UPDATE contents SET state = 'failed', suspect = 0, strikes = 0,
           attempts = attempts + 1, error_code = ?, error_detail = ?
           WHERE id = ? RETURNING attempts""",
        (code.value, reason.to_json(), content_id),
    ).fetchone()[0]
    refresh_visible(tx, [photo_of(tx, content_id)])
    return attempts


def release_contents(tx: Transaction, content_ids: Collection[ContentId]) -> None:
    """Gives claimed contents back untried; they can be claimed again even if this fails."""
    tx.execute(
        """UPDATE contents SET state = 'pending' WHERE state = 'in_flight'
           AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(content_ids)),),
    )
