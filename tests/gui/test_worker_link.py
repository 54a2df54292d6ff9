"""How commands get to the worker, and how what it says gets to the window."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject

from photofind.domain import Activity, ContentId, PhotofindError, WorkProgress
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.worker_link import INTERVAL_MS, WorkerLink
from photofind.paths import app_folders
from photofind.sentences import Sentence
from photofind.settings import Settings
from photofind.worker.messages import (
    CatalogChanged,
    ChangeSettings,
    Event,
    Hello,
    IndexingProgress,
    Notice,
    PhotosReady,
    PhotosRefined,
    RemoveFolder,
    Rescan,
    RetryProblems,
    Watch,
)
from photofind.worker.wire import Done
from tests.gui.driver import QuietWorker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot


class Worker(QuietWorker):
    """One that can't always be started."""

    def __init__(self, on_event: Callable[[Event], None]) -> None:
        super().__init__(app_folders(Path("never made")), on_event, keeps_settings=False)
        self.failures: list[PhotofindError] = []
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        if self.failures:
            raise self.failures.pop()


class Line:
    """A link, and the worker at its other end."""

    def __init__(self) -> None:
        workers: list[Worker] = []

        def make(on_event: Callable[[Event], None]) -> Worker:
            workers.append(Worker(on_event))
            return workers[-1]

        self._owner = QObject()
        self.calls = BackgroundCalls("line", self._owner)
        self.link = WorkerLink(make, self.calls, self._owner)
        (self.worker,) = workers

    def close(self) -> None:
        """Also ends Qt's objects here, not on whichever thread collects the garbage."""
        self.link.close()
        self.calls.close()
        shiboken6.delete(self._owner)


@pytest.fixture
def line(qtbot: QtBot) -> Iterator[Line]:
    line = Line()
    yield line
    line.close()
    assert line.worker.closed


def test_progress_is_told_at_most_four_times_a_second(qtbot: QtBot, line: Line) -> None:
    told: list[WorkProgress] = []
    ready: list[None] = []
    line.link.progressed.connect(told.append)
    line.link.photos_ready.connect(lambda: ready.append(None))

    def burst() -> None:
        for number in range(1000):
            line.worker.on_event(
                IndexingProgress(
                    progress=WorkProgress(activity=Activity.INDEXING, done=number, total=1000)
                )
            )
            line.worker.on_event(PhotosReady(content_ids=(ContentId(number),)))

    sender = threading.Thread(target=burst)
    with qtbot.waitSignal(line.link.progressed):
        sender.start()
    sender.join()
    qtbot.waitUntil(lambda: told[-1].done == 999)
    assert INTERVAL_MS == 250
    assert len(told) <= 3
    assert 1 <= len(ready) <= len(told)


def test_what_was_refined_is_told_gathered(qtbot: QtBot, line: Line) -> None:
    with qtbot.waitSignal(line.link.photos_refined) as told:
        line.worker.on_event(PhotosRefined(content_ids=(ContentId(3), ContentId(1))))
        line.worker.on_event(PhotosRefined(content_ids=(ContentId(2),)))
    assert told.args == [frozenset({1, 2, 3})]


def test_answers_come_singly_and_in_order_to_who_asked(qtbot: QtBot, line: Line) -> None:
    heard: list[object] = []
    line.link.greeted.connect(lambda hello: heard.append(hello.pid))
    line.link.noticed.connect(lambda code, message: heard.append((code, message)))
    line.link.catalog_changed.connect(lambda: heard.append("changed"))
    line.link.failed.connect(heard.append)
    line.link.send(
        ChangeSettings(changes={"paused": True}), lambda answer: heard.append(answer.count)
    )
    line.link.send(Rescan(), refused=lambda error: heard.append(error.code))
    line.link.send(RemoveFolder(path=Path("/")))
    qtbot.waitUntil(lambda: len(line.worker.waiting) == 3)
    line.worker.on_event(Hello(version="1", pid=77, model_key="basic", settings=Settings()))
    line.worker.on_event(CatalogChanged())
    line.worker.answer(ChangeSettings, Done(count=3))
    line.worker.refuse(Rescan, "folder_unknown", "It is not known.")
    line.worker.on_event(Notice(code="n", sentence=Sentence("o")))
    line.worker.refuse(RemoveFolder, "folder_unknown", "Nor is this one.")
    line.worker.on_event(CatalogChanged())
    qtbot.waitUntil(lambda: "changed" in heard)
    assert heard == [77, 3, "folder_unknown", ("n", "o"), "Nor is this one.", "changed"]


def test_the_first_command_starts_the_worker_and_those_at_its_start_go_first(
    qtbot: QtBot, line: Line
) -> None:
    line.link.starting.connect(lambda: line.link.send(Watch()))
    line.link.send(Rescan())
    line.link.send(RetryProblems())
    qtbot.waitUntil(lambda: len(line.worker.commands) == 3)
    assert line.worker.starts == 1
    assert line.worker.commands == [Watch(), Rescan(), RetryProblems()]


def test_a_worker_that_cannot_be_started_is_started_by_the_next_command(
    qtbot: QtBot, line: Line
) -> None:
    line.worker.failures.append(PhotofindError("catalog_locked", "It is in use."))
    began: list[None] = []
    line.link.starting.connect(lambda: began.append(None))
    with qtbot.waitSignal(line.link.missing) as missing:
        line.link.send(Rescan())
    assert missing.args is not None
    assert missing.args[0].code == "catalog_locked"
    line.link.send(RetryProblems())
    qtbot.waitUntil(lambda: line.worker.starts == 2)
    qtbot.waitUntil(lambda: line.worker.commands == [Rescan(), RetryProblems()])
    assert len(began) == 1


class Receiver(QObject):
    def __init__(self, heard: list[object]) -> None:
        super().__init__()
        self._heard = heard

    def hear(self, *args: object) -> None:
        self._heard.append(args)


def test_an_answer_to_what_is_gone_is_dropped(qtbot: QtBot, line: Line) -> None:
    heard: list[object] = []
    gone, there = Receiver(heard), Receiver(heard)
    line.link.send(Rescan(), refused=partial(gone.hear, "partly"))
    line.link.send(ChangeSettings(changes={"paused": True}), gone.hear)
    line.link.send(ChangeSettings(changes={"paused": False}), there.hear)
    qtbot.waitUntil(lambda: len(line.worker.waiting) == 3)
    shiboken6.delete(gone)
    line.worker.refuse(Rescan, "folder_unknown", "It is not known.")
    for _ in range(2):
        line.worker.answer(ChangeSettings, Done())
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [(Done(),)]


@pytest.mark.parametrize("closed_meanwhile", [False, True])
def test_after_the_window_nothing_is_told(qtbot: QtBot, line: Line, closed_meanwhile: bool) -> None:
    """Neither what comes later, nor what was on its way."""
    line.link.send(Rescan(), refused=lambda error: pytest.fail(error.user_message))
    line.link.failed.connect(pytest.fail)
    qtbot.waitUntil(lambda: line.worker.waits_for(Rescan))
    if not closed_meanwhile:
        line.worker.refuse(Rescan, "worker_gone", "It has ended.")
    line.link.close()
    if closed_meanwhile:
        line.worker.refuse(Rescan, "worker_gone", "It has ended.")
    later = Line()
    with qtbot.waitSignal(later.link.failed):
        later.link.send(Rescan())
        qtbot.waitUntil(lambda: later.worker.waits_for(Rescan))
        later.worker.refuse(Rescan, "worker_gone", "It has ended.")
    later.close()


@pytest.mark.qt_no_exception_capture
def test_what_goes_wrong_with_one_answer_spoils_no_other(
    qtbot: QtBot, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []
    wrong: list[object] = []
    monkeypatch.setattr("sys.excepthook", lambda _kind, error, _where: wrong.append(error))
    error = ValueError("a bug")

    def fail(_: object) -> None:
        raise error

    line.link.send(ChangeSettings(changes={"paused": True}), fail)
    line.link.send(ChangeSettings(changes={"paused": False}), heard.append)
    qtbot.waitUntil(lambda: len(line.worker.waiting) == 2)
    for _ in range(2):
        line.worker.answer(ChangeSettings, Done())
    qtbot.waitUntil(lambda: bool(heard))
    assert wrong == [error]
