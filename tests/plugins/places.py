"""Where tests find the repository and the real photos."""

from __future__ import annotations

from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The checkout's top folder."""
    return REPO_ROOT


@pytest.fixture(scope="session")
def fixtures_dir() -> Path:
    """The folder of freely licensed real photos, which is no part of the project."""
    folder = REPO_ROOT.parent / "shared" / "fixtures"
    if not folder.is_dir():
        pytest.skip("needs the real photos of ../shared/fixtures, which are not on this machine")
    return folder
