"""The scripts of packaging/ import each other as siblings; so do their tests."""

from __future__ import annotations

import sys

from tests.plugins.places import REPO_ROOT

sys.path.append(str(REPO_ROOT / "packaging"))
