"""Who gets which files, and when."""

from __future__ import annotations

import threading
from pathlib import Path

from photofind.domain import FileId
from photofind.indexing.job import Job
from photofind.indexing.queue import Background, WorkItem, WorkQueue
from tests.plugins.patience import PATIENCE_S


def item(number: int) -> WorkItem:
    return WorkItem(FileId(number), Path(f"/{number}.jpg"))


def new_job() -> Job:
    return Job(lambda _: None)


def test_files_come_out_in_order_a_few_at_a_time() -> None:
    queue = WorkQueue()
    items = [item(n) for n in range(5)]
    assert queue.put(items, new_job()) == 5
    assert queue.take(4) == items[:4]
    assert queue.take_more(4) == items[4:]
    assert queue.take_more(4) == []


def test_a_file_that_two_jobs_want_is_worked_on_once() -> None:
    queue, first, second = WorkQueue(), new_job(), new_job()
    one = item(1)
    queue.put([one], first)
    assert queue.put([item(1)], second) == 0
    assert queue.take(4) == [one]
    assert queue.finished(one) == [first, second]
    assert len(queue) == 0


def test_a_suspect_waits_for_the_others_and_is_alone() -> None:
    queue = WorkQueue()
    good, bad, late = item(1), item(2), item(3)
    queue.put([bad, good], new_job())
    assert queue.take(2) == [bad, good]
    queue.defer(bad)
    taken: list[list[WorkItem] | None] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(4)))
    thread.start()
    assert taken == []  # `good` is still being worked on
    queue.finished(good)
    thread.join(PATIENCE_S)
    assert taken == [[bad]]
    queue.put([late], new_job())
    assert queue.take_more(4) == []  # nobody else while a suspect is tried
    queue.finished(bad)
    assert queue.take(4) == [late]


def test_pausing_holds_work_back_and_resuming_lets_it_go() -> None:
    queue = WorkQueue()
    queue.set_paused(True)
    queue.put([item(1)], new_job())
    assert queue.take_more(1) == []
    taken: list[list[WorkItem] | None] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(1)))
    thread.start()
    queue.set_paused(False)
    thread.join(PATIENCE_S)
    assert [each.file_id for each in taken[0] or ()] == [1]


def test_closing_lets_waiting_threads_go() -> None:
    queue = WorkQueue()
    taken: list[list[WorkItem] | None] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(1)))
    thread.start()
    queue.close()
    thread.join(PATIENCE_S)
    assert taken == [None]


def test_clear_drops_only_what_nobody_works_on() -> None:
    queue = WorkQueue()
    first, second = item(1), item(2)
    queue.put([first, second], new_job())
    queue.take(1)
    assert queue.clear() == [second]
    assert len(queue) == 1


def test_while_it_is_held_nothing_new_is_begun() -> None:
    queue = WorkQueue()
    items = [item(n) for n in range(3)]
    queue.put(items, new_job())
    taken = queue.take(1)
    assert taken is not None
    (running,) = taken
    with queue.held(alone=False):
        assert queue.take_more(4) == []
    assert queue.take_more(1) == items[1:2]
    alone = threading.Event()

    def wait_alone() -> None:
        with queue.held(alone=True):
            alone.set()

    thread = threading.Thread(target=wait_alone)
    thread.start()
    queue.finished(running)
    assert not alone.is_set(), "another one still runs"
    queue.finished(items[1])
    thread.join()
    assert alone.is_set()
    assert queue.take(4) == items[2:]


def test_background_work_is_for_when_no_file_waits() -> None:
    queue = WorkQueue()
    one = item(1)
    queue.set_background(Background.SHARED)
    assert queue.take(4) == []
    assert queue.take(4) == []  # another thread may help
    queue.put([one], new_job())
    assert queue.take(4) == [one]
    queue.background_done()
    queue.background_done()
    queue.set_background(Background.NONE)
    queue.close()
    assert queue.take(4) is None


def test_a_suspect_of_the_background_is_alone() -> None:
    queue = WorkQueue()
    one, late = item(1), item(2)
    queue.put([one], new_job())
    assert queue.take(4) == [one]
    queue.set_background(Background.ALONE)
    taken: list[list[WorkItem] | None] = []
    thread = threading.Thread(target=lambda: taken.append(queue.take(4)))
    thread.start()
    assert taken == []  # `one` is still being worked on
    queue.finished(one)
    thread.join(PATIENCE_S)
    assert taken == [[]]
    queue.put([late], new_job())
    assert queue.take_more(4) == []
    queue.set_background(Background.NONE)
    queue.background_done()
    assert queue.take(4) == [late]


def test_a_suspect_among_the_files_does_not_wait_for_ever() -> None:
    queue = WorkQueue()
    bad = item(1)
    queue.put([bad], new_job())
    queue.set_background(Background.SHARED)
    assert queue.take(4) == [bad]
    queue.defer(bad)
    assert queue.take(4) == [bad]


def test_files_that_are_put_back_come_next() -> None:
    queue = WorkQueue()
    one, two = item(1), item(2)
    queue.put([one, two], new_job())
    assert queue.take(1) == [one]
    queue.put_back([one])
    assert queue.take(4) == [one, two]
