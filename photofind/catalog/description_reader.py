"""The reader's part about captions, questions and their jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.reading import descriptions

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.catalog.description_rows import (
        AnswerRow,
        CaptionRow,
        FailedJob,
        JobCounts,
        JobRow,
        ReadText,
        TextKind,
    )
    from photofind.domain import ContentId, PhotoId


class DescriptionReader:
    """Belongs to a `CatalogReader`, which see."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._snapshot = snapshot

    def captions(self, photo_ids: Sequence[int]) -> dict[PhotoId, tuple[CaptionRow, ...]]:
        """The captions of those photos that have any: a person's own first, then the newest."""
        with self._snapshot() as connection:
            return descriptions.read_captions(connection, photo_ids)

    def answers(self, photo_ids: Sequence[int]) -> dict[PhotoId, tuple[AnswerRow, ...]]:
        """What was asked about those photos, the oldest first; about former states of their
        files too."""
        with self._snapshot() as connection:
            return descriptions.read_answers(connection, photo_ids)

    def text_in(self, photo_id: PhotoId) -> ReadText | None:
        """The text that was read in a photo; None: it was not read yet."""
        with self._snapshot() as connection:
            return descriptions.read_text_in(connection, photo_id)

    def contents(
        self,
        photo_ids: Sequence[PhotoId] | None = None,
        folder: Path | None = None,
        without: tuple[TextKind, str] | None = None,
    ) -> dict[PhotoId, ContentId]:
        """What visible photos show, in the order asked for, else the newest first.

        Args:
            photo_ids: None for all.
            folder: only what lies in this folder or below it.
            without: leaves out what has a text of this kind by this model (a catalog key).
        """
        with self._snapshot() as connection:
            return descriptions.find_contents(connection, photo_ids, folder, without)

    def next_job(self, kinds: Collection[str], least_urgency: int = 0) -> JobRow | None:
        """The job of these kinds that comes first; None when nothing so urgent waits."""
        with self._snapshot() as connection:
            return descriptions.find_next_job(connection, kinds, least_urgency)

    def job_counts(self) -> JobCounts:
        with self._snapshot() as connection:
            return descriptions.count_jobs(connection)

    def failed_jobs(self) -> list[FailedJob]:
        """What came to nothing, the oldest first."""
        with self._snapshot() as connection:
            return descriptions.read_failed_jobs(connection)

    def waiting(self, photo_ids: Sequence[int]) -> dict[PhotoId, str]:
        """Of these photos those for which something is queued, with the kind of what is next."""
        with self._snapshot() as connection:
            return descriptions.read_waiting(connection, photo_ids)
