"""Hears what the worker tells a client."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, TypeVar

from photofind.worker.messages import Event

if TYPE_CHECKING:
    from collections.abc import Callable

E = TypeVar("E", bound=Event)

PATIENCE_S = 60.0


class Ear:
    """Collects events, and waits for the one a test needs."""

    def __init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self.heard: list[Event] = []

    def __call__(self, event: Event) -> None:
        self._events.put(event)

    def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            self.heard.append(event)
            if isinstance(event, kind) and fits(event):
                return event
