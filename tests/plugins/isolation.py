"""Keeps tests away from the files, settings and screen of whoever runs them."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Before anything can import Qt: no test needs a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


# A shell ignores it for what it runs in the background, and every program started here would too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _private_places(home: Path) -> dict[str, str]:
    """The environment that makes `home` the only place a program writes to."""
    runtime = home / "run"
    # Qt refuses a runtime folder that others can read.
    runtime.mkdir(mode=0o700)
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "APPDATA": str(home / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(home / "AppData" / "Local"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_RUNTIME_DIR": str(runtime),
        "PHOTOFIND_DATA_DIR": str(home / "photofind"),
    }


@pytest.fixture(scope="session", autouse=True)
def _session_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Covers fixtures that live longer than one test."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _private_places(tmp_path_factory.mktemp("session")).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(autouse=True)
def home_dir(
    _session_places: None,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """An empty home folder of this test's own, outside its `tmp_path`."""
    home = tmp_path_factory.mktemp("home")
    for name, value in _private_places(home).items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture
def data_dir(home_dir: Path) -> Path:
    """Where photofind keeps all its state in this test (PHOTOFIND_DATA_DIR); not made yet."""
    return home_dir / "photofind"
