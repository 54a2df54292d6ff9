"""The writer's part about captions, questions and their jobs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from photofind.catalog.writing import jobs, texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from photofind.catalog.description_rows import Finding
    from photofind.domain import ContentId, JobId, PhotoId, TextId


class DescriptionWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._transaction = transaction
        self._now_ms = now_ms

    def store(self, content_id: ContentId, finding: Finding) -> int:
        """Keeps what nobody had queued; returns the text's or question's number."""
        with self._transaction() as connection:
            return texts.store_finding(connection, content_id, finding, self._now_ms())

    def write_caption(self, photo_id: PhotoId, text: str) -> TextId:
        """Adds a caption in a person's own words.

        Raises:
            CatalogError: photo_unknown.
        """
        with self._transaction() as connection:
            return texts.write_caption(connection, photo_id, text, self._now_ms())

    def edit_caption(self, text_id: TextId, text: str) -> PhotoId:
        """Puts a person's words in place of a caption; they are theirs from now on.

        Returns:
            The photo, here as below.

        Raises:
            CatalogError: caption_unknown, it is not there any more.
        """
        with self._transaction() as connection:
            return texts.edit_caption(connection, text_id, text)

    def accept_caption(self, text_id: TextId) -> PhotoId:
        """The person says that a caption is right: no model may replace it any more.

        Raises:
            CatalogError: caption_unknown, it is not there any more.
        """
        with self._transaction() as connection:
            return texts.accept_caption(connection, text_id)

    def delete_caption(self, text_id: TextId) -> PhotoId:
        """Deletes a caption, whoever wrote it.

        Raises:
            CatalogError: caption_unknown, it is not there any more.
        """
        with self._transaction() as connection:
            return texts.delete_caption(connection, text_id)

    def delete_answer(self, question_id: int) -> None:
        """Forgets a question and its answer."""
        with self._transaction() as connection:
            texts.delete_answer(connection, question_id)

    def add_jobs(
        self,
        kind: str,
        content_ids: Sequence[ContentId],
        order: str,
        urgency: int,
        *,
        after_crash: bool = True,
    ) -> int:
        """Queues the same order for contents.

        Args:
            order: JSON for whoever carries out this kind.
            after_crash: also tries again what was given up because the program died of it.

        Returns:
            How many are new in the queue. One that was queued becomes as urgent as this; one
            that had failed is tried again.
        """
        with self._transaction() as connection:
            return jobs.add_jobs(
                connection,
                kind,
                content_ids,
                order,
                urgency,
                self._now_ms(),
                after_crash=after_crash,
            )

    def begin_job(self, job_id: JobId, *, charged: bool) -> bool:
        """Commits that a job is being tried; ask before anything that could end the process.

        Args:
            charged: if the process dies now, this job is to blame, for it is alone. After three
                such deaths `recover_jobs` gives it up.

        Returns:
            False: it was cancelled.
        """
        with self._transaction() as connection:
            return jobs.begin_job(connection, job_id, charged=charged)

    def complete_job(self, job_id: JobId, content_id: ContentId, finding: Finding) -> int | None:
        """Stores what a job found out and takes it out of the queue.

        Returns:
            The text's or question's number; None when the job was cancelled meanwhile: then
            nothing is stored.
        """
        with self._transaction() as connection:
            if not jobs.end_job(connection, job_id):
                return None
            return texts.store_finding(connection, content_id, finding, self._now_ms())

    def drop_job(self, job_id: JobId) -> None:
        """Takes a job out of the queue that brings nothing: its photo is gone."""
        with self._transaction() as connection:
            jobs.end_job(connection, job_id)

    def fail_job(self, job_id: JobId, code: str, reason: str) -> None:
        """Keeps a job that came to nothing, for the person to see and to try again."""
        with self._transaction() as connection:
            jobs.fail_job(connection, job_id, code, reason)

    def return_job(self, job_id: JobId) -> None:
        """Puts a job back that could not be tried now."""
        with self._transaction() as connection:
            jobs.return_job(connection, job_id)

    def recover_jobs(self) -> int:
        """Call it once, at the start: jobs that were running when a worker died wait again.

        Returns:
            How many were running.
        """
        with self._transaction() as connection:
            return jobs.recover_jobs(connection)

    def hasten_jobs(self, photo_ids: Collection[PhotoId], urgency: int) -> None:
        """Whatever is queued for these photos becomes at least so urgent."""
        with self._transaction() as connection:
            jobs.hasten_jobs(connection, photo_ids, urgency)

    def show_jobs(self, photo_ids: Collection[PhotoId]) -> None:
        """What is queued in the background comes first for these photos, and for no others."""
        with self._transaction() as connection:
            jobs.show_jobs(connection, photo_ids)

    def cancel_jobs(
        self, photo_ids: Collection[PhotoId] | None = None, kind: str | None = None
    ) -> int:
        """Drops jobs, failed ones too: of these photos (None: all) and this kind (None: any)."""
        with self._transaction() as connection:
            return jobs.cancel_jobs(connection, photo_ids, kind)

    def retry_jobs(self, *, after_crash: bool = True) -> int:
        """Has every failed job tried again; returns how many.

        Args:
            after_crash: as for `add_jobs`.
        """
        with self._transaction() as connection:
            return jobs.retry_jobs(connection, after_crash=after_crash)
