"""A test process that grows too large fails the test in which it does.

The suite runs on small machines beside other programs, with one such process for each core.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT_MB = 1_500.0
_TIDIED_AFTER_MB = 60.0
_PROPERTY = "peak_mb"
_SHOWN = 10

_last_peak = pytest.StashKey[float]()
_tidied = pytest.StashKey[float]()
"""MB in use after the memory was last given back."""
_peaks: dict[str, tuple[float, float]] = {}
"""By test: MB that the peak grew by, and the peak after it."""


def peak_mb() -> float:
    """The largest resident set, in MB of 10⁶ bytes, that this process ever had, or any process
    that it started and that has ended."""
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset / 1e6)
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.exists():  # Linux, where ru_maxrss begins with the peak of whoever started a process
        text = status.read_text(encoding="ascii", errors="replace")
        own = int(text.partition("VmHWM:")[2].split()[0]) * 1024
    else:
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return max(own, children) / 1e6


def pytest_sessionstart(session: pytest.Session) -> None:
    session.config.stash[_last_peak] = peak_mb()
    session.config.stash[_tidied] = 0.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    before, peak = item.config.stash[_last_peak], peak_mb()
    item.config.stash[_last_peak] = peak
    _give_back(item.config)
    item.user_properties.append((_PROPERTY, (peak - before, peak)))
    if before <= _LIMIT_MB < peak:
        said = f"a test process took {peak:,.0f} MB of memory; {_LIMIT_MB:,.0f} MB are allowed"
        pytest.fail(said, pytrace=False)


def _give_back(config: pytest.Config) -> None:
    """Hands to the system what a test freed: glibc keeps it, between what others still hold, and
    a process that has run thousands of tests would be measured instead of the test."""
    limit = config.stash[_tidied] + _TIDIED_AFTER_MB
    if _resident_mb() < limit:
        return
    _trim()
    if _resident_mb() >= limit:  # only then, since it takes the better part of a second
        gc.collect()
        _trim()
        config.stash[_tidied] = _resident_mb()


def _resident_mb() -> float:
    return float(psutil.Process().memory_info().rss / 1e6)


def _trim() -> None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # glibc alone has it
        trim(0)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        for name, value in report.user_properties:
            if name == _PROPERTY:
                assert isinstance(value, list | tuple)  # a list from another process
                grown, peak = value
                _peaks[report.nodeid] = (float(grown), float(peak))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tells the largest process; with -v, also which tests made processes grow most."""
    if not _peaks:
        return
    largest = max(peak for _grown, peak in _peaks.values())
    terminalreporter.write_line(f"largest test process: {largest:,.0f} MB")
    if terminalreporter.config.getoption("verbose") > 0:
        for nodeid, (grown, peak) in sorted(_peaks.items(), key=lambda e: -e[1][0])[:_SHOWN]:
            terminalreporter.write_line(f"  +{grown:,.0f} MB to {peak:,.0f} MB: {nodeid}")
