"""Calls that come in a flood, against Qt's real timers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, QTimer

from photofind.gui.pacing import Debouncer, Throttler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QObject]:
    owner = QObject()
    yield owner
    owner.deleteLater()


def test_a_debouncer_triggers_once_after_the_last_call(qtbot: QtBot, parent: QObject) -> None:
    debouncer = Debouncer(40, parent)
    said: list[int] = []
    calls = iter(range(5))

    def call() -> None:
        if next(calls, None) is None:
            source.stop()
            assert not said, "triggered while calls came"
        else:
            debouncer.call()

    source = QTimer(parent)
    source.timeout.connect(call)
    debouncer.triggered.connect(lambda: said.append(1))
    source.start(1)
    qtbot.waitUntil(lambda: bool(said))
    assert said == [1]


def test_a_cancelled_call_never_triggers(qtbot: QtBot, parent: QObject) -> None:
    debouncer, later = Debouncer(1, parent), Debouncer(20, parent)
    said: list[str] = []
    debouncer.triggered.connect(lambda: said.append("cancelled"))
    later.triggered.connect(lambda: said.append("later"))
    debouncer.call()
    debouncer.cancel()
    later.call()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["later"]


def test_a_throttler_triggers_at_once_and_then_once_for_all_calls(
    qtbot: QtBot, parent: QObject
) -> None:
    throttler = Throttler(20, parent)
    said: list[int] = []
    throttler.triggered.connect(lambda: said.append(1))
    for _ in range(50):
        throttler.call()
    assert said == [1]
    qtbot.waitUntil(lambda: len(said) == 2)
    follower = Debouncer(60, parent)
    with qtbot.waitSignal(follower.triggered):
        follower.call()
    assert said == [1, 1], "nobody called again"


def test_a_throttler_that_waits_triggers_after_the_interval(qtbot: QtBot, parent: QObject) -> None:
    throttler = Throttler(20, parent, waits=True)
    said: list[int] = []
    throttler.triggered.connect(lambda: said.append(1))
    throttler.call()
    throttler.call()
    assert not said
    qtbot.waitUntil(lambda: bool(said))
    assert said == [1]


def test_a_throttler_may_be_called_by_what_it_triggers(qtbot: QtBot, parent: QObject) -> None:
    throttler = Throttler(1, parent)
    said: list[int] = []

    def on_triggered() -> None:
        said.append(1)
        if len(said) < 4:
            throttler.call()

    throttler.triggered.connect(on_triggered)
    throttler.call()
    assert said == [1]
    qtbot.waitUntil(lambda: len(said) == 4)
