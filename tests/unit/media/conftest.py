"""What the tests of pictures share."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def exiftool() -> Callable[..., None]:
    """Rewrites metadata in a file, in place."""
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("needs exiftool (Debian: libimage-exiftool-perl), which is not installed")

    def run(path: Path, *arguments: str) -> None:
        command = [program, "-q", "-q", "-m", "-overwrite_original", *arguments, str(path)]
        subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S)

    return run
