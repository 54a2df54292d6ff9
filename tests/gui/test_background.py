"""What works off the GUI thread: pictures in the order they are wanted, errands one by one."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from photofind.domain import IndexReport, PhotofindError
from photofind.gui.bridge import INTERVAL_MS, WorkerBridge
from photofind.gui.errands import Errands
from photofind.gui.newest_first import NewestFirst
from photofind.worker.messages import (
    CatalogChanged,
    Done,
    Hello,
    JobFinished,
    Notice,
    PhotosReady,
    PhotosRefined,
    Progress,
    Refused,
    report_to_wire,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot


class Bench:
    """One thread that works on numbers and can be held up."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.began = threading.Semaphore(0)
        self.done: list[int] = []
        self.left = threading.Event()

    @contextmanager
    def enter(self) -> Iterator[Callable[[int], None]]:
        try:
            yield self.work
        finally:
            self.left.set()

    def work(self, key: int) -> None:
        self.began.release()
        assert self.gate.wait(10)
        if key < 0:
            raise ZeroDivisionError
        self.done.append(key)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def threads(bench: Bench) -> Iterator[NewestFirst[int]]:
    threads: NewestFirst[int] = NewestFirst("bench", 1, bench.enter)
    threads.start()
    yield threads
    bench.gate.set()
    threads.close()
    assert bench.left.is_set(), "what the thread had opened is closed"


def test_what_scrolled_away_is_never_worked_on(
    qtbot: QtBot, bench: Bench, threads: NewestFirst[int]
) -> None:
    threads.want([1, 2, 3])
    assert bench.began.acquire(timeout=10)
    threads.want([9, 8])
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.done == [1, 9, 8])


def test_what_is_being_worked_on_is_not_begun_twice(
    qtbot: QtBot, bench: Bench, threads: NewestFirst[int]
) -> None:
    threads.want([1])
    assert bench.began.acquire(timeout=10)
    threads.want([2, 1])
    bench.gate.set()
    qtbot.waitUntil(lambda: 2 in bench.done)
    assert bench.done[0] == 1


@pytest.mark.expects_log("a background picture failed")
def test_one_bad_picture_does_not_end_the_thread(
    qtbot: QtBot, bench: Bench, threads: NewestFirst[int]
) -> None:
    bench.gate.set()
    threads.want([-1, 5])
    qtbot.waitUntil(lambda: bench.done == [5])


def test_errands_run_in_order_and_answer_on_the_gui_thread(qtbot: QtBot) -> None:
    errands = Errands("bench")
    order: list[str] = []

    def done(result: str) -> None:
        order.append(result)
        assert threading.current_thread() is threading.main_thread()

    errands.run(lambda: threading.current_thread().name, done)
    errands.run(lambda: "second", done)
    qtbot.waitUntil(lambda: len(order) == 2)
    errands.close()
    assert order[0] == "photofind-bench"
    assert order[1] == "second"


def test_an_errand_refused_is_told(qtbot: QtBot) -> None:
    errands = Errands("bench")

    def refuse() -> None:
        raise PhotofindError("x", "It is raining.")

    with qtbot.waitSignal(errands.failed) as failed:
        errands.run(refuse)
    assert failed.args == ["It is raining."]
    heard: list[str] = []
    errands.run(refuse, refused=lambda error: heard.append(error.code))
    qtbot.waitUntil(lambda: heard == ["x"])
    errands.close()


@pytest.mark.expects_log("an errand failed")
def test_a_bug_in_an_errand_is_a_sentence(qtbot: QtBot) -> None:
    errands = Errands("bench")
    with qtbot.waitSignal(errands.failed) as failed:
        errands.run(lambda: 1 / 0)
    errands.close()
    assert failed.args is not None
    assert "log" in failed.args[0]


def test_after_closing_no_errand_is_begun(qtbot: QtBot) -> None:
    errands = Errands("bench")
    errands.close()
    errands.run(lambda: pytest.fail("begun"))


def test_an_errand_that_never_ends_does_not_keep_the_program(qtbot: QtBot) -> None:
    errands = Errands("bench")
    began, gate = threading.Event(), threading.Event()

    def wait_for_a_dead_server() -> None:
        began.set()
        gate.wait(10)

    errands.run(wait_for_a_dead_server, lambda _: pytest.fail("delivered"))
    assert began.wait(10)
    errands.close(patience_s=0.01)
    thread, left = errands._thread, weakref.ref(errands)
    del errands
    gate.set()
    thread.join()
    assert left() is not None, "destroyed on a thread that is not its own, which ends the process"


def test_progress_is_told_at_most_four_times_a_second(qtbot: QtBot) -> None:
    bridge = WorkerBridge()
    told: list[Progress] = []
    ready: list[None] = []
    bridge.progressed.connect(told.append)
    bridge.photos_ready.connect(lambda: ready.append(None))

    def burst() -> None:
        for number in range(1000):
            bridge.receive(Progress(activity="indexing", done=number, total=1000))
            bridge.receive(PhotosReady(content_ids=(number,)))

    sender = threading.Thread(target=burst)
    with qtbot.waitSignal(bridge.progressed):
        sender.start()
    sender.join()
    qtbot.waitUntil(lambda: told[-1].done == 999)
    assert INTERVAL_MS == 250
    assert len(told) <= 3
    assert 1 <= len(ready) <= len(told)


def test_what_was_refined_is_told_gathered(qtbot: QtBot) -> None:
    bridge = WorkerBridge()
    with qtbot.waitSignal(bridge.photos_refined) as told:
        bridge.receive(PhotosRefined(content_ids=(3, 1)))
        bridge.receive(PhotosRefined(content_ids=(2,)))
    assert told.args == [frozenset({1, 2, 3})]


def test_answers_come_singly_and_in_order(qtbot: QtBot) -> None:
    bridge = WorkerBridge()
    heard: list[object] = []
    bridge.greeted.connect(lambda hello: heard.append(hello.pid))
    bridge.done.connect(heard.append)
    bridge.refused.connect(lambda number, code, message: heard.append((number, code, message)))
    bridge.noticed.connect(lambda code, message: heard.append((code, message)))
    bridge.job_finished.connect(lambda number, report: heard.append((number, report)))
    bridge.catalog_changed.connect(lambda: heard.append("changed"))
    report = IndexReport(new=3)
    for event in (
        Hello(version="1", pid=77, model_key="basic", paused=False),
        CatalogChanged(),
        Done(request_id=1),
        Refused(request_id=2, code="c", message="m"),
        Notice(code="n", message="o"),
        JobFinished(request_id=3, report=report_to_wire(report)),
        CatalogChanged(),
    ):
        bridge.receive(event)
    qtbot.waitUntil(lambda: "changed" in heard)
    assert heard == [77, 1, (2, "c", "m"), ("n", "o"), (3, report), "changed"]
