"""Changes what is looked at in a root: patterns that leave out, files that lie in a cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.encoding import path_to_blob
from photofind.catalog.writing import choices

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from photofind.catalog.nesting import Nesting
    from photofind.domain import FileId, FolderId, MediaCode


class ChoiceWriter:
    """Belongs to a `CatalogWriter`, which see: each method is one transaction of it."""

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._transaction = transaction

    def exclude(self, root: Path, pattern: str) -> None:
        """Leaves out what a pattern matches, from the next look at the root; twice does no harm.

        Raises:
            FolderError: folder_unknown.
        """
        with self._transaction() as connection:
            choices.exclude(connection, path_to_blob(root), pattern)

    def include(self, root: Path, pattern: str, nesting: Nesting) -> None:
        """Takes a pattern back. Roots below this one to which a walk comes now are absorbed.

        Raises:
            FolderError: folder_unknown; pattern_unknown, it isn't one of the root's patterns.
        """
        with self._transaction() as connection:
            choices.include(connection, path_to_blob(root), pattern, nesting)

    def set_online_only(self, root: Path, *, included: bool) -> None:
        """Whether files that lie in a cloud alone are indexed, which downloads them.

        Raises:
            FolderError: folder_unknown.
        """
        with self._transaction() as connection:
            choices.set_online_only(connection, path_to_blob(root), included=included)

    def leave_out(self, file_ids: Sequence[FileId], now_ms: int) -> None:
        """These paths are excluded now: they are hidden, but neither missing nor forgotten. They
        are there again when they are seen (`CatalogWriter.mark_seen`)."""
        with self._transaction() as connection:
            choices.leave_out(connection, file_ids, now_ms)

    def note_folder_problems(
        self,
        folder_id: FolderId,
        found: Sequence[tuple[bytes, MediaCode, str]],
        was_looked_at: Callable[[bytes], bool],
    ) -> None:
        """Which folders of a root a scan could not look into.

        Args:
            found: relative path (empty for the root itself), code and a sentence of each.
            was_looked_at: whether the scan would have told of a relative path.
        """
        with self._transaction() as connection:
            choices.note_folder_problems(connection, folder_id, found, was_looked_at)

    def count_aside(self, folder_id: FolderId, *, videos: int, online_only: int) -> None:
        """What the last look at a whole root counted but did not index."""
        with self._transaction() as connection:
            choices.count_aside(connection, folder_id, videos=videos, online_only=online_only)
