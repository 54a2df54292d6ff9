"""The writer's part about labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.writing import tags

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from photofind.domain import ContentId, ModelId, PhotoId


class TagWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it."""

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._transaction = transaction

    def change(
        self, photo_ids: Sequence[PhotoId], *, add: Sequence[str] = (), remove: Sequence[str] = ()
    ) -> None:
        """A person labels photos.

        Args:
            add: given, or confirmed where a model proposed it.
            remove: taken off: wherever it comes from, it is not shown again.

        Raises:
            CatalogError: photo_unknown, and nothing is changed; tag_empty, tag_too_long.
        """
        with self._transaction() as connection:
            for photo_id in photo_ids:
                for label in add:
                    tags.add_tag(connection, photo_id, label)
                for label in remove:
                    tags.remove_tag(connection, photo_id, label)

    def note_sidecar(self, photo_id: PhotoId, digest: str, caption: str | None) -> None:
        """What was written into a photo's sidecars.

        Args:
            digest: of all of it.
            caption: the description there that is ours.
        """
        with self._transaction() as connection:
            connection.execute(
                """INSERT OR REPLACE INTO sidecar_writes (photo_id, digest, caption)
                   SELECT id, ?, ? FROM photos WHERE id = ?""",
                (digest, caption, photo_id),
            )

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
