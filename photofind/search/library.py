"""The photos that can be found, in memory, kept in step with the catalog."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.vectors import (
    fetch_vectors,
    find_replaced,
    iterate_vectors,
    read_revision,
)
from photofind.domain import ContentId, PhotoId
from photofind.search.matrix import VectorMatrix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.rows import PhotoOrder
    from photofind.domain import ModelId, Space
    from photofind.search.vector_cache import VectorCache

_CHUNK = 4_096
_READ_AHEAD = 8
"""Chunks of vectors read but not quantised yet: what bounds the memory of loading."""
KEEPING_PAYS = 10_000
"""Vectors read from the catalog that are worth a new cache: they delay a start by 0.1 s."""


class Library:
    """Vectors of one model, and which photo shows which content. Not thread-safe.

    A space's vectors are loaded when they are first asked for, and followed from then on.
    """

    def __init__(self, model_id: ModelId, cache: VectorCache | None = None) -> None:
        """
        Args:
            cache: what was kept of this model's vectors.
        """
        self.model_id = model_id
        self._cache = cache
        self._contents = np.empty(0, np.int64)
        self._photos = np.empty(0, np.int64)
        self._matrices: dict[Space, VectorMatrix] = {}
        self._unkept: dict[Space, int] = {}
        self._revision = 0
        """The matrices know every replacement up to this one."""

    def __len__(self) -> int:
        return len(self._photos)

    @property
    def photo_ids(self) -> NDArray[np.int64]:
        """All photos that can be found, int64 [n]."""
        return self._photos

    def refresh(self, reader: CatalogReader, order: PhotoOrder | None = None) -> bool:
        """Takes over what was added to and removed from the catalog.

        Costs about 0.5 µs a photo in the catalog, and 10 µs for each that is new.

        Args:
            order: the catalog's photos, where they were read already.

        Returns:
            Whether anything changed.

        Raises:
            CatalogError: the catalog can't be read.
        """
        revision = read_revision(reader.connection, self.model_id)
        replaced = self._find_replaced(reader, self._revision, revision)
        self._revision = revision
        if order is None:
            order = reader.photo_order()
        by_content = np.argsort(order.content_ids)
        contents, photos = order.content_ids[by_content], order.photo_ids[by_content]
        changed = not (
            np.array_equal(contents, self._contents) and np.array_equal(photos, self._photos)
        )
        self._contents, self._photos = contents, photos
        for space, matrix in self._matrices.items():
            matrix.remove(replaced)
            changed |= self._follow(reader, space, matrix)
        return changed

    def matrix(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix:
        """The vectors of one space, of length `dim`.

        Raises:
            CatalogError: the catalog can't be read.
        """
        matrix = self._matrices.get(space)
        if matrix is None:
            self._unkept[space] = 0
            matrix = self._kept(reader, space, dim)
            if matrix is None:
                matrix = self._load(reader, space, dim)
            else:
                self._follow(reader, space, matrix)
            self._matrices[space] = matrix
        return matrix

    def keep(self) -> None:
        """Writes what was loaded from the catalog to the cache, where that pays: up to a second
        for a large library."""
        for space, matrix in self._matrices.items():
            if self._cache is not None and self._unkept[space] >= KEEPING_PAYS:
                self._cache.write(space, matrix.parts(), self._revision)
                self._unkept[space] = 0

    def photos_of(self, content_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The photos that show these visible contents, in order."""
        return self._photos[np.searchsorted(self._contents, content_ids)]

    def contents_of(self, photo_ids: Iterable[PhotoId]) -> dict[PhotoId, ContentId]:
        """What photos show; those that can't be seen (any more) are left out."""
        wanted = np.fromiter(photo_ids, np.int64)
        places = np.flatnonzero(np.isin(self._photos, wanted))
        return {
            PhotoId(photo): ContentId(content)
            for photo, content in zip(
                self._photos[places].tolist(), self._contents[places].tolist(), strict=True
            )
        }

    def _kept(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix | None:
        """The cache's matrix without what was replaced since, if it holds most of the photos."""
        kept = None if self._cache is None else self._cache.read(space, dim)
        if kept is None or kept.revision > self._revision:  # an older catalog was put back
            return None
        matrix = kept.matrix
        matrix.remove(self._find_replaced(reader, kept.revision, self._revision))
        if self._is_visible(matrix.content_ids).sum() * 2 < len(self._contents):
            return None
        return matrix

    def _find_replaced(self, reader: CatalogReader, since: int, until: int) -> NDArray[np.int64]:
        if since >= until:
            return np.empty(0, np.int64)
        return find_replaced(reader.connection, self.model_id, since)

    def _load(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix:
        matrix = VectorMatrix(dim)
        # One thread reads while another quantises: both spend most of their time outside
        # Python, and a window's first search waits for them.
        with ThreadPoolExecutor(1, thread_name_prefix="quantise") as pool:
            appending: deque[Future[None]] = deque()
            for ids, vectors in iterate_vectors(reader.connection, self.model_id, space):
                # A photo that became visible after the last refresh waits for the next one.
                known = self._is_visible(ids)
                rows = vectors if known.all() else vectors[known]
                appending.append(pool.submit(matrix.append, ids[known], rows))
                if len(appending) > _READ_AHEAD:
                    appending.popleft().result()
            for future in appending:
                future.result()
        self._unkept[space] += len(matrix)
        return matrix

    def _is_visible(self, content_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not len(self._contents):
            return np.zeros(len(content_ids), np.bool_)
        places = np.searchsorted(self._contents, content_ids)
        visible: NDArray[np.bool_] = self._contents.take(places, mode="clip") == content_ids
        return visible

    def _follow(self, reader: CatalogReader, space: Space, matrix: VectorMatrix) -> bool:
        known = matrix.content_ids
        visible = self._is_visible(known)
        there = np.zeros(len(self._contents), np.bool_)
        there[np.searchsorted(self._contents, known[visible])] = True
        gone = known[~visible]
        matrix.remove(gone)
        before = len(matrix)
        for ids, vectors in self._fetch(reader, space, self._contents[~there], matrix.dim):
            matrix.append(ids, vectors)
        self._unkept[space] += len(matrix) - before
        return bool(len(gone)) or len(matrix) > before

    def _fetch(
        self, reader: CatalogReader, space: Space, content_ids: NDArray[np.int64], dim: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Vectors of those contents that have one."""
        for first in range(0, len(content_ids), _CHUNK):
            ids = content_ids[first : first + _CHUNK]
            vectors = fetch_vectors(reader.connection, self.model_id, space, ids)
            if vectors.shape[1] == dim:
                there = vectors.any(axis=1)
                yield ids[there], vectors[there]
