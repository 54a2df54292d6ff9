"""The writer's part about labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.writing import tags

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from photofind.domain import ContentId, ModelId, PhotoId


class TagWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it."""

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._transaction = transaction

    def add(self, photo_id: PhotoId, label: str) -> None:
        """A person gives a photo a label, or confirms one that a model proposed."""
        with self._transaction() as connection:
            tags.add_tag(connection, photo_id, label)

    def remove(self, photo_id: PhotoId, label: str) -> None:
        """A person takes a label off a photo: wherever it comes from, it is not shown again."""
        with self._transaction() as connection:
            tags.remove_tag(connection, photo_id, label)

    def store_proposals(
        self,
        model_id: ModelId,
        vocabulary: str,
        proposals: Mapping[ContentId, tuple[tuple[str, float], ...]],
    ) -> None:
        """Replaces the labels that a model proposed for contents.

        Args:
            vocabulary: which labels were tried, so that other ones are tried anew.
            proposals: labels with scores 0 … 1 for each content; none where nothing fits.
        """
        with self._transaction() as connection:
            tags.store_proposals(connection, model_id, vocabulary, proposals)
