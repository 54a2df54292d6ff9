"""What the tests of the real program share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.drawn import COLOURS, draw
from tests.e2e.program import Program
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def program(data_dir: Path) -> Program:
    return Program(data_dir)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos."""
    folder = tmp_path / "photos"
    for seed in range(3):
        make_photo(folder / f"photo {seed}.jpg", seed=seed)
    return folder


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Path]:
    """An indexed folder of drawn pictures, for tests that only read."""
    folder = tmp_path_factory.mktemp("drawn")
    for name, colour in COLOURS.items():
        draw(folder / f"{name}.png", colour)
    program = Program(tmp_path_factory.mktemp("library"))
    assert program.run("index", folder).code == 0
    return program, folder
