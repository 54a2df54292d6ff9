"""One thread that answers what the person asks: everything, words, or photos that look alike.

A request holds all it needs and carries a generation number. Asking again makes every
earlier generation late: requests not begun are skipped, answers on their way are dropped.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from contextlib import closing
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot

from photofind.catalog.photos import NO_DATE
from photofind.domain import PhotofindError, PhotoId
from photofind.gui.grid.rows import GridRows
from photofind.search.query import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from photofind.catalog.photos import PhotoOrder
    from photofind.catalog.places import Place
    from photofind.search.engine import SearchResult
    from photofind.search.query import Query
    from photofind.search.understanding import Understood

logger = logging.getLogger(__name__)

_PATIENCE_S = 5.0
REST_S = 3.0
"""Nobody has asked anything for so long: time to do what makes the next start faster."""
LONG_REST_S = 60.0
"""How often it is looked after what can be let go, while nobody asks anything."""
OUTDATED = "catalog_outdated"
"""The worker has not migrated the catalog yet."""
LIMIT = 500
"""Most photos that are listed although they are probably not what was meant."""


class Engine(Protocol):
    """What the search thread needs of a search engine."""

    def load_model(self) -> None: ...

    def warm_up(self) -> None: ...

    def everything(self) -> PhotoOrder: ...

    def photos_of(self, place: Place) -> PhotoOrder: ...

    def search(self, query: Query, limit: int | None) -> SearchResult: ...

    def count(self, query: Query) -> int: ...

    def similar_to_photo(self, photo_id: PhotoId, limit: int) -> SearchResult: ...

    def similar_to_file(self, path: Path, limit: int) -> SearchResult: ...

    def keep_vectors(self) -> None: ...

    def release_when_idle(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Everything:
    """All photos, the newest first."""


@dataclass(frozen=True, slots=True)
class ByWords:
    """Photos that match a description."""

    text: str


@dataclass(frozen=True, slots=True)
class LikePhoto:
    """Photos that look like one in the catalog."""

    photo_id: PhotoId
    name: str


@dataclass(frozen=True, slots=True)
class LikeFile:
    """Photos that look like any picture file."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class InPlace:
    """Photos of a place, a date or a mark, the newest first."""

    place: Place
    name: str


SearchRequest: TypeAlias = Everything | ByWords | LikePhoto | LikeFile | InPlace


def first_request(words: str) -> SearchRequest:
    """What these words ask for; none ask for everything."""
    return ByWords(words) if words.strip() else Everything()


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    generation: int
    request: SearchRequest
    refresh: bool


@dataclass(frozen=True, slots=True)
class _Counting:
    """Queries whose photos are to be counted, one at a time: whoever searches comes between."""

    generation: int
    queries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchResponse:
    """What was found.

    Attributes:
        refresh: True when the same thing was asked again to bring it up to date.
        model: catalog key of the model that answered, "" when none was needed.
        error: why there is no answer; the rows are empty then.
        understood: plain words that were taken for filters.
    """

    generation: int
    request: SearchRequest
    refresh: bool
    rows: GridRows
    model: str = ""
    elapsed_ms: float = 0.0
    error: PhotofindError | None = None
    understood: tuple[Understood, ...] = ()


class Searcher(QObject):
    """Asks the search thread, and hands on only the answer to what was asked last."""

    answered = Signal(object)
    """An `SearchResponse`."""
    warmed_up = Signal()
    """Words can be answered without delay from now on, or not at all."""
    counted = Signal(str, object)
    """A query, and how many photos it finds without the weaker matches; None: it can't be
    answered."""
    _arrived = Signal(object)
    _warmed_up = Signal()
    _counted = Signal(str, object)

    def __init__(
        self,
        open_engine: Callable[[], Engine],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._generation = 0
        self._counting = 0
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._answerer = _Answerer(open_engine)
        self._thread = threading.Thread(target=self._run, name="photofind-search", daemon=True)
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)
        self._warmed_up.connect(self.warmed_up, Qt.ConnectionType.QueuedConnection)
        self._counted.connect(self.counted, Qt.ConnectionType.QueuedConnection)

    @property
    def started(self) -> bool:
        return self._thread.ident is not None

    def start(self, request: SearchRequest) -> None:
        """Starts the thread with its first question; then it gets ready for words.

        The model comes before everything: loading it runs beside a main thread that is busy
        importing, reading rows would wait for it.
        """
        self._tasks.put(_Preparation.MODEL)
        self.submit(request)
        self._tasks.put(_Preparation.VECTORS)
        self._thread.start()

    def submit(self, request: SearchRequest, *, refresh: bool = False) -> int:
        """Asks; every earlier question is forgotten.

        Args:
            refresh: the same was asked before; the answer is to be merged into what is shown.

        Returns:
            The generation number of the answer to come.
        """
        self._generation += 1
        self._tasks.put(QueuedRequest(self._generation, request, refresh))
        return self._generation

    def count(self, queries: Sequence[str]) -> None:
        """Asks how many photos each of some queries finds, when nobody searches; what was asked
        to be counted before is forgotten."""
        self._counting += 1
        if queries:
            self._tasks.put(_Counting(self._counting, tuple(queries)))

    def close(self) -> None:
        """Ends the thread after the request it is at."""
        self._generation += 1
        self._counting += 1
        self._tasks.put(None)
        if self.started:
            self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        """The search thread."""
        with closing(self._answerer) as answerer:
            while (task := self._next_task()) is not None:
                if isinstance(task, _Preparation):
                    answerer.prepare(task)
                    if task is _Preparation.VECTORS:
                        self._warmed_up.emit()
                elif isinstance(task, _Counting):
                    if task.generation == self._counting:
                        self._count_first(answerer, task)
                elif task.generation == self._generation:
                    self._arrived.emit(answerer.answer(task))

    def _count_first(self, answerer: _Answerer, task: _Counting) -> None:
        query, *others = task.queries
        self._counted.emit(query, answerer.count(query))
        if others:
            self._tasks.put(replace(task, queries=tuple(others)))

    def _next_task(self) -> _Task | None:
        rest_s = REST_S
        while True:
            try:
                return self._tasks.get(timeout=rest_s)
            except queue.Empty:
                self._answerer.rest()
                rest_s = LONG_REST_S

    @Slot(object)
    def _on_arrived(self, answer: SearchResponse) -> None:
        if answer.generation == self._generation:
            self.answered.emit(answer)


class _Preparation(Enum):
    """What has to be there before the first words can be answered."""

    MODEL = auto()
    VECTORS = auto()


_Task: TypeAlias = QueuedRequest | _Counting | _Preparation


class _Answerer:
    """The only owner of the engine; lives in the search thread."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open_engine = open_engine
        self._engine: Engine | None = None

    def answer(self, request: QueuedRequest) -> SearchResponse:
        """Answers, if need be with an error; nothing else ends up in the thread's loop."""
        began = time.perf_counter()
        response = SearchResponse(request.generation, request.request, request.refresh, GridRows())
        try:
            found = self._find(request.request)
            if isinstance(found, GridRows):
                response = replace(response, rows=found)
            else:
                response = replace(
                    response,
                    rows=rows_of(found),
                    model=found.model,
                    understood=found.understood,
                )
        except PhotofindError as refusal:
            error = _soon() if refusal.code == OUTDATED else refusal
            response = replace(response, error=error)
        except Exception:
            logger.exception("a search failed")
            response = replace(response, error=_bug())
        return replace(response, elapsed_ms=(time.perf_counter() - began) * 1000)

    def count(self, query: str) -> int | None:
        """How many photos a query finds; None: it can't be answered."""
        try:
            return self._ready_engine().count(parse(query))
        except PhotofindError as error:
            logger.info("a saved search can't be counted: %s", error.code)
        except Exception:
            logger.exception("a saved search can't be counted")
        return None

    def prepare(self, part: _Preparation) -> None:
        """Loads what is needed before the first words are typed."""
        try:
            if part is _Preparation.MODEL:
                self._ready_engine().load_model()
            else:
                self._ready_engine().warm_up()
        except PhotofindError as error:
            logger.info("search is not ready yet: %s", error)
        except Exception:
            logger.exception("search can't get ready")

    def rest(self) -> None:
        """For a moment when nobody waits for an answer."""
        if self._engine is not None:
            try:
                self._engine.keep_vectors()
            except PhotofindError as error:
                logger.info("vectors are not kept: %s", error)
            except Exception:
                logger.exception("vectors can't be kept")
            self._engine.release_when_idle()

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _ready_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._open_engine()
        return self._engine

    def _search(self, query: Query) -> SearchResult:
        """Every answer, and the best of what is probably none."""
        result = self._ready_engine().search(query, LIMIT)
        if result.relevant_total and result.total > len(result.hits):
            result = self._ready_engine().search(query, result.relevant_total + LIMIT)
        return result

    def _find(self, request: SearchRequest) -> GridRows | SearchResult:
        match request:
            case Everything():
                return _in_order(self._ready_engine().everything())
            case InPlace(place, _):
                return _in_order(self._ready_engine().photos_of(place))
            case ByWords(text):
                return self._search(parse(text))
            case LikePhoto(photo_id, _):
                return self._ready_engine().similar_to_photo(photo_id, LIMIT)
            case LikeFile(path, _):
                return self._ready_engine().similar_to_file(path, LIMIT)


def _in_order(order: PhotoOrder) -> GridRows:
    count = len(order.photo_ids)
    return GridRows(order.photo_ids, order.content_ids, order.taken_at_ms, count)


def _soon() -> PhotofindError:
    """The worker of this window is at it; then everything is asked again."""
    return PhotofindError(
        OUTDATED,
        "The catalog is being brought up to date. This takes a moment.",
    )


def _bug() -> PhotofindError:
    return PhotofindError(
        "bug",
        "Something went wrong while searching. The details are in photofind's log.",
    )


def rows_of(result: SearchResult) -> GridRows:
    """A search's hits as grid rows: the relevant ones first, each part the best first."""
    hits = sorted(result.hits, key=lambda hit: not hit.relevant)
    return GridRows(
        np.array([hit.photo_id for hit in hits], dtype=np.int64),
        np.array([hit.content_id for hit in hits], dtype=np.int64),
        np.full(len(hits), NO_DATE, dtype=np.int64),
        sum(hit.relevant for hit in hits),
        tuple(hit.why for hit in hits),
    )
