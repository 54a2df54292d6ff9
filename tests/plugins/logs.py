"""A WARNING in the log fails the test, unless the test says that it expects it."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = "expects_log"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(pattern, ...): records of level WARNING and above that match one of these"
        " regular expressions are expected; each pattern must match at least once",
    )


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    patterns = [pattern for marker in request.node.iter_markers(_MARKER) for pattern in marker.args]
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    collector = _Collector()
    root.addHandler(collector)
    yield
    root.removeHandler(collector)
    # What a program under test set up must not reach the next test.
    root.setLevel(level)
    for handler in [handler for handler in root.handlers if handler not in handlers]:
        root.removeHandler(handler)
        handler.close()
    unexpected = [
        message
        for message in collector.messages
        if not any(re.search(pattern, message) for pattern in patterns)
    ]
    if unexpected:
        pytest.fail("unexpected log records:\n" + "\n".join(unexpected))
    absent = [
        pattern
        for pattern in patterns
        if not any(re.search(pattern, message) for message in collector.messages)
    ]
    if absent:
        pytest.fail(f"expected log records did not come: {absent}")
