"""Answers questions about the catalog as it is now: what fits a description, what looks alike."""

from __future__ import annotations

import os
import time
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import threadpoolctl

from photofind.catalog.files import find_photo_at
from photofind.catalog.folders import read_download_roots
from photofind.catalog.models import read_active_model
from photofind.catalog.photos import (
    PhotoOrder,
    find_content_by_sha256,
    find_shown_content,
    read_photo_order,
    read_photos,
)
from photofind.catalog.places import PlaceKind, find_members, today_here
from photofind.catalog.reader import CatalogReader
from photofind.catalog.vectors import fetch_vectors
from photofind.domain import (
    WHOLE_PICTURE,
    ContentId,
    Hit,
    ModelId,
    PhotofindError,
    PhotoId,
    Space,
    Why,
    WhyKind,
)
from photofind.inference.registry import BASIC, is_earlier_edition
from photofind.media.identity import hash_file
from photofind.media.online_only import may_open, refuse_download
from photofind.search.answering import (
    Answer,
    Sources,
    answer_alternatives,
    in_order,
    in_turn,
)
from photofind.search.conditions import mask_of
from photofind.search.dates import local_today
from photofind.search.encoders import Encoders, find_encoders, refuse_unreadable
from photofind.search.facts import Facts
from photofind.search.library import Library
from photofind.search.plan import Alternative, plan
from photofind.search.ranking import rank, read_answering
from photofind.search.relevance import similar_cut
from photofind.search.syntax import Any
from photofind.search.understanding import understand
from photofind.search.vector_cache import VectorCache

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from photofind.catalog.places import Place
    from photofind.domain import Box
    from photofind.inference.store import ModelStore
    from photofind.paths import AppFolders
    from photofind.search.query import Query, Remark
    from photofind.search.understanding import Understood


_NO_MODEL = ModelId(0)
"""Under which the catalog has no vectors."""


def _no_encoders() -> Encoders:
    raise AssertionError("nothing is ranked where nothing is indexed")


def _no_example(_name: str, _space: Space) -> NDArray[np.float32]:
    raise AssertionError("nothing is ranked where nothing is indexed")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found.

    Attributes:
        query: the line as it was typed, or the file that others were compared with.
        model: short key of the model that answered, "" when nothing is indexed.
        elapsed_ms: from the question to the answer.
        hits: the best first, at most as many as were asked for.
        total: photos that took part.
        relevant_total: how many of them are relevant.
        remarks: what of the query was not taken as it stands.
        understood: plain words of it that were taken for filters.
    """

    query: str
    model: str
    elapsed_ms: float
    hits: tuple[Hit, ...]
    total: int
    relevant_total: int = 0
    remarks: tuple[Remark, ...] = ()
    understood: tuple[Understood, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedAlternative:
    """
    Attributes:
        photos: how many meet each of its conditions, in their order.
        remaining: how many meet all of them.
    """

    alternative: Alternative
    photos: tuple[int, ...]
    remaining: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a query is answered.

    Attributes:
        model: short key of the model that reads its words, "" when nothing is indexed.
        readings: the alternatives of each reading, the likeliest first: photos of a later one
            follow those of an earlier one.
        understood: plain words of it that were taken for filters.
    """

    query: Query
    model: str
    readings: tuple[tuple[PlannedAlternative, ...], ...]
    understood: tuple[Understood, ...]


@dataclass(slots=True)
class _Active:
    """The model that search uses now, and what it knows about the photos.

    Attributes:
        row: number and catalog key of the catalog's active model.
        key: catalog key of the model that reads words.
    """

    row: tuple[ModelId, str]
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
        self._facts: Facts | None = None
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
        self._reader = self._data_version = self._active = self._order = self._facts = None

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
        with reader.snapshot() as snapshot:
            active = read_active_model(snapshot)
        if active is None or self._active is None or active != self._active.row:
            changed = active is not None or self._active is not None
            self._active = None if active is None else self._take_up(*active)
        with reader.snapshot() as snapshot:
            self._order = read_photo_order(snapshot)
        self._facts = None
        if self._active is not None:
            changed |= self._active.library.refresh(reader, self._order)
        self._data_version = version
        return changed

    def everything(self) -> PhotoOrder:
        """All photos that can be found, the newest first."""
        self.refresh()
        assert self._order is not None
        return self._order

    def photos_of(self, place: Place) -> PhotoOrder:
        """The photos of a place, the newest first; those added last in the order in which
        they came."""
        order = self.everything()
        with self._open_reader().snapshot() as snapshot:
            members = find_members(snapshot, place, today_here())
        rows = np.flatnonzero(np.isin(order.photo_ids, members))
        if place.kind is PlaceKind.RECENT:
            rows = rows[np.argsort(order.photo_ids[rows])[::-1]]
        return PhotoOrder(order.photo_ids[rows], order.content_ids[rows], order.taken_at_ms[rows])

    def load_model(self) -> None:
        """Loads the text encoder alone: the part of warming up that holds nobody else up.

        Reading rows takes turns with every other busy thread of Python; this doesn't.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        with self._open_reader().snapshot() as snapshot:
            active = read_active_model(snapshot)
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

    def search(self, query: Query, limit: int | None) -> SearchResult:
        """Finds the photos that a query fits.

        Args:
            limit: at most so many hits; None: all.

        Raises:
            QueryError: it has too many alternatives.
            MediaError: an example in it can't be read as a picture.
            ModelError: the active model is not installed, or damaged.
        """
        started = time.perf_counter()
        if limit is not None:
            limit = max(limit, 0)
        found, understood = self._answer(query, limit)
        hits = found.hits(self._open_reader(), limit)
        result = self._result(query, started, hits, found.total, found.relevant_total)
        return replace(result, understood=understood)

    def count(self, query: Query) -> int:
        """How many photos a query finds, without the weaker matches.

        Raises:
            QueryError: it has too many alternatives.
            MediaError: an example in it can't be read as a picture.
            ModelError: the active model is not installed, or damaged.
        """
        found, _understood = self._answer(query, 0)
        return found.relevant_total

    def explain(self, query: Query) -> Explanation:
        """Says how a query would be answered; no photo is ranked.

        Raises:
            QueryError: it has too many alternatives.
            ModelError: the active model is not installed.
        """
        self.refresh()
        facts = self._facts_now()
        readings = understand(query.tree, facts, local_today())
        model = "" if self._active is None else self._encoders(self._active).spec.key
        planned = tuple(
            tuple(_counted(each, facts) for each in plan(tree)) for tree in readings.trees
        )
        return Explanation(query, model, planned, readings.understood)

    def place_of(self, query: Query, photo_ids: Collection[PhotoId]) -> int | None:
        """The best place, from 1, that one of these photos has among all for a description.

        Returns:
            None when none of them can be found.

        Raises:
            ModelError: the active model is not installed, or damaged.
        """
        found, _understood = self._answer(query, None)
        places = np.flatnonzero(np.isin(found.photo_ids, list(photo_ids)))
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
        with self._open_reader().snapshot() as snapshot:
            photo = read_photos(snapshot, [photo_id]).get(photo_id)
        if self._active is None or photo is None:
            raise PhotofindError(
                "photo_unknown",
                "This photo is not in the catalog any more. It may have been moved or deleted.",
            )
        encoders = self._encoders(self._active)
        query = self._stored_vector(self._active.library, encoders, photo.content_id)
        if query is None:
            with self._open_reader().snapshot() as snapshot:
                downloading = read_download_roots(snapshot)
            refuse_download(photo.paths[0], downloading)
            query = encoders.encode_file(photo.paths[0])
        return self._similar(str(photo.paths[0]), started, query, photo.content_id, limit)

    def similar_to_file(self, path: Path, limit: int, box: Box | None = None) -> SearchResult:
        """Finds the photos that look like a picture, indexed or not, without the picture itself.

        Args:
            box: compares a part of the picture instead.

        Raises:
            MediaError: the file can't be read, or is no picture.
            PhotofindError: photo_online_only, it would have to be downloaded.
            ModelError: the active model is not installed, or damaged.
        """
        started = time.perf_counter()
        reader = self._open_reader()
        with reader.snapshot() as snapshot:
            downloading = read_download_roots(snapshot)
        if not may_open(path, downloading):
            with reader.snapshot() as snapshot:
                photo_id = find_photo_at(snapshot, path)
            if photo_id is None or box is not None:
                refuse_download(path, downloading)
            else:  # what is known of it will do
                return self.similar_to_photo(photo_id, limit)
        digest = hash_file(path)
        self.refresh()
        if self._active is None:
            refuse_unreadable(path)
            return self._result(str(path), started, (), 0, 0)
        encoders = self._encoders(self._active)
        with self._open_reader().snapshot() as snapshot:
            content_id = find_content_by_sha256(snapshot, digest)
            if content_id is not None:
                content_id = find_shown_content(snapshot, content_id)
        query = None
        if content_id is not None:
            query = self._stored_vector(self._active.library, encoders, content_id)
        if query is None:
            query = encoders.encode_file(path, box)
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
            with self._open_reader().snapshot() as snapshot:
                photos = read_photos(snapshot, ids)
            for photo_id, photo in photos.items():
                for path in photo.paths:
                    name = unicodedata.normalize("NFC", path.name)
                    names.setdefault(name, set()).add(photo_id)
        return names

    def _answer(self, query: Query, count: int | None) -> tuple[Answer, tuple[Understood, ...]]:
        self.refresh()
        reader = self._open_reader()
        facts = self._facts_now()
        active = self._active
        if active is None:  # nothing is indexed
            nothing = Alternative(conditions=(Any(()),))
            return answer_alternatives(
                Sources(reader, Library(_NO_MODEL), _no_encoders, facts, _no_example),
                query,
                (nothing,),
                count,
            ), ()
        sources = Sources(
            reader,
            active.library,
            lambda: self._encoders(active),
            facts,
            self._example,
        )
        readings = understand(query.tree, facts, local_today())
        if len(readings.trees) == 1:
            only = plan(readings.trees[0])
            return answer_alternatives(sources, query, only, count), readings.understood
        answers = [
            answer_alternatives(sources, replace(query, sort=""), plan(tree), None)
            for tree in readings.trees
        ]
        found = in_order(in_turn(query, answers), facts, query.sort)
        return found, readings.understood

    def _facts_now(self) -> Facts:
        """What is known of the photos, as of the last refresh."""
        assert self._order is not None
        if self._facts is None:
            self._facts = Facts(self._open_reader(), self._order)
        return self._facts

    def _example(self, name: str, space: Space) -> NDArray[np.float32]:
        """The vector of a picture file, as the catalog has it if it does."""
        assert self._active is not None
        path = Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100 (keeps links)
        encoders = self._encoders(self._active)
        with self._open_reader().snapshot() as snapshot:
            downloading = read_download_roots(snapshot)
            photo_id = find_photo_at(snapshot, path)
            photo = None if photo_id is None else read_photos(snapshot, [photo_id]).get(photo_id)
            if photo is not None:
                vectors = fetch_vectors(
                    snapshot, self._active.library.model_id, space, [photo.content_id]
                )
                if vectors.size and vectors.any():
                    return np.asarray(vectors[0].astype(np.float32))
        refuse_download(path, downloading)
        return encoders.encode_file(path, space=space)

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
        matrix = library.matrix(reader, space, len(query))
        ranking = rank(
            matrix,
            query,
            limit,
            reader,
            library.model_id,
            space,
            owners=library.owners(space),
            never=() if without is None else (without,),
        )
        least = similar_cut(encoders.spec.cuts)
        regions = read_answering(reader, ranking, max(limit, 0))
        photos = library.photos_of(ranking.content_ids[: max(limit, 0)]).tolist()
        rows = zip(photos, ranking.content_ids.tolist(), ranking.scores.tolist(), strict=False)
        hits = tuple(
            Hit(
                PhotoId(photo),
                ContentId(content),
                score,
                score >= least,
                (Why(WhyKind.LOOKS, score, region=regions.get(content, WHOLE_PICTURE)),),
            )
            for photo, content, score in rows
        )
        relevant_total = int((ranking.scores >= least).sum())
        return self._result(label, started, hits, ranking.total, relevant_total)

    def _stored_vector(
        self, library: Library, encoders: Encoders, content_id: ContentId
    ) -> NDArray[np.float32] | None:
        with self._open_reader().snapshot() as snapshot:
            vectors = fetch_vectors(
                snapshot, library.model_id, encoders.similar_space, [content_id]
            )
        return vectors[0].astype(np.float32) if vectors.size else None

    def _result(
        self,
        query: Query | str,
        started: float,
        hits: tuple[Hit, ...],
        total: int,
        relevant_total: int,
    ) -> SearchResult:
        encoders = None if self._active is None else self._active.encoders
        model = "" if encoders is None else encoders.spec.key
        elapsed_ms = (time.perf_counter() - started) * 1e3
        if isinstance(query, str):
            return SearchResult(query, model, elapsed_ms, hits, total, relevant_total)
        return SearchResult(
            query.text, model, elapsed_ms, hits, total, relevant_total, query.remarks
        )

    def _encoders(self, active: _Active) -> Encoders:
        if active.encoders is None:
            active.encoders = find_encoders(self._store, active.key)
        return active.encoders

    def _open_reader(self) -> CatalogReader:
        if self._reader is None:
            self._reader = CatalogReader(self._folders)
        return self._reader

    def _take_up(self, model_id: ModelId, key: str) -> _Active:
        row = (model_id, key)
        if is_earlier_edition(key):
            # The worker is about to begin the present edition's index. Until then photos are found
            # by their names, tags and texts.
            return _Active(row, BASIC.catalog_key, Library(_NO_MODEL))
        return _Active(
            row, key, Library(model_id, VectorCache(self._folders.vectors, key, model_id))
        )


def _counted(alternative: Alternative, facts: Facts) -> PlannedAlternative:
    masks = [mask_of(condition, facts) for condition in alternative.conditions]
    everything = np.ones(len(facts), np.bool_)
    remaining = int(np.logical_and.reduce([everything, *masks]).sum())
    return PlannedAlternative(alternative, tuple(int(mask.sum()) for mask in masks), remaining)
