"""The writer's part about forgetting: by a person's wish, or of what is long gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_to_blob
from photofind.catalog.writing import expiry, forgetting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.domain import ContentId, PhotoId

_AT_ONCE = 200
"""Photos a transaction: others who write wait no longer than a moment."""


class ForgettingWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it.

    Forgetting begins with one of the methods `doom_…`, after which the photos are hidden, and goes
    on with `purge` and `scrub`.
    """

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[sqlite3.Connection]],
        in_flight: Callable[[], Collection[ContentId]],
        truncate_log: Callable[[], bool],
    ) -> None:
        self._transaction = transaction
        self._in_flight = in_flight
        self._truncate_log = truncate_log

    def doom_photos(self, photo_ids: Collection[PhotoId]) -> int:
        """Hides photos and keeps their files out of the catalog from now on.

        A file stays out as long as it shows the same, wherever it lies and whatever is written
        into its metadata, until `recall`.

        Returns:
            How many of them there were.
        """
        with self._transaction() as connection:
            return forgetting.doom_photos(connection, photo_ids, keep_out=True)

    def doom_folder(self, path: Path) -> int:
        """Removes a root and hides its photos, but for those that lie in another one too.

        Returns:
            How many photos are to be purged.

        Raises:
            FolderError: folder_unknown, it isn't a root.
        """
        with self._transaction() as connection:
            return forgetting.doom_folder(connection, path_to_blob(path))

    def doom_missing(self) -> int:
        """Begins to forget photos that have no file any more; returns how many."""
        with self._transaction() as connection:
            return forgetting.doom_missing(connection)

    def doom_if_forgotten(self, content_id: ContentId, picture_hash: bytes) -> bool:
        """Whether a content that was claimed shows a picture that is to stay out."""
        with self._transaction() as connection:
            return forgetting.doom_if_forgotten(connection, content_id, picture_hash)

    def purge(self, remove_thumbnails: Callable[[Sequence[bytes]], None]) -> int:
        """Deletes everything about some of the photos that are to be forgotten.

        Args:
            remove_thumbnails: called with the sha256 of their contents, before they go.

        Returns:
            How many; 0 when all are gone, or the rest is being worked on.
        """
        with self._transaction() as connection:
            photo_ids, hashes = forgetting.read_doomed(connection, self._in_flight(), _AT_ONCE)
            if photo_ids:
                remove_thumbnails(hashes)
                forgetting.purge(connection, photo_ids)
            return len(photo_ids)

    def doomed(self) -> int:
        """How many photos are still to be purged."""
        with self._transaction() as connection:
            row = connection.execute("SELECT count(*) FROM doomed").fetchone()
            return int(row[0])

    def scrub(self) -> bool:
        """Removes the last traces of what was purged from the catalog's files.

        Returns:
            False when somebody who reads kept the write-ahead log from being emptied; try again.
        """
        with self._transaction() as connection:
            forgetting.scrub_words(connection)
        return self._truncate_log()

    def recall(self, sha256: bytes | None = None, picture_hash: bytes | None = None) -> int:
        """Lets a forgotten photo in again at the next scan, or all of them when none is named.

        Returns:
            How many contents that were.
        """
        with self._transaction() as connection:
            return forgetting.recall(connection, sha256, picture_hash)

    def note_missing(self, now_ms: int) -> None:
        """Notes which contents have no file now; once a day is enough."""
        with self._transaction() as connection:
            expiry.note_missing(connection, now_ms)

    def expire(self, before_ms: int, remove_thumbnails: Callable[[Sequence[bytes]], None]) -> int:
        """Deletes what was derived from some contents that have been missing since before then;
        returns how many."""
        with self._transaction() as connection:
            content_ids, hashes = expiry.read_expired(connection, before_ms, _AT_ONCE)
            if content_ids:
                remove_thumbnails(hashes)
                expiry.expire(connection, content_ids)
            return len(content_ids)
