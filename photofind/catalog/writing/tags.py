"""Labels: what a person decides about a photo, what a model proposes for a content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.encoding import clean_text
from photofind.catalog.rows import TagSource
from photofind.catalog.writing.photos import refresh_visible
from photofind.domain import CatalogError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from photofind.domain import ContentId, ModelId, PhotoId


MOST_CHARACTERS = 100
"""Of a label; a longer one is a text that went into the wrong field."""


def add_tag(connection: sqlite3.Connection, photo_id: PhotoId, label: str) -> None:
    _decide(connection, photo_id, _checked(label), "confirmed")


def remove_tag(connection: sqlite3.Connection, photo_id: PhotoId, label: str) -> None:
    # Rejected, not only deleted: the file or a model may say the same again at any time.
    _decide(connection, photo_id, _checked(label), "rejected")


def _checked(label: str) -> str:
    cleaned = " ".join(clean_text(label).split())
    if not cleaned:
        raise CatalogError("tag_empty", "A tag needs at least one letter. Nothing was changed.")
    if len(cleaned) > MOST_CHARACTERS:
        raise CatalogError(
            "tag_too_long",
            f"A tag may have {MOST_CHARACTERS} characters at most; this one has {len(cleaned)}."
            " Nothing was changed.",
        )
    return cleaned


def _decide(connection: sqlite3.Connection, photo_id: PhotoId, label: str, state: str) -> None:
    if connection.execute("SELECT 1 FROM photos WHERE id = ?", (photo_id,)).fetchone() is None:
        raise CatalogError(
            "photo_unknown", "This photo is not in the catalog any more. Nothing was changed."
        )
    connection.execute(
        "DELETE FROM tags WHERE photo_id = ? AND label = ? COLLATE NOCASE", (photo_id, label)
    )
    connection.execute(
        "INSERT INTO tags (photo_id, label, source, state) VALUES (?, ?, ?, ?)",
        (photo_id, label, TagSource.USER.value, state),
    )
    refresh_visible(connection, [photo_id])


def store_proposals(
    connection: sqlite3.Connection,
    model_id: ModelId,
    vocabulary: str,
    proposals: Mapping[ContentId, tuple[tuple[str, float], ...]],
) -> None:
    """Replaces what this model proposed for these contents; those that are gone are skipped."""
    there = [
        content_id
        for content_id in proposals
        if connection.execute(
            "SELECT 1 FROM embeddings WHERE model_id = ? AND space = 'search' AND content_id = ?",
            (model_id, content_id),
        ).fetchone()
    ]
    connection.executemany(
        "DELETE FROM tags WHERE content_id = ? AND source = 'model' AND model_id = ?",
        [(content_id, model_id) for content_id in there],
    )
    connection.executemany(
        "INSERT INTO tags (content_id, label, source, model_id, score) VALUES (?, ?, ?, ?, ?)",
        [
            (content_id, label, TagSource.MODEL.value, model_id, score)
            for content_id in there
            for label, score in proposals[content_id]
        ],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO tagged_contents (content_id, model_id, vocabulary)"
        " VALUES (?, ?, ?)",
        [(content_id, model_id, vocabulary) for content_id in there],
    )
