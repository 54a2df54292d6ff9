"""The one writer of the catalog: every change is one transaction."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from photofind.catalog.backups import back_up
from photofind.catalog.choice_writer import ChoiceWriter
from photofind.catalog.companion_writer import CompanionWriter
from photofind.catalog.db import open_writing, truncate_log
from photofind.catalog.description_writer import DescriptionWriter
from photofind.catalog.encoding import path_to_blob
from photofind.catalog.errors import catalog_errors, file_errors
from photofind.catalog.forgetting_writer import ForgettingWriter
from photofind.catalog.index_writer import IndexWriter
from photofind.catalog.nesting import Nesting
from photofind.catalog.rows import ClaimOutcome
from photofind.catalog.space import shrink
from photofind.catalog.tag_writer import TagWriter
from photofind.catalog.writing import (
    attempts,
    claims,
    contents,
    files,
    folders,
    models,
)
from photofind.catalog.writing.numbers import skip_numbers

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from photofind.catalog.rows import (
        Claim,
        EmbeddedContent,
        FolderRow,
        IdentifiedFile,
    )
    from photofind.domain import (
        ContentId,
        FileId,
        FolderId,
        MediaCode,
        ModelId,
    )
    from photofind.paths import AppFolders


class CatalogWriter:
    """Changes the catalog; any thread may call, one at a time gets in.

    One process at a time may have a writer (the caller holds `AppFolders.lock`). Every method
    raises CatalogError (catalog_full, catalog_locked, catalog_corrupt, catalog_denied) and has
    then changed nothing.
    """

    def __init__(self, folders: AppFolders) -> None:
        """Opens the catalog, created or migrated if need be.

        Raises:
            CatalogError: see `open_writing`.
        """
        self._path = folders.catalog
        self._backups = folders.backups
        self._lock = threading.RLock()
        self._in_flight: frozenset[ContentId] = frozenset()
        self._numbers_skipped = False
        self._connection = open_writing(folders)
        self.descriptions = DescriptionWriter(self._transaction)
        """What changes captions, questions and their jobs."""
        self.tags = TagWriter(self._transaction)
        self.choices = ChoiceWriter(self._transaction)
        """What says which files of a root are looked at."""
        self.companions = CompanionWriter(self._transaction)
        """What says which files are one photo, and what sidecars say."""
        self.indexes = IndexWriter(self._transaction, self._shrink)
        """What builds, replaces and removes the indexes of models."""
        self.forgetting = ForgettingWriter(
            self._transaction, lambda: self._in_flight, self._truncate_log
        )
        """What forgets photos and folders."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Moves the write-ahead log into the catalog and closes it; twice does no harm."""
        with self._lock:
            self._connection.close()

    def back_up(self) -> None:
        """Copies the catalog to the backups; drops old copies. Takes a second per gigabyte or so,
        in which nobody else can write."""
        with self._lock, file_errors(self._path):
            back_up(self._connection, self._backups)

    def _shrink(self) -> bool:
        with self._lock, catalog_errors(self._path):
            return shrink(self._connection, self._path)

    def _truncate_log(self) -> bool:
        with self._lock, catalog_errors(self._path):
            return truncate_log(self._connection)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, catalog_errors(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._numbers_skipped:
                    skip_numbers(self._connection)
                yield self._connection
                self._connection.execute("COMMIT")
                self._numbers_skipped = True
            except BaseException:
                # A full disk ends the transaction by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def add_folder(
        self, path: Path, volume_id: str | None, nesting: Nesting | None = None
    ) -> FolderRow:
        """Adds a root, or finds the one that covers it already.

        Known roots below the new one are absorbed, with their patterns: their files belong to it
        from now on, and nothing of theirs is hashed or embedded again. A root to which a walk
        through the one above doesn't come stays one of its own.

        Args:
            nesting: tells which roots a walk comes to; without it, to all of them.

        Returns:
            The root that covers `path`: itself, or a parent that was known.
        """
        with self._transaction() as connection:
            return folders.add_folder(
                connection, path_to_blob(path), volume_id, nesting or Nesting()
            )

    def relocate_folder(self, old: Path, new: Path, volume_id: str | None) -> FolderRow:
        """A root lies somewhere else now; nothing about its files changes.

        Raises:
            FolderError: folder_unknown, `old` isn't a root; folder_taken, `new` overlaps
                another root.
        """
        with self._transaction() as connection:
            return folders.relocate_folder(
                connection, path_to_blob(old), path_to_blob(new), volume_id
            )

    def remove_folder(self, path: Path) -> None:
        """Hides a root's photos. What is known about their contents stays.

        Raises:
            FolderError: folder_unknown, it isn't a root.
        """
        with self._transaction() as connection:
            folders.remove_folder(connection, path_to_blob(path))

    def ensure_model(self, catalog_key: str, task: str, dim: int) -> ModelId:
        """The number under which vectors of this model are kept; `dim` is its search space's."""
        with self._transaction() as connection:
            return models.ensure_model(connection, catalog_key, task, dim)

    def activate_model(self, model_id: ModelId) -> None:
        """Makes this the model that search uses, at once; another one keeps its index."""
        with self._transaction() as connection:
            models.activate_model(connection, model_id)

    def insert_files(
        self, folder_id: FolderId, found: Sequence[tuple[bytes, int, int]]
    ) -> list[FileId]:
        """Adds paths that are not identified yet.

        Args:
            found: relative path (`os.fsencode`d), size in bytes and mtime in ns of each.

        Returns:
            One number a path, in order; a path that was known keeps its row as it is.

        Raises:
            FolderError: folder_unknown, the root was removed meanwhile.
        """
        with self._transaction() as connection:
            return files.insert_files(connection, folder_id, found)

    def mark_missing(self, file_ids: Sequence[FileId], now_ms: int) -> None:
        """These paths are gone; rows that were never identified are dropped."""
        with self._transaction() as connection:
            files.mark_missing(connection, file_ids, now_ms)

    def mark_seen(self, file_ids: Sequence[FileId]) -> None:
        """These missing paths are back as they were (same size and time)."""
        with self._transaction() as connection:
            files.mark_seen(connection, file_ids)

    def forget_departed(self, departed: Mapping[ContentId, int]) -> None:
        """Drops missing paths whose content turned up elsewhere: so many a content, the latest
        to go first."""
        with self._transaction() as connection:
            files.forget_departed(connection, departed)

    def fail_file(
        self, file_id: FileId, code: MediaCode, detail: str, byte_size: int, mtime_ns: int
    ) -> int:
        """The file could not be read far enough to know its content.

        Returns:
            How often it was tried.
        """
        with self._transaction() as connection:
            return files.fail_file(connection, file_id, code, detail, byte_size, mtime_ns)

    def claim(self, identified: Sequence[IdentifiedFile]) -> list[Claim]:
        """Ties hashed files to their contents and says what is left to do.

        A new content takes over the photo of the content the path had before, unless another
        file still shows that one. A known content keeps its own photo.

        Returns:
            One claim a file, in order. Contents of NEW ones are the caller's, committed as in
            flight, until `complete`, `fail_content` or `release`.
        """
        with self._lock:
            with self._transaction() as connection:
                answers = claims.claim(connection, identified, self._in_flight)
            self._in_flight |= {
                answer.content_id
                for answer in answers
                if answer.outcome is ClaimOutcome.NEW and answer.content_id is not None
            }
            return answers

    def find_twin(self, picture_hash: bytes, model_id: ModelId) -> ContentId | None:
        """A ready content that shows the same picture and has vectors of this model."""
        with self._transaction() as connection:
            return contents.find_twin(connection, picture_hash, model_id)

    def complete(self, embedded: Sequence[EmbeddedContent], model_id: ModelId) -> None:
        """Stores what was found out; these contents are ready and findable afterwards.

        Raises:
            ValueError: a vector isn't one row of finite numbers; nothing is stored.
        """
        with self._landing([content.content_id for content in embedded]) as connection:
            contents.complete(connection, embedded, model_id)

    def fail_content(self, content_id: ContentId, code: MediaCode, detail: str) -> int:
        """These bytes can't be searched; tried again when asked (`retry_failed`).

        Returns:
            How often they were tried.
        """
        with self._landing([content_id]) as connection:
            return contents.fail_content(connection, content_id, code, detail)

    def release(self, content_ids: Collection[ContentId]) -> None:
        """Gives claimed contents back untried; they can be claimed again even if this fails."""
        with self._lock:
            self._in_flight -= frozenset(content_ids)
            with self._transaction() as connection:
                contents.release(connection, content_ids)

    @contextmanager
    def _landing(self, content_ids: Collection[ContentId]) -> Iterator[sqlite3.Connection]:
        """A transaction after which these contents are nobody's, even if it fails: then they
        may be claimed once more."""
        with self._lock:
            try:
                with self._transaction() as connection:
                    yield connection
            finally:
                self._in_flight -= frozenset(content_ids)

    def left_in_flight(self) -> int:
        """How many contents the last worker had in flight when it died; ask before `suspects`."""
        with self._transaction() as connection:
            return contents.left_in_flight(connection) + attempts.left_in_flight(connection)

    def suspects(self) -> list[ContentId]:
        """Contents that were in flight when a worker died; call it once, at the start.

        They are pending, and suspect until they are embedded or fail (so also after a death
        that came before they were tried again). One with three strikes is failed (code
        crashed) instead, and not among those returned.

        Returns:
            The least suspicious first.
        """
        with self._transaction() as connection:
            return contents.suspects(connection, self._in_flight)

    def charge_strike(self, content_id: ContentId) -> None:
        """Charges a content before it is tried alone; `complete` and `fail_content` clear it.

        If the process dies meanwhile the charge stays: this content is to blame, for nothing
        else was in flight. `suspects` quarantines it after the third.
        """
        with self._transaction() as connection:
            contents.charge_strike(connection, content_id)

    def note_ending(self, reason: str) -> None:
        """Notes why the process ends now; told if it was the third strike.

        Args:
            reason: what the work on the photo did, to go on after "it".
        """
        with self._transaction() as connection:
            contents.note_ending(connection, reason)
            attempts.note_ending(connection, reason)

    def retry_failed(self) -> int:
        """Makes everything that failed pending again; returns how many files and contents."""
        with self._transaction() as connection:
            return (
                files.retry_files(connection)
                + contents.retry_contents(connection)
                + attempts.retry(connection)
            )
