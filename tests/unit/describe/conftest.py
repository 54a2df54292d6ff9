from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from photofind.paths import app_folders
from tests.unit.catalog.library import check_catalog
from tests.unit.describe.made_up import Desk, ModelShelf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def shelf() -> ModelShelf:
    return ModelShelf()


@pytest.fixture
def desk(tmp_path: Path, shelf: ModelShelf) -> Iterator[Desk]:
    """A describer that was not started yet; the catalog is checked after the test."""
    folders = app_folders(tmp_path / "data")
    desk = Desk(folders, tmp_path / "photos", shelf)
    yield desk
    desk.close()
    check_catalog(folders.catalog)
