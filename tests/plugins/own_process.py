"""Tests that use PyTorch run in a process of their own, which ends with their module.

Once imported, PyTorch, transformers and what they bring keep most of a gigabyte for as long as the
process lives, and every test that came later would be measured with it. A module says so with
`pytestmark = pytest.mark.pytorch`; a test that imports PyTorch unsaid fails.
"""

from __future__ import annotations

import sys
from multiprocessing import get_context
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any

import pytest

from tests.plugins import module_process
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

_MARK = "pytorch"
_HEAVY = "torch"
_ANSWER_S = 4 * PATIENCE_S
"""Beyond the limit that pytest-timeout sets to a test, which stops it in its own process."""


class _ModuleProcess:
    """pytest in a process of its own, which runs tests of one module when it is told to."""

    def __init__(self, item: pytest.Item, basetemp: str) -> None:
        self.path = item.path
        self._connection, theirs = Pipe()
        self._process: BaseProcess = get_context("spawn").Process(
            target=module_process.serve, args=(theirs, [str(item.path), f"--basetemp={basetemp}"])
        )
        self._process.start()
        theirs.close()

    def run(self, item: pytest.Item, nextitem: pytest.Item | None) -> list[dict[str, Any]]:
        """The reports of one test; of a process that died, one that says so."""
        reports: list[dict[str, Any]] = []
        try:
            self._connection.send((item.nodeid, nextitem and nextitem.nodeid))
            while self._connection.poll(_ANSWER_S):
                answer = self._connection.recv()
                if answer is None:
                    return reports
                reports.append(answer)
            said = f"its process gave no answer for {_ANSWER_S:.0f} s"
        except (EOFError, OSError):
            self._process.join(PATIENCE_S)
            said = f"its process ended with exit code {self._process.exitcode}"
        self.close()
        return [*reports, _failure(item, said)]

    @property
    def is_alive(self) -> bool:
        return self._process.is_alive()

    def close(self) -> None:
        self._connection.close()  # which ends the process when it has cleared up
        self._process.join(PATIENCE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


def _failure(item: pytest.Item, said: str) -> dict[str, Any]:
    report = pytest.TestReport(
        item.nodeid, item.location, dict.fromkeys(item.keywords, 1), "failed", said, "call"
    )
    return dict(item.config.hook.pytest_report_to_serializable(config=item.config, report=report))


_running = pytest.StashKey[_ModuleProcess]()
_told = pytest.StashKey[bool]()


def _runs_elsewhere(item: pytest.Item) -> bool:
    stays = module_process.is_here or item.config.getoption("usepdb")
    return not stays and item.get_closest_marker(_MARK) is not None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not _runs_elsewhere(item):
        return None
    config = item.config
    process = config.stash.get(_running, None)
    if process is not None and process.path != item.path:
        process.close()
        process = None
    if process is None:
        factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]
        process = _ModuleProcess(item, str(factory.mktemp("own-process")))
        config.stash[_running] = process
    stays = nextitem is not None and nextitem.path == item.path and _runs_elsewhere(nextitem)
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for data in process.run(item, nextitem if stays else None):
        report = config.hook.pytest_report_from_serializable(config=config, data=data)
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    if not stays or not process.is_alive:
        process.close()
        del config.stash[_running]
    item.session._setupstate.teardown_exact(nextitem)  # what earlier tests share with this one
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A session that stops at its first failure leaves in the midst of a module."""
    if process := session.config.stash.get(_running, None):
        process.close()


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item) -> bool | None:
    """The other process has a timer of its own."""
    return True if _runs_elsewhere(item) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    stays = module_process.is_here or item.config.getoption("usepdb")
    if _HEAVY in sys.modules and not stays and not item.config.stash.get(_told, False):
        item.config.stash[_told] = True
        pytest.fail("this process has PyTorch now: mark the test as pytorch", pytrace=False)
