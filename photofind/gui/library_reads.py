"""The catalog as the errands thread reads it: status, problems, photos by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photofind.describe.failures import read_failures
from photofind.domain import ModelError
from photofind.gui.lazy_reader import LazyReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from photofind.catalog.rows import CatalogStatus
    from photofind.domain import Photo, PhotoId, Problem
    from photofind.paths import AppFolders


class LibraryReads:
    """Every method belongs to the errands thread; the first call there opens the catalog."""

    def __init__(self, folders: AppFolders) -> None:
        self._folders = folders
        self._reader = LazyReader(folders)

    def status(self) -> CatalogStatus:
        """May take long: it touches every folder, and a network folder can be slow to answer."""
        from photofind.indexing.scanning import is_online  # the window doesn't wait for it

        reader = self._reader.get()
        rows = {folder.path: folder for folder in reader.folders()}
        online = {path: is_online(row) for path, row in rows.items()}
        return reader.status(lambda path: online.get(path, True))

    def problems(self) -> list[Problem]:
        reader = self._reader.get()
        return [*reader.problems(), *read_failures(reader)]

    def download_roots(self) -> list[Path]:
        return self._reader.get().download_roots()

    def photos(self, photo_ids: Sequence[PhotoId]) -> list[Photo]:
        """In the order asked for; photos that are gone are left out."""
        found = self._reader.get().photos(photo_ids)
        return [found[photo_id] for photo_id in photo_ids if photo_id in found]

    def imported_model(self, key: str) -> tuple[str, str]:
        """What a model that the registry doesn't list is called, and a sentence about it."""
        from photofind.inference.store import ModelStore

        try:
            spec = ModelStore(self._folders).spec(key)
        except ModelError:  # its files are gone, its index isn't
            return key, ""
        return spec.title, spec.notice

    def close(self) -> None:
        self._reader.close()
