"""How long a test waits for what must happen.

For the event itself, never for a time: on an idle machine it comes at once, on a busy one it may
take minutes, and only a test that would hang for good runs into this limit.
"""

from __future__ import annotations

from typing import Final

from pytestqt.qtbot import QtBot

PATIENCE_S: Final = 300.0
PATIENCE_MS: Final = round(PATIENCE_S * 1000)
_WAITING = ("waitUntil", "waitSignal", "waitSignals", "waitActive", "waitExposed", "waitCallback")


def pytest_configure() -> None:
    """Makes this the default of everything that waits for Qt, which is 5 s."""
    for name in _WAITING:
        getattr(QtBot, name).__kwdefaults__["timeout"] = PATIENCE_MS
