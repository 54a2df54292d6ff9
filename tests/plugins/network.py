"""No test reaches another machine, and neither does any Python process it starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.plugins.offline_site import sitecustomize

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKER = "network_attempts"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}: the test tries to reach another machine on purpose; that is refused as ever,"
        " but doesn't fail the test",
    )
    sitecustomize.install()


@pytest.fixture(scope="session", autouse=True)
def _offline_children() -> Iterator[None]:
    """Child processes of Python run the same block at their start."""
    folders = [str(Path(sitecustomize.__file__).parent), os.environ.get("PYTHONPATH", "")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, folders)))
        yield


@pytest.fixture(autouse=True)
def network_log(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Path]:
    """The file that lists refused attempts; the test fails when there are any."""
    log = tmp_path_factory.getbasetemp() / "network-attempts.txt"
    log.unlink(missing_ok=True)
    monkeypatch.setenv(sitecustomize.LOG_VARIABLE, str(log))
    yield log
    if log.exists() and request.node.get_closest_marker(_MARKER) is None:
        pytest.fail(f"tried to reach the network:\n{log.read_text(encoding='utf-8')}")
