"""A hub on this machine, and a folder to put models into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.models.hub import Hub
from photofind.network import Network
from photofind.paths import AppFolders, app_folders
from tests.plugins.local_hub import LocalHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def local_hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


@pytest.fixture
def hub(local_hub: LocalHub) -> Hub:
    return Hub(Network(), local_hub.endpoint)


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")
