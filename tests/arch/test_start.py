"""What the window doesn't wait for when it starts."""

from __future__ import annotations

import subprocess
import sys

_SLOW = {
    "PIL": "decoders are imported by the thread that needs them",
    "http.client": "only a model server needs it",
    "onnxruntime": "the search thread imports it",
    "pathspec": "patterns are for scans, and for the dialog that takes one",
    "qtpy": "superqt creates every class of Qt",
    "sqlite_utils": "readers never migrate",
    "typer": "commands alone need it",
}
_IMPORT = "import sys, photofind.gui.app, photofind.gui.program; print(*sys.modules)"


def test_the_window_starts_without_what_it_needs_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, check=True, text=True
    )
    assert not {name: why for name, why in _SLOW.items() if name in done.stdout.split()}
