"""A catalog reader for one thread, opened when it is first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from photofind.catalog.reader import CatalogReader

if TYPE_CHECKING:
    from photofind.paths import AppFolders


class LazyReader:
    """Opens the catalog at the first question, and tries again while that fails.

    At the start of the window a catalog from an older version waits for the worker to migrate
    it; a thread must not die of that.
    """

    def __init__(self, folders: AppFolders) -> None:
        self._folders = folders
        self._reader: CatalogReader | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self) -> CatalogReader:
        """The open reader.

        Raises:
            CatalogError: the catalog can't be read (yet).
        """
        if self._reader is None:
            self._reader = CatalogReader(self._folders)
        return self._reader

    def close(self) -> None:
        """In the thread that asked."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
