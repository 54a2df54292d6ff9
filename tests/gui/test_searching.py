"""The search thread: only the answer to the last question counts."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from photofind.catalog.photos import PhotoOrder
from photofind.domain import ContentId, Hit, PhotofindError, PhotoId, Why, WhyKind
from photofind.gui import searching
from photofind.gui.searching import (
    ByWords,
    Everything,
    LikeFile,
    LikePhoto,
    Searcher,
    SearchResponse,
)
from photofind.search.engine import SearchResult
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from photofind.catalog.places import Place
    from photofind.search.query import Query


def hit(photo_id: int, *, relevant: bool = True) -> Hit:
    why = (Why(WhyKind.MEANING, 0.5),)
    return Hit(PhotoId(photo_id), ContentId(photo_id + 100), 0.5, relevant, why)


@dataclass
class ScriptedEngine:
    """Answers every question with its own length, after the test opened the gate."""

    gate: threading.Event = field(default_factory=threading.Event)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    asked: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    failure: Exception | None = None
    kept: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def load_model(self) -> None:
        self.threads.add(threading.current_thread().name)

    def warm_up(self) -> None:
        self.threads.add(threading.current_thread().name)

    def photos_of(self, place: Place) -> PhotoOrder:
        raise NotImplementedError

    def everything(self) -> PhotoOrder:
        self.threads.add(threading.current_thread().name)
        return PhotoOrder(np.array([3, 1]), np.array([103, 101]), np.array([9, 5]))

    def search(self, query: Query, limit: int | None) -> SearchResult:
        return self._answer(query.words)

    def count(self, query: Query) -> int:
        return len(self._answer(query.words).hits)

    def similar_to_photo(self, photo_id: PhotoId, limit: int) -> SearchResult:
        return self._answer(f"photo {photo_id}")

    def similar_to_file(self, path: Path, limit: int) -> SearchResult:
        return self._answer(f"file {path.name}")

    def release_when_idle(self) -> None:
        """Holds nothing."""

    def keep_vectors(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.kept.set()
        if self.failure is not None:
            raise self.failure

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed = True

    def _answer(self, question: str) -> SearchResult:
        self.asked.append(question)
        self.threads.add(threading.current_thread().name)
        self.began.release()
        assert self.gate.wait(PATIENCE_S)
        if self.failure is not None:
            raise self.failure
        hits = (hit(len(question)), hit(2, relevant=False), hit(3))
        return SearchResult(question, "scripted", 1.0, hits, 3)


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


def test_late_answers_are_dropped_and_skipped_questions_never_asked(
    qtbot: QtBot, engine: ScriptedEngine
) -> None:
    searcher = Searcher(lambda: engine)
    answers: list[SearchResponse] = []
    searcher.answered.connect(answers.append)
    searcher.start(ByWords("a"))
    with closing(searcher):
        assert engine.began.acquire(timeout=PATIENCE_S)
        for words in ("ab", "abc"):
            searcher.submit(ByWords(words))
        last = searcher.submit(ByWords("abcd"))
        engine.gate.set()
        qtbot.waitUntil(lambda: len(answers) == 1)
        assert answers[0].generation == last
        assert answers[0].request == ByWords("abcd")
    assert engine.asked == ["a", "abcd"]


def test_an_answer_on_its_way_is_dropped_too(qtbot: QtBot, engine: ScriptedEngine) -> None:
    engine.gate.set()
    searcher = Searcher(lambda: engine)
    answers: list[SearchResponse] = []
    searcher.answered.connect(answers.append)
    searcher.start(ByWords("one"))
    with closing(searcher):
        assert engine.began.acquire(timeout=PATIENCE_S)
        searcher.submit(ByWords("three"))  # before the loop here could deliver the first
        qtbot.waitUntil(lambda: bool(answers))
        qtbot.waitUntil(lambda: len(engine.asked) == 2)
    assert [answer.request for answer in answers] == [ByWords("three")]


def test_every_kind_of_question_reaches_the_engine_in_one_thread(
    qtbot: QtBot, engine: ScriptedEngine
) -> None:
    engine.gate.set()
    searcher = Searcher(lambda: engine)
    with closing(searcher):
        with qtbot.waitSignals([searcher.answered, searcher.warmed_up]):
            searcher.start(Everything())
        for ask in (LikePhoto(PhotoId(7), "x.jpg"), LikeFile(Path("y.png"), "y.png")):
            with qtbot.waitSignal(searcher.answered) as answered:
                searcher.submit(ask, refresh=True)
            assert answered.args is not None
            answer = answered.args[0]
            assert answer.refresh
            assert answer.model == "scripted"
            assert answer.rows.relevant == 2, "good matches first"
            assert answer.rows.photo_id(2) == 2
            assert answer.rows.why[0][0].kind is WhyKind.MEANING
        with qtbot.waitSignal(searcher.answered) as answered:
            searcher.submit(Everything())
        assert answered.args is not None
        assert answered.args[0].rows.photo_ids.tolist() == [3, 1]
    assert engine.asked == ["photo 7", "file y.png"]
    assert engine.threads == {"photofind-search"}
    assert engine.closed


def test_a_refusal_is_an_answer(qtbot: QtBot, engine: ScriptedEngine) -> None:
    engine.gate.set()
    engine.failure = PhotofindError("model_missing", "Install the model first.")
    searcher = Searcher(lambda: engine)
    with closing(searcher):
        with qtbot.waitSignal(searcher.answered) as answered:
            searcher.start(ByWords("dog"))
        assert answered.args is not None
        assert answered.args[0].error.user_message == "Install the model first."
        engine.failure = None
        with qtbot.waitSignal(searcher.answered) as answered:
            searcher.submit(ByWords("dog"))
        assert answered.args is not None
        assert answered.args[0].error is None


@pytest.mark.expects_log("a search failed")
def test_a_bug_is_a_sentence_and_the_thread_goes_on(qtbot: QtBot, engine: ScriptedEngine) -> None:
    engine.gate.set()
    engine.failure = ZeroDivisionError()
    searcher = Searcher(lambda: engine)
    with closing(searcher):
        with qtbot.waitSignal(searcher.answered) as answered:
            searcher.start(ByWords("dog"))
        assert answered.args is not None
        assert "log" in answered.args[0].error.user_message
        with qtbot.waitSignal(searcher.answered):
            searcher.submit(Everything())


def test_closing_without_starting_does_no_harm(qtbot: QtBot, engine: ScriptedEngine) -> None:
    Searcher(lambda: engine).close()
    assert not engine.closed


def test_vectors_are_kept_when_nobody_asks(
    qtbot: QtBot,
    engine: ScriptedEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "REST_S", 0.01)
    searcher = Searcher(lambda: engine)
    with closing(searcher):
        searcher.start(Everything())
        assert engine.kept.wait(PATIENCE_S)
    assert engine.threads == {"photofind-search"}


@pytest.mark.expects_log("vectors can't be kept")
def test_the_search_thread_goes_on_when_keeping_fails(
    qtbot: QtBot,
    engine: ScriptedEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "REST_S", 0.01)
    engine.failure = ZeroDivisionError()
    searcher = Searcher(lambda: engine)
    with closing(searcher):
        searcher.start(Everything())
        assert engine.kept.wait(PATIENCE_S)
        with qtbot.waitSignal(searcher.answered):
            searcher.submit(Everything())


def test_counts_wait_for_whoever_searches(qtbot: QtBot, engine: ScriptedEngine) -> None:
    searcher = Searcher(lambda: engine)
    counts: list[tuple[str, int | None]] = []
    searcher.counted.connect(lambda query, number: counts.append((query, number)))
    searcher.start(Everything())
    with closing(searcher):
        searcher.count(["outdated", "never asked"])
        searcher.count(["one", "", "two"])
        assert engine.began.acquire(timeout=PATIENCE_S)
        searcher.submit(ByWords("a question"))
        engine.gate.set()
        qtbot.waitUntil(lambda: len(counts) == 3)
    assert counts == [("one", 3), ("", None), ("two", 3)]
    assert engine.asked[-3:] == ["one", "a question", "two"]
