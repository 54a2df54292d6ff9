"""Reads the catalog while the writer changes it; never takes a write lock."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from photofind.catalog.db import is_in_memory, open_reading
from photofind.catalog.description_reader import DescriptionReader
from photofind.catalog.errors import catalog_errors
from photofind.catalog.reading import (
    background,
    files,
    models,
    photos,
    sayings,
    status,
    tags,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Container, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from photofind.catalog.reading.sayings import Saying
    from photofind.catalog.rows import (
        BackgroundPhoto,
        CatalogStatus,
        FileRow,
        FolderRow,
        ModelIndex,
        ModelRow,
        PhotoOrder,
        TagRow,
    )
    from photofind.domain import ContentId, FileId, FolderId, ModelId, Photo, PhotoId, Problem
    from photofind.paths import AppFolders


class CatalogReader:
    """Answers questions about the catalog; one reader a thread.

    Where there is no catalog yet everything is empty; once the writer has made one, the next
    call sees it. Every method raises CatalogError (catalog_corrupt, catalog_denied,
    catalog_locked).
    """

    def __init__(self, folders: AppFolders) -> None:
        """Opens the catalog.

        Raises:
            CatalogError: see `open_reading`.
        """
        self._folders = folders
        self._identity = self._find_identity()
        self._openings = 0
        self._connection = open_reading(folders)
        self._waits_for_catalog = is_in_memory(self._connection)
        self.descriptions = DescriptionReader(self._snapshot)
        """What answers questions about captions, questions and their jobs."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """For the vector and text questions of `catalog.vectors` and `catalog.text`.

        Ask for it anew each time: it changes when the catalog appears or is replaced.
        """
        if self._waits_for_catalog or self._find_identity() != self._identity:
            identity = self._find_identity()
            fresh = open_reading(self._folders)
            self._connection.close()
            self._connection = fresh
            self._identity = identity
            self._openings += 1
            self._waits_for_catalog = is_in_memory(fresh)
        return self._connection

    def _find_identity(self) -> tuple[int, int] | None:
        """Tells the file that lies there now from a damaged one that was set aside."""
        try:
            found = self._folders.catalog.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """All statements inside see the catalog at one moment."""
        connection = self.connection
        with catalog_errors(self._folders.catalog):
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    def data_version(self) -> int:
        """A number that changes whenever the writer has committed something; 0 without a
        catalog."""
        connection = self.connection
        if self._waits_for_catalog:
            return 0
        with catalog_errors(self._folders.catalog):
            version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        # SQLite counts for each connection anew.
        return (self._openings << 32) + version

    def folders(self) -> list[FolderRow]:
        """The roots, in the order they were added."""
        with self._snapshot() as connection:
            return files.read_folders(connection)

    def download_roots(self) -> list[Path]:
        """The roots of which the person wants what lies in a cloud alone to be downloaded."""
        return [folder.path for folder in self.folders() if folder.includes_online_only]

    def files(self, folder_id: FolderId, but: Container[FileId] = ()) -> Iterator[FileRow]:
        """Every path below a root, missing ones included, in the order they were found; read in
        chunks, so that memory stays flat.

        Args:
            but: files that are left out; a container that holds most of them makes it quick.
        """
        return files.read_files(self.connection, folder_id, but)

    def files_named(self, folder_id: FolderId, rel_paths: Collection[bytes]) -> list[FileRow]:
        """What is known of these paths below a root, in no order."""
        with self._snapshot() as connection:
            return files.read_files_named(connection, folder_id, rel_paths)

    def files_at(self, folder_id: FolderId, rel_path: bytes) -> Iterator[FileRow]:
        """What is known of one path below a root: that file, or all files below that folder; by
        path, read in chunks."""
        return files.read_files_at(self.connection, folder_id, rel_path)

    def knows_files(self, folder_id: FolderId) -> bool:
        """Whether a root had any file when it was looked at last."""
        with self._snapshot() as connection:
            return files.has_files(connection, folder_id)

    def files_beside(self, folder_id: FolderId, stem: bytes) -> list[FileRow]:
        """What is known of the files of one folder that begin with this path and a dot."""
        with self._snapshot() as connection:
            return files.read_files_beside(connection, folder_id, stem)

    def photo_at(self, path: Path) -> PhotoId | None:
        """The photo that can be found and lies, or has a part, at this path; None when there is
        none."""
        with self._snapshot() as connection:
            return files.find_photo_at(connection, path)

    def photos_known_at(self, path: Path) -> list[PhotoId]:
        """Every photo that lay at this path, or below it, when it was last seen; also those that
        can't be found, and those whose file is gone."""
        with self._snapshot() as connection:
            return files.find_photos_known_at(connection, path)

    def forgotten_places(self) -> frozenset[bytes]:
        """The marks (`encoding.place_mark`) of files that are to stay out."""
        with self._snapshot() as connection:
            return files.read_forgotten_places(connection)

    def problems(self) -> list[Problem]:
        """Every file that can't be searched, or of which only a preview can be read, and every
        folder that can't be looked into; by path."""
        with self._snapshot() as connection:
            return files.read_problems(connection)

    def status(self, is_online: Callable[[Path], bool]) -> CatalogStatus:
        """How far the catalog is.

        Args:
            is_online: whether a root can be reached now.
        """
        with self._snapshot() as connection:
            return status.read_status(connection, is_online)

    def active_model(self) -> tuple[ModelId, str] | None:
        """Number and catalog key of the model that search uses."""
        with self._snapshot() as connection:
            return models.read_active_model(connection)

    def models(self) -> list[ModelRow]:
        """The search models that the catalog knows, in the order they were begun."""
        with self._snapshot() as connection:
            return models.read_models(connection)

    def model_asked_for(self, since_s: float) -> str | None:
        """Catalog key of the search model that a person asked for last, if that was after a
        moment.

        Args:
            since_s: unix seconds.
        """
        with self._snapshot() as connection:
            return models.read_asked_since(connection, since_s)

    def model_indexes(self) -> list[ModelIndex]:
        """How complete the index of every search model is, in the order they were begun.

        Costs about 0.5 µs a photo and model.
        """
        with self._snapshot() as connection:
            return models.read_model_indexes(connection)

    def lacking(self, model_id: ModelId) -> list[ContentId]:
        """Contents of visible photos that a model has no vector of."""
        with self._snapshot() as connection:
            return background.find_lacking(connection, model_id)

    def first_pass(self, model_id: ModelId) -> list[ContentId]:
        """Contents of visible photos whose vector is from a preview, but for those whose whole
        picture can't be decoded."""
        with self._snapshot() as connection:
            return background.find_first_pass(connection, model_id)

    def background_photos(self, content_ids: Sequence[ContentId]) -> list[BackgroundPhoto]:
        """Where the pictures of those contents are that can be found still."""
        with self._snapshot() as connection:
            return background.read_background_photos(connection, content_ids)

    def photo_order(self) -> PhotoOrder:
        """All visible photos, newest first."""
        with self._snapshot() as connection:
            return photos.read_order(connection)

    def photos(
        self, photo_ids: Sequence[int], is_online: Callable[[Path], bool] | None = None
    ) -> dict[PhotoId, Photo]:
        """The visible ones of these photos, by number.

        Args:
            is_online: whether a root can be reached now; without it `Photo.offline` is False.
        """
        with self._snapshot() as connection:
            return photos.read_photos(connection, photo_ids, is_online)

    def content_by_sha256(self, sha256: bytes) -> ContentId | None:
        """The content with this hash, whether it is ready, visible or neither."""
        with self._snapshot() as connection:
            return photos.find_content_by_sha256(connection, sha256)

    def shown_content(self, content_id: ContentId) -> ContentId:
        """What is shown in the place of a part of a photo; any other content is that itself."""
        with self._snapshot() as connection:
            return photos.find_shown(connection, content_id)

    def primary_photo(self, content_id: ContentId) -> PhotoId | None:
        """The photo that shows this content; None for a former state of a photo."""
        with self._snapshot() as connection:
            return photos.find_primary_photo(connection, content_id)

    def tags(self, photo_id: PhotoId) -> tuple[TagRow, ...]:
        """The photo's labels, a person's first, then by falling score."""
        return self.tags_of([photo_id]).get(photo_id, ())

    def tags_of(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, tuple[TagRow, ...]]:
        """The labels of those photos that have any, in the order of `tags`."""
        with self._snapshot() as connection:
            return tags.read_tags(connection, photo_ids)

    def tagged(self, label: str) -> NDArray[np.int64]:
        """The visible photos that have this label, in any case: int64 [n], rising."""
        with self._snapshot() as connection:
            return tags.find_tagged(connection, label)

    def outspoken(self) -> list[PhotoId]:
        """Visible photos about which something was made in photofind, or was once."""
        with self._snapshot() as connection:
            return sayings.find_outspoken(connection)

    def sayings(self, photo_ids: Sequence[PhotoId]) -> list[Saying]:
        """What was made in photofind about these photos, as far as they are visible."""
        with self._snapshot() as connection:
            return sayings.read_sayings(connection, photo_ids)

    def untagged(self, model_id: ModelId, vocabulary: str, limit: int) -> list[ContentId]:
        """Contents with a vector of this model for which it proposed nothing out of this
        vocabulary yet, the latest first."""
        with self._snapshot() as connection:
            return tags.find_untagged(connection, model_id, vocabulary, limit)
