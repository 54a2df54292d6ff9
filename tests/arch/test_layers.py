"""The contracts between the layers, as import-linter checks them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main()"


def test_every_module_imports_only_from_the_layers_below(repo_root: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-cache", "--no-logo"],
        cwd=repo_root,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
