"""Changes what the catalog knows of files that belong together: parts of photos, and sidecars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.catalog.writing import metadata, parts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from photofind.domain import Annotations, Capture, FileId


class CompanionWriter:
    """A part of `CatalogWriter`, with its transactions; the same errors are raised."""

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._transaction = transaction

    def pair_files(self, pairs: Sequence[tuple[FileId, bytes | None]]) -> None:
        """Says of files what they are part of: the relative path of the file that is shown for
        both, None for a photo of its own.

        What a person has made of either half belongs to the photo they become; a half that is
        on its own again keeps all of it.
        """
        with self._transaction() as connection:
            parts.pair_files(connection, pairs)

    def retell(
        self, file_id: FileId, sidecar: bytes | None, capture: Capture, annotations: Annotations
    ) -> None:
        """The file's sidecar says something else now, or nothing any more.

        Args:
            sidecar: the stamp of what was read, None when there is none.
            capture, annotations: what file and sidecar say together.
        """
        with self._transaction() as connection:
            metadata.retell(connection, file_id, sidecar, capture, annotations)

    def note_sidecars(self, sidecars: Mapping[FileId, bytes | None]) -> None:
        """Which sidecars (their stamps) were read with these files."""
        with self._transaction() as connection:
            metadata.note_sidecars(connection, sidecars)
