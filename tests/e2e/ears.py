"""Hears what the worker tells a client."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from photofind.worker.wire import BaseAnswer, BaseEvent
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable

Heard: TypeAlias = BaseEvent | BaseAnswer
E = TypeVar("E", bound=Heard)


class Ear:
    """Collects events, and those answers that it is to be called with; waits for the one that a
    test needs."""

    def __init__(self) -> None:
        self._events: queue.Queue[Heard] = queue.Queue()
        self.heard: list[Heard] = []

    def __call__(self, event: Heard) -> None:
        self._events.put(event)

    def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            self.heard.append(event)
            if isinstance(event, kind) and fits(event):
                return event
