"""The far side of `own_process`: runs one module's tests, each when it is asked for.

Imports no plugin, so that pytest is the first to import them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

is_here = False
"""Whether this process was started for one module."""


def serve(connection: Connection, arguments: list[str]) -> None:
    """Runs pytest; what is received are pairs of node ids, of a test and of the one after it.

    Sends the reports of each test, then None.
    """
    global is_here
    is_here = True
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # reports are printed elsewhere
    pytest.main(["-q", *arguments], plugins=[_Served(connection)])


class _Served:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        while True:
            try:
                nodeid, following = self._connection.recv()
            except EOFError:
                return True
            item, nextitem = items[nodeid], items.get(following)
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            self._connection.send(None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        as_data = self._config.hook.pytest_report_to_serializable
        self._connection.send(as_data(config=self._config, report=report))
