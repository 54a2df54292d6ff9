"""Answers questions about the catalog as it is now: what fits a description, what looks alike."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import threadpoolctl

from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import ContentId, Hit, PhotofindError, PhotoId, Space, Why, WhyKind
from photofind.media.identity import hash_file
from photofind.media.online_only import may_open, refuse_download
from photofind.search.by_words import WordRanking, rank_by_words
from photofind.search.conditions import list_meeting
from photofind.search.encoders import Encoders, find_encoders, refuse_unreadable
from photofind.search.library import Library
from photofind.search.ranking import rank
from photofind.search.relevance import similar_cut
from photofind.search.vector_cache import VectorCache

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from photofind.catalog.rows import PhotoOrder
    from photofind.domain import ModelId, Query
    from photofind.inference.store import ModelStore
    from photofind.paths import AppFolders


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found.

    Attributes:
        query: the line as it was typed, or the file that others were compared with.
        model: short key of the model that answered, "" when nothing is indexed.
        elapsed_ms: from the question to the answer.
        hits: the best first, at most as many as were asked for.
        total: photos that took part.
    """

    query: str
    model: str
    elapsed_ms: float
    hits: tuple[Hit, ...]
    total: int


@dataclass(slots=True)
class _Active:
    """The model that search uses now, and what it knows about the photos."""

    key: str
    library: Library
    encoders: Encoders | None = None


class SearchEngine:
    """Searches one catalog; one thread, always the same, may use it.

    It follows the catalog: what the worker has committed is found by the next search. Models and
    vectors are loaded when they are first needed. Every method raises CatalogError when the
    catalog can't be read.
    """

    def __init__(self, folders: AppFolders, store: ModelStore) -> None:
        self._folders = folders
        self._store = store
        self._reader: CatalogReader | None = None
        self._data_version: int | None = None
        self._active: _Active | None = None
        self._order: PhotoOrder | None = None
        # More threads than one slow each other and the indexing down: 10,000 rows take
        # 16 ms instead of 0.7.
        threadpoolctl.threadpool_limits(limits=1, user_api="blas")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of catalog, vectors and models; a later search takes them up again."""
        if self._reader is not None:
            self._reader.close()
        self._reader = self._data_version = self._active = self._order = None

    def refresh(self) -> bool:
        """Brings memory up to date with the catalog; costs nothing when nothing was committed.

        Returns:
            Whether other photos, or another model, can be searched than before.
        """
        reader = self._open_reader()
        version = reader.data_version()
        if version == self._data_version:
            return False
        changed = False
        active = reader.active_model()
        if active is None or self._active is None or active != self._identity(self._active):
            changed = active is not None or self._active is not None
            self._active = None if active is None else self._take_up(*active)
        self._order = reader.photo_order()
        if self._active is not None:
            changed |= self._active.library.refresh(reader, self._order)
        self._data_version = version
        return changed

    def everything(self) -> PhotoOrder:
        """All photos that can be found, the newest first."""
        self.refresh()
        assert self._order is not None
        return self._order

    def load_model(self) -> None:
        """Loads the text encoder alone: the part of warming up that holds nobody else up.

        Reading rows takes turns with every other busy thread of Python; this doesn't.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        active = self._open_reader().active_model()
        if active is None:
            return
        if self._active is None:
            self._active = self._take_up(*active)
        self._encoders(self._active).encode_words("a photo")

    def warm_up(self) -> None:
        """Loads what the first description needs: vectors and text encoder.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        self.refresh()
        if self._active is not None:
            encoders = self._encoders(self._active)
            self._active.library.matrix(self._open_reader(), Space.SEARCH, encoders.spec.dim)
            encoders.encode_words("a photo")

    def keep_vectors(self) -> None:
        """Keeps what was loaded for the next start: for a moment when nobody waits."""
        self.refresh()  # what was forgotten meanwhile is not kept
        if self._active is not None:
            self._active.library.keep()

    def keep_for_next_start(self) -> None:
        """Loads the vectors that words are compared with, and keeps them where that pays: for
        whoever has indexed much and searches nothing.

        Raises:
            ModelError: the active model is not installed.
        """
        self.refresh()
        if self._active is not None:
            dim = self._encoders(self._active).spec.dim
            self._active.library.matrix(self._open_reader(), Space.SEARCH, dim)
            self._active.library.keep()

    def release_when_idle(self) -> None:
        """Gives the encoders' memory back if nobody has searched for a while."""
        if self._active is not None and self._active.encoders is not None:
            self._active.encoders.release_when_idle()

    def search(self, query: Query, limit: int) -> SearchResult:
        """Finds the photos that a description fits, or whose names or texts hold its words.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        started = time.perf_counter()
        if not query.words:
            self.refresh()
            meeting = list_meeting(self._open_reader(), query)
            return self._result(query.text, started, meeting[: max(limit, 0)], len(meeting))
        ranking = self._rank_by_words(query, limit)
        hits = () if ranking is None else ranking.hits(limit)
        return self._result(query.text, started, hits, 0 if ranking is None else ranking.total)

    def place_of(self, query: Query, photo_ids: Collection[PhotoId]) -> int | None:
        """The best place, from 1, that one of these photos has among all for a description.

        Returns:
            None when none of them can be found.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        ranking = self._rank_by_words(query, count=None)
        if ranking is None:
            return None
        places = np.flatnonzero(np.isin(ranking.photo_ids, list(photo_ids)))
        return int(places[0]) + 1 if len(places) else None

    def similar_to_photo(self, photo_id: PhotoId, limit: int) -> SearchResult:
        """Finds the photos that look like one of the catalog, without that one.

        Raises:
            PhotofindError: photo_unknown, it can't be found any more; photo_online_only, it would
                have to be downloaded.
            ModelError: the active model is not installed, or damaged.
        """
        started = time.perf_counter()
        self.refresh()
        photo = self._open_reader().photos([photo_id]).get(photo_id)
        if self._active is None or photo is None:
            raise PhotofindError(
                "photo_unknown",
                "This photo is not in the catalog any more. It may have been moved or deleted.",
            )
        encoders = self._encoders(self._active)
        query = self._stored_vector(self._active.library, encoders, photo.content_id)
        if query is None:
            refuse_download(photo.paths[0], self._open_reader().download_roots())
            query = encoders.encode_file(photo.paths[0])
        return self._similar(str(photo.paths[0]), started, query, photo.content_id, limit)

    def similar_to_file(self, path: Path, limit: int) -> SearchResult:
        """Finds the photos that look like a picture, indexed or not, without the picture itself.

        Raises:
            MediaError: the file can't be read, or is no picture.
            PhotofindError: photo_online_only, it would have to be downloaded.
            ModelError: the active model is not installed, or damaged.
        """
        started = time.perf_counter()
        reader = self._open_reader()
        if not may_open(path, downloading := reader.download_roots()):
            photo_id = reader.photo_at(path)
            if photo_id is None:
                refuse_download(path, downloading)
            else:  # what is known of it will do
                return self.similar_to_photo(photo_id, limit)
        digest = hash_file(path)
        self.refresh()
        if self._active is None:
            refuse_unreadable(path)
            return self._result(str(path), started, (), 0)
        encoders = self._encoders(self._active)
        content_id = self._open_reader().content_by_sha256(digest)
        query = None
        if content_id is not None:
            content_id = self._open_reader().shown_content(content_id)
            query = self._stored_vector(self._active.library, encoders, content_id)
        if query is None:
            query = encoders.encode_file(path)
        return self._similar(str(path), started, query, content_id, limit)

    def photo_count(self) -> int:
        """Photos that can be found."""
        self.refresh()
        return 0 if self._active is None else len(self._active.library)

    def photos_by_name(self) -> dict[str, set[PhotoId]]:
        """The photos that can be found, by their file names (NFC); copies count under each."""
        self.refresh()
        names: dict[str, set[PhotoId]] = {}
        if self._active is not None:
            ids = self._active.library.photo_ids.tolist()
            for photo_id, photo in self._open_reader().photos(ids).items():
                for path in photo.paths:
                    name = unicodedata.normalize("NFC", path.name)
                    names.setdefault(name, set()).add(photo_id)
        return names

    def _rank_by_words(self, query: Query, count: int | None) -> WordRanking | None:
        self.refresh()
        if self._active is None:
            return None
        encoders = self._encoders(self._active)
        reader = self._open_reader()
        return rank_by_words(reader, self._active.library, encoders, query, count)

    def _similar(
        self,
        label: str,
        started: float,
        query: NDArray[np.float32],
        without: ContentId | None,
        limit: int,
    ) -> SearchResult:
        assert self._active is not None
        reader, library = self._open_reader(), self._active.library
        encoders = self._encoders(self._active)
        space = encoders.similar_space
        ranking = rank(
            library.matrix(reader, space, len(query)),
            query,
            limit,
            reader,
            library.model_id,
            space,
            never=() if without is None else (without,),
        )
        least = similar_cut(encoders.spec.cuts)
        photos = library.photos_of(ranking.content_ids[: max(limit, 0)]).tolist()
        rows = zip(photos, ranking.content_ids.tolist(), ranking.scores.tolist(), strict=False)
        hits = tuple(
            Hit(
                PhotoId(photo),
                ContentId(content),
                score,
                score >= least,
                (Why(WhyKind.LOOKS, score),),
            )
            for photo, content, score in rows
        )
        return self._result(label, started, hits, ranking.total)

    def _stored_vector(
        self, library: Library, encoders: Encoders, content_id: ContentId
    ) -> NDArray[np.float32] | None:
        vectors = fetch_vectors(
            self._open_reader().connection, library.model_id, encoders.similar_space, [content_id]
        )
        return vectors[0].astype(np.float32) if vectors.size else None

    def _result(
        self, query: str, started: float, hits: tuple[Hit, ...], total: int
    ) -> SearchResult:
        encoders = None if self._active is None else self._active.encoders
        model = "" if encoders is None else encoders.spec.key
        elapsed_ms = (time.perf_counter() - started) * 1e3
        return SearchResult(query, model, elapsed_ms, hits, total)

    def _encoders(self, active: _Active) -> Encoders:
        if active.encoders is None:
            active.encoders = find_encoders(self._store, active.key)
        return active.encoders

    def _open_reader(self) -> CatalogReader:
        if self._reader is None:
            self._reader = CatalogReader(self._folders)
        return self._reader

    def _take_up(self, model_id: ModelId, key: str) -> _Active:
        return _Active(key, Library(model_id, VectorCache(self._folders.vectors, key, model_id)))

    @staticmethod
    def _identity(active: _Active) -> tuple[ModelId, str]:
        return active.library.model_id, active.key
