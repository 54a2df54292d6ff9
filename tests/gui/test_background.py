"""What works off the GUI thread: pictures in the order they are wanted, calls one by one."""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.latest_requests import LatestRequestPool
from tests.plugins.patience import PATIENCE_S

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
        assert self.gate.wait(PATIENCE_S)
        if key < 0:
            raise ZeroDivisionError
        self.done.append(key)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def threads(bench: Bench) -> Iterator[LatestRequestPool[int]]:
    threads: LatestRequestPool[int] = LatestRequestPool("bench", 1, bench.enter)
    threads.start()
    yield threads
    bench.gate.set()
    threads.close()
    assert bench.left.is_set(), "what the thread had opened is closed"


def test_what_scrolled_away_is_never_worked_on(
    qtbot: QtBot, bench: Bench, threads: LatestRequestPool[int]
) -> None:
    threads.want([1, 2, 3])
    assert bench.began.acquire(timeout=PATIENCE_S)
    threads.want([9, 8])
    bench.gate.set()
    qtbot.waitUntil(lambda: bench.done == [1, 9, 8])


def test_what_is_being_worked_on_is_not_begun_twice(
    qtbot: QtBot, bench: Bench, threads: LatestRequestPool[int]
) -> None:
    threads.want([1])
    assert bench.began.acquire(timeout=PATIENCE_S)
    threads.want([2, 1])
    bench.gate.set()
    qtbot.waitUntil(lambda: 2 in bench.done)
    assert bench.done[0] == 1


@pytest.mark.expects_log("a background picture failed")
def test_one_bad_picture_does_not_end_the_thread(
    qtbot: QtBot, bench: Bench, threads: LatestRequestPool[int]
) -> None:
    bench.gate.set()
    threads.want([-1, 5])
    qtbot.waitUntil(lambda: bench.done == [5])


def test_calls_run_in_order_and_answer_on_the_gui_thread(qtbot: QtBot) -> None:
    calls = BackgroundCalls("bench")
    order: list[str] = []

    def done(result: str) -> None:
        order.append(result)
        assert threading.current_thread() is threading.main_thread()

    calls.run(lambda: threading.current_thread().name, done)
    calls.run(lambda: "second", done)
    qtbot.waitUntil(lambda: len(order) == 2)
    calls.close()
    assert order[0] == "photofind-bench"
    assert order[1] == "second"


def test_a_refused_call_is_told(qtbot: QtBot) -> None:
    calls = BackgroundCalls("bench")

    def refuse() -> None:
        raise PhotofindError("x", "It is raining.")

    with qtbot.waitSignal(calls.failed) as failed:
        calls.run(refuse)
    assert failed.args == ["It is raining."]
    heard: list[str] = []
    calls.run(refuse, refused=lambda error: heard.append(error.code))
    qtbot.waitUntil(lambda: heard == ["x"])
    calls.close()


@pytest.mark.expects_log("a background call failed")
def test_a_bug_in_a_call_is_a_sentence(qtbot: QtBot) -> None:
    calls = BackgroundCalls("bench")
    with qtbot.waitSignal(calls.failed) as failed:
        calls.run(lambda: 1 / 0)
    calls.close()
    assert failed.args is not None
    assert "log" in failed.args[0]


def test_after_closing_no_call_is_begun(qtbot: QtBot) -> None:
    calls = BackgroundCalls("bench")
    calls.close()
    calls.run(lambda: pytest.fail("begun"))


def test_a_call_that_never_ends_does_not_keep_the_program(qtbot: QtBot) -> None:
    calls = BackgroundCalls("bench")
    began, gate = threading.Event(), threading.Event()

    def wait_for_a_dead_server() -> None:
        began.set()
        gate.wait(PATIENCE_S)

    calls.run(wait_for_a_dead_server, lambda _: pytest.fail("delivered"))
    assert began.wait(PATIENCE_S)
    calls.close(patience_s=0.01)
    thread, left = calls._thread, weakref.ref(calls)
    del calls
    gate.set()
    thread.join()
    assert left() is not None, "destroyed on a thread that is not its own, which ends the process"
