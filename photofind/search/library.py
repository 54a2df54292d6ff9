"""The photos that can be found, in memory, kept in step with the catalog."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from photofind.catalog.photos import read_photo_order
from photofind.catalog.regions import read_parts
from photofind.catalog.vectors import (
    fetch_vectors,
    find_replaced,
    iterate_vectors,
    read_revision,
)
from photofind.domain import ContentId, PhotoId
from photofind.search.matrix import VectorMatrix
from photofind.search.ranking import Owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from photofind.catalog.photos import PhotoOrder
    from photofind.catalog.reader import CatalogReader
    from photofind.catalog.transactions import Snapshot
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
        self._parts: dict[Space, NDArray[np.int64]] = {}
        """Region and content of what is less than a whole picture: int64 [n, 2], rising."""
        self._owners: dict[Space, Owners | None] = {}
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
        with reader.snapshot() as snapshot:
            revision = read_revision(snapshot, self.model_id)
            replaced = self._find_replaced(snapshot, self._revision, revision)
            parts = {space: read_parts(snapshot, self.model_id, space) for space in self._matrices}
            if order is None:
                order = read_photo_order(snapshot)
        self._revision = revision
        by_content = np.argsort(order.content_ids)
        contents, photos = order.content_ids[by_content], order.photo_ids[by_content]
        changed = not (
            np.array_equal(contents, self._contents) and np.array_equal(photos, self._photos)
        )
        self._contents, self._photos = contents, photos
        for space, matrix in self._matrices.items():
            matrix.remove(replaced)
            self._parts[space] = self._of_visible(parts[space])
            changed |= self._follow(reader, space, matrix)
            self._owners[space] = self._find_owners(space, matrix)
        return changed

    def matrix(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix:
        """The vectors of one space, of length `dim`.

        Raises:
            CatalogError: the catalog can't be read.
        """
        matrix = self._matrices.get(space)
        if matrix is None:
            self._unkept[space] = 0
            with reader.snapshot() as snapshot:
                self._parts[space] = self._of_visible(read_parts(snapshot, self.model_id, space))
            matrix = self._kept(reader, space, dim)
            if matrix is None:
                matrix = self._load(reader, space, dim)
            else:
                self._follow(reader, space, matrix)
            self._matrices[space] = matrix
            self._owners[space] = self._find_owners(space, matrix)
        return matrix

    def owners(self, space: Space) -> Owners | None:
        """Whose picture each row of a space's matrix belongs to; None: every row is a whole one."""
        return self._owners.get(space)

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

    def contents_shown(self, photo_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """What each of these photos shows, int64 [n]; -1 where it can't be seen (any more)."""
        if not len(self._photos):
            return np.full(len(photo_ids), -1, np.int64)
        order = np.argsort(self._photos)
        places = order.take(np.searchsorted(self._photos, photo_ids, sorter=order), mode="clip")
        return np.where(self._photos[places] == photo_ids, self._contents[places], -1)

    def _kept(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix | None:
        """The cache's matrix without what was replaced since, if it holds most of the photos."""
        kept = None if self._cache is None else self._cache.read(space, dim)
        if kept is None or kept.revision > self._revision:  # an older catalog was put back
            return None
        matrix = kept.matrix
        with reader.snapshot() as snapshot:
            matrix.remove(self._find_replaced(snapshot, kept.revision, self._revision))
        if self._is_visible(space, matrix.region_ids).sum() * 2 < len(self._contents):
            return None
        return matrix

    def _find_replaced(self, snapshot: Snapshot, since: int, until: int) -> NDArray[np.int64]:
        if since >= until:
            return np.empty(0, np.int64)
        return find_replaced(snapshot, self.model_id, since)

    def _load(self, reader: CatalogReader, space: Space, dim: int) -> VectorMatrix:
        matrix = VectorMatrix(dim)
        # One thread reads while another quantises: both spend most of their time outside
        # Python, and a window's first search waits for them.
        with ThreadPoolExecutor(1, thread_name_prefix="quantise") as pool:
            appending: deque[Future[None]] = deque()
            for ids, vectors in iterate_vectors(reader, self.model_id, space):
                # A photo that became visible after the last refresh waits for the next one.
                known = self._is_visible(space, ids)
                rows = vectors if known.all() else vectors[known]
                appending.append(pool.submit(matrix.append, ids[known], rows))
                if len(appending) > _READ_AHEAD:
                    appending.popleft().result()
            for future in appending:
                future.result()
        self._unkept[space] += len(matrix)
        return matrix

    def _regions(self, space: Space) -> NDArray[np.int64]:
        """All that can be found, whole pictures and parts: int64 [n], rising."""
        parts = self._parts[space]
        return self._contents if not len(parts) else np.union1d(self._contents, parts[:, 0])

    def _is_visible(self, space: Space, region_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        return _are_among(self._regions(space), region_ids)

    def _of_visible(self, parts: NDArray[np.int64]) -> NDArray[np.int64]:
        return parts[_are_among(self._contents, parts[:, 1])]

    def _find_owners(self, space: Space, matrix: VectorMatrix) -> Owners | None:
        parts, ids = self._parts[space], matrix.region_ids
        if not len(parts):
            return None
        places = np.searchsorted(parts[:, 0], ids)
        are_parts: NDArray[np.bool_] = parts[:, 0].take(places, mode="clip") == ids
        contents = np.where(are_parts, parts[:, 1].take(places, mode="clip"), ids)
        return Owners(contents, are_parts, np.setdiff1d(contents[are_parts], ids[~are_parts]))

    def _follow(self, reader: CatalogReader, space: Space, matrix: VectorMatrix) -> bool:
        regions, known = self._regions(space), matrix.region_ids
        visible = _are_among(regions, known)
        there = np.zeros(len(regions), np.bool_)
        there[np.searchsorted(regions, known[visible])] = True
        gone = known[~visible]
        matrix.remove(gone)
        before = len(matrix)
        for ids, vectors in self._fetch(reader, space, regions[~there], matrix.dim):
            matrix.append(ids, vectors)
        self._unkept[space] += len(matrix) - before
        return bool(len(gone)) or len(matrix) > before

    def _fetch(
        self, reader: CatalogReader, space: Space, region_ids: NDArray[np.int64], dim: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16]]]:
        """Vectors of those regions that have one."""
        for first in range(0, len(region_ids), _CHUNK):
            ids = region_ids[first : first + _CHUNK]
            with reader.snapshot() as snapshot:
                vectors = fetch_vectors(snapshot, self.model_id, space, ids)
            if vectors.shape[1] == dim:
                there = vectors.any(axis=1)
                yield ids[there], vectors[there]


def _are_among(known: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which numbers are among known ones, which rise: bool [n]."""
    if not len(known):
        return np.zeros(len(ids), np.bool_)
    found: NDArray[np.bool_] = known.take(np.searchsorted(known, ids), mode="clip") == ids
    return found
