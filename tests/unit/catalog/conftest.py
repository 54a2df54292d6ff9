from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.paths import AppFolders, app_folders
from tests.unit.catalog.library import Library, check_catalog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    """A data folder that doesn't exist yet."""
    return app_folders(tmp_path / "data")


@pytest.fixture
def library(folders: AppFolders, tmp_path: Path) -> Iterator[Library]:
    """An empty catalog with one root; what must always hold is checked after the test."""
    library = Library(folders, tmp_path / "photos")
    yield library
    library.close()
    check_catalog(folders.catalog)
