"""Labels of photos: a person's, their files', and what the model in use proposes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.encoding import clean_text
from photofind.domain import CatalogError, ContentId, ModelId, PhotoId
from photofind.normal_form import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from photofind.catalog.transactions import Snapshot, Transaction


class TagSource(StrEnum):
    MODEL = "model"
    FILE = "file"
    USER = "user"


@dataclass(frozen=True, slots=True)
class TagRow:
    """One label of a photo; `score` is 0 … 1 for a model's, None for a person's."""

    label: str
    source: TagSource
    score: float | None


_HOLDS = """
    t.state <> 'rejected'
    AND (t.source <> 'model' OR t.model_id IN (SELECT id FROM models WHERE active = 1))
    AND NOT EXISTS (SELECT 1 FROM tags r WHERE r.photo_id = p.id AND r.state = 'rejected'
        AND r.label = t.label COLLATE NOCASE)"""
"""Which tags t of a photo p count: not those that the person rejected, nor another model's."""


def read_tags(snapshot: Snapshot, photo_ids: Sequence[int]) -> dict[PhotoId, tuple[TagRow, ...]]:
    """The labels of those photos that have any: a person's first, then by falling score."""
    # CROSS: SQLite takes json_each for large and would begin with all tags.
    rows = snapshot.execute(
        f"""SELECT p.id, t.label, t.source, t.score
           FROM json_each(?) AS wanted CROSS JOIN photos p ON p.id = wanted.value
           CROSS JOIN tags t ON t.photo_id = p.id OR t.content_id = p.primary_content_id
           WHERE {_HOLDS}
           ORDER BY t.score DESC NULLS FIRST, t.photo_id IS NULL, t.id""",  # noqa: S608
        (json.dumps([int(photo_id) for photo_id in photo_ids]),),
    )
    tags: dict[PhotoId, dict[str, TagRow]] = {}
    for photo_id, label, source, score in rows:
        # The same label from several sources is one tag, the person's first.
        row = TagRow(label, TagSource(source), score)
        tags.setdefault(PhotoId(photo_id), {}).setdefault(label.casefold(), row)
    return {photo_id: tuple(rows.values()) for photo_id, rows in tags.items()}


def read_every_label(snapshot: Snapshot) -> list[str]:
    """Every label that a photo has or had, once for all its capitals, in alphabetical order."""
    # From each label straight to the next: thousands of labels on a million photos are few steps.
    rows = snapshot.execute(
        """WITH RECURSIVE each(label) AS (
               SELECT min(label COLLATE NOCASE) FROM tags
               UNION ALL
               SELECT (SELECT label FROM tags WHERE label > each.label COLLATE NOCASE
                       ORDER BY label COLLATE NOCASE LIMIT 1)
               FROM each WHERE each.label IS NOT NULL)
           SELECT label FROM each WHERE label IS NOT NULL"""
    )
    return [label for (label,) in rows]


def find_tagged(snapshot: Snapshot, label: str) -> NDArray[np.int64]:
    """The visible photos that have this label, whatever its case and accents: int64 [n], rising."""
    wanted = fold(label)
    return find_tagged_any(
        snapshot, [each for each in read_every_label(snapshot) if fold(each) == wanted]
    )


def find_tagged_any(snapshot: Snapshot, labels: Sequence[str]) -> NDArray[np.int64]:
    """The visible photos that have one of these labels: int64 [n], rising."""
    rows = snapshot.execute(
        f"""SELECT v.photo_id FROM json_each(?) AS wanted
           CROSS JOIN tags t ON t.label = wanted.value COLLATE NOCASE
           CROSS JOIN visible_photos v ON v.photo_id = t.photo_id OR v.content_id = t.content_id
           CROSS JOIN photos p ON p.id = v.photo_id WHERE {_HOLDS}""",  # noqa: S608
        (json.dumps(list(labels)),),
    )
    return np.unique(np.fromiter((photo_id for (photo_id,) in rows), np.int64))


def read_labels(snapshot: Snapshot, limit: int) -> list[str]:
    """The labels that people and files use, the most frequent first."""
    rows = snapshot.execute(
        """SELECT label, count(*) AS often FROM tags
           WHERE state = 'confirmed' GROUP BY label COLLATE NOCASE
           ORDER BY often DESC, label LIMIT ?""",
        (limit,),
    )
    return [label for label, _ in rows]


def find_untagged(
    snapshot: Snapshot, model_id: ModelId, vocabulary: str, limit: int
) -> list[ContentId]:
    """Contents with a vector of this model for which it proposed nothing out of this
    vocabulary yet, the latest first."""
    rows = snapshot.execute(
        """SELECT r.content_id FROM embeddings e
           CROSS JOIN regions r ON r.id = e.region_id AND r.kind = 'whole'
           LEFT JOIN tagged_contents t ON t.content_id = r.content_id
               AND t.model_id = e.model_id AND t.vocabulary = ?
           WHERE e.model_id = ? AND e.space = 'search' AND t.content_id IS NULL
           ORDER BY e.region_id DESC LIMIT ?""",
        (vocabulary, model_id, limit),
    )
    return [ContentId(content_id) for (content_id,) in rows]


MOST_CHARACTERS = 100
"""Of a label; a longer one is a text that went into the wrong field."""


def read_decisions(
    tx: Transaction, photo_ids: Sequence[PhotoId], label: str, *, or_rejected: bool = False
) -> dict[PhotoId, tuple[int | None, str]]:
    """What a person has decided about a label of these photos.

    Args:
        or_rejected: gives 0 where nothing was decided and the file doesn't say it either.

    Returns:
        For each photo 1 (given), 0 (taken off) or None (nothing), and the label as it is spelt
        there.
    """
    undecided = (
        """CASE WHEN EXISTS (SELECT 1 FROM tags f WHERE f.content_id = p.primary_content_id
               AND f.source = 'file' AND f.label = :label COLLATE NOCASE) THEN NULL ELSE 0 END"""
        if or_rejected
        else "NULL"
    )
    rows = tx.execute(
        f"""SELECT p.id, CASE t.state WHEN 'confirmed' THEN 1 WHEN 'rejected' THEN 0
               ELSE {undecided} END, coalesce(t.label, :label)
           FROM json_each(:ids) AS wanted CROSS JOIN photos p ON p.id = wanted.value
           LEFT JOIN tags t ON t.photo_id = p.id AND t.label = :label COLLATE NOCASE""",  # noqa: S608
        {"ids": json.dumps(list(photo_ids)), "label": label},
    )
    return {PhotoId(photo_id): (decided, spelling) for photo_id, decided, spelling in rows}


def set_decision(
    tx: Transaction, photo_ids: Sequence[PhotoId], label: str, given: bool | None
) -> None:
    """A person labels photos; `refresh_visible` is left to the caller.

    Args:
        given: True gives it, or confirms what a model proposed; False takes it off for good:
            wherever it comes from, it is not shown again; None withdraws what they decided.
    """
    ids = json.dumps(list(photo_ids))
    tx.execute(
        """DELETE FROM tags WHERE photo_id IN (SELECT value FROM json_each(?))
           AND label = ? COLLATE NOCASE""",
        (ids, label),
    )
    if given is None:
        return
    # Rejected, not only deleted: the file or a model may say the same again at any time.
    state = "confirmed" if given else "rejected"
    tx.execute(
        """INSERT INTO tags (photo_id, label, source, state)
           SELECT value, ?, ?, ? FROM json_each(?)""",
        (label, TagSource.USER.value, state, ids),
    )


def checked_label(label: str) -> str:
    """A label as it is stored.

    Raises:
        CatalogError: tag_empty, tag_too_long.
    """
    cleaned = " ".join(clean_text(label).split())
    if not cleaned:
        raise CatalogError("tag_empty", "A tag needs at least one letter. Nothing was changed.")
    if len(cleaned) > MOST_CHARACTERS:
        raise CatalogError(
            "tag_too_long",
            "A tag may have at most {most} characters; this one has {length}. Nothing was changed.",
            most=MOST_CHARACTERS,
            length=len(cleaned),
        )
    return cleaned


def store_proposals(
    tx: Transaction,
    model_id: ModelId,
    vocabulary: str,
    proposals: Mapping[ContentId, tuple[tuple[str, float], ...]],
) -> None:
    """Replaces the labels that a model proposed for contents.

    Args:
        vocabulary: which labels were tried, so that other ones are tried anew.
        proposals: labels with scores 0 … 1 for each content; none where nothing fits.
    """
    there = [
        content_id
        for content_id in proposals
        if tx.execute(
            "SELECT 1 FROM embeddings WHERE model_id = ? AND space = 'search' AND region_id = ?",
            (model_id, content_id),
        ).fetchone()
    ]
    tx.executemany(
        "DELETE FROM tags WHERE content_id = ? AND source = 'model' AND model_id = ?",
        [(content_id, model_id) for content_id in there],
    )
    tx.executemany(
        "INSERT INTO tags (content_id, label, source, model_id, score) VALUES (?, ?, ?, ?, ?)",
        [
            (content_id, label, TagSource.MODEL.value, model_id, score)
            for content_id in there
            for label, score in proposals[content_id]
        ],
    )
    tx.executemany(
        "INSERT OR REPLACE INTO tagged_contents (content_id, model_id, vocabulary)"
        " VALUES (?, ?, ?)",
        [(content_id, model_id, vocabulary) for content_id in there],
    )
