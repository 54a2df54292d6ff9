"""Where tests find the repository, the scripts of packaging/ and the real photos."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]

# The scripts of packaging/ import each other as siblings, and so do their tests. It is no package:
# that would shadow the library of the same name.
sys.path.append(str(REPO_ROOT / "packaging"))


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
