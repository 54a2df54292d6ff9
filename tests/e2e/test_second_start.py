"""Starting photofind twice raises the first window and hands it the folders."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from photofind.catalog.folders import read_folders
from photofind.catalog.reader import CatalogReader
from photofind.gui.single_instance import SingleInstance
from tests.plugins.catalog import read
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.e2e.program import Program


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_second_start_hands_its_folders_over(program: Program, photos: Path) -> None:
    window = program.start()
    try:
        _wait_for_place(program)  # of two that start at once, either may become the window
        # It comes back at once, and not because another window was closed.
        second = program.run(photos)
        assert (second.code, second.err) == (0, "")
        assert window.poll() is None
        _wait_for_folder(program)  # the window has it; its worker adds it a moment later
        # The command attaches to the window's worker, and is answered when that is done.
        assert program.document("index")["failed"] == 0
        with CatalogReader(program.folders) as reader:
            assert [folder.path for folder in read(reader, read_folders)] == [photos]
    finally:
        window.send_signal(signal.SIGTERM)
        window.communicate(timeout=PATIENCE_S)
    assert window.returncode == 0


def _wait_for_folder(program: Program) -> None:
    until = time.monotonic() + PATIENCE_S
    while not program.document("status")["folders"]:
        assert time.monotonic() < until, "the folder was not handed over"


def _wait_for_place(program: Program) -> None:
    """Until a window has the place of this data folder; asking for the status passes the time."""
    lock = Path(SingleInstance(program.folders.data).address + ".lock")
    until = time.monotonic() + PATIENCE_S
    while not lock.exists():
        assert time.monotonic() < until, "no window took its place"
        program.document("status")
