"""Starting photofind twice raises the first window and hands it the folders."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.reader import CatalogReader
from tests.e2e.program import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_second_start_hands_its_folders_over(program: Program, photos: Path) -> None:
    window = program.start()
    try:
        # It comes back at once, and not because another window was closed.
        second = program.run(photos)
        assert (second.code, second.err) == (0, "")
        assert window.poll() is None
        # The command attaches to the window's worker, and is answered when that is done.
        assert program.document("index")["failed"] == 0
        with CatalogReader(program.folders) as reader:
            assert [folder.path for folder in reader.folders()] == [photos]
    finally:
        window.send_signal(signal.SIGTERM)
        window.communicate(timeout=PATIENCE_S)
    assert window.returncode == 0
