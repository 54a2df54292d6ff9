"""The writer's part about the indexes of models: choosing, building, refining, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.rows import SEARCH_TASK
from photofind.catalog.writing import attempts, contents, models, vectors
from photofind.catalog.writing.photos import photo_of, refresh_visible

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from photofind.catalog.rows import ContentVectors
    from photofind.domain import ContentId, MediaCode, ModelId


class IndexWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        shrink: Callable[[], bool],
    ) -> None:
        """
        Args:
            shrink: gives some free space back; returns whether there is more.
        """
        self._transaction = transaction
        self._shrink = shrink

    def choose(self, model_id: ModelId | None) -> None:
        """Notes the model that is to take the active one's place when its index is complete;
        None: no other is wanted."""
        with self._transaction() as connection:
            models.choose_model(connection, SEARCH_TASK, model_id)

    def note_asked(self, model_id: ModelId, now_s: float) -> None:
        """Notes that a person asked for a model.

        Args:
            now_s: unix seconds.
        """
        with self._transaction() as connection:
            models.note_asked(connection, model_id, now_s)

    def begin_removal(self, model_id: ModelId) -> None:
        """Notes that a model's index is to go (`remove_vectors`); never the active one's."""
        with self._transaction() as connection:
            models.begin_removal(connection, model_id)

    def remove_vectors(self, model_id: ModelId, at_most: int) -> int:
        """Deletes the vectors of some contents from an index that is being removed.

        Returns:
            Of how many contents; 0 when the index is gone altogether.
        """
        with self._transaction() as connection:
            return models.remove_vectors(connection, model_id, at_most)

    def give_back_space(self) -> bool:
        """Returns some of the space that deleted rows have left to the file system.

        Returns:
            Whether there is more. What is not given back is used for new rows.
        """
        return self._shrink()

    def store_vectors(
        self,
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
        with self._transaction() as connection:
            # What was forgotten meanwhile stays so.
            known = [each for each in found if contents.exists(connection, each.content_id)]
            stored = vectors.store_vectors(connection, known, model_id)
            attempts.end(connection, attempted)
            refresh_visible(connection, {photo_of(connection, each.content_id) for each in known})
            return stored

    def begin_attempts(self, content_ids: Collection[ContentId]) -> None:
        """Notes, before it begins, that these photos' whole pictures are being decoded."""
        with self._transaction() as connection:
            attempts.begin(connection, content_ids)

    def charge_attempt(self, content_id: ContentId) -> None:
        """As `charge_strike`, for an attempt that was begun."""
        with self._transaction() as connection:
            attempts.charge_strike(connection, content_id)

    def end_attempts(self, content_ids: Collection[ContentId]) -> None:
        """Gives photos back untried, or nothing came of it that would come again."""
        with self._transaction() as connection:
            attempts.end(connection, content_ids)

    def fail_attempt(self, content_id: ContentId, code: MediaCode, detail: str) -> None:
        """A whole picture can't be decoded; what is known from its preview stays. It is tried
        again when asked (`retry_failed`)."""
        with self._transaction() as connection:
            attempts.fail(connection, content_id, code, detail)

    def attempt_suspects(self) -> list[ContentId]:
        """As `suspects`, for attempts; one with three strikes has failed instead."""
        with self._transaction() as connection:
            return attempts.suspects(connection)
