"""From the first page to a found photo, with the real worker process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from photofind.domain import WorkProgress
    from photofind.paths import AppFolders
    from tests.gui.driver import Driver, IndexedPhotos


def test_from_the_first_page_to_a_found_photo_and_out_again(
    open_window: Callable[..., Driver], empty_folders: AppFolders, indexed: IndexedPhotos
) -> None:
    window = open_window(empty_folders, worker=True, chosen_folder=indexed.photos)
    window.until(lambda: window.window.shows_first_run)
    window.press(Qt.Key.Key_Return)
    window.wait_rows(indexed.count)
    window.until(lambda: window.window.status_line.text == f"{indexed.count} photos")
    window.search("a cat")
    window.wait_pictures()
    assert window.names()[0] == "chelsea.jpg"
    window.window.show_folders(True)
    window.click(window.button(window.window.folders_panel, "Remove photos from photofind"))
    window.until(lambda: window.window.shows_first_run)


def test_a_paused_worker_indexes_nothing_until_it_is_resumed(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    for number in range(12):
        make_photo(photos / f"{number}.jpg", seed=number)
    window = open_window(empty_folders, worker=True)
    window.until(lambda: window.window.shows_first_run)
    heard: list[WorkProgress] = []
    window.program.link.progressed.connect(heard.append)
    window.program.settings_store.choose_now(paused=True)
    window.until(lambda: heard[-1:] != [] and heard[-1].activity == "paused")
    window.program.folders.add_folders([photos])
    window.until(lambda: heard[-1].total == 12)
    assert window.window.status_line.text.startswith("Paused")
    assert window.model.rowCount() == 0
    window.click(window.button(window.window.status_line, "Resume indexing"))
    window.wait_rows(12)


def test_a_folder_that_is_not_there_is_answered_with_a_sentence(
    open_window: Callable[..., Driver], empty_folders: AppFolders, tmp_path: Path
) -> None:
    window = open_window(empty_folders, worker=True, add=[tmp_path / "gone"])
    window.until(window.window.banner.isVisible)
    assert "gone" in window.window.banner.text
    window.until(lambda: window.window.shows_first_run)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_program_in_order(
    data_dir: Path, indexed: IndexedPhotos, number: signal.Signals
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "photofind", "--data-dir", data_dir, indexed.photos],
        stderr=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    with program:
        log = data_dir / "logs" / "worker.log"
        _wait_for(log, program)
        program.send_signal(number)
        _, errors = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 0
    assert b"Traceback" not in errors
    assert (data_dir / "config" / "settings.json").exists(), "closed in order"


def _wait_for(file: Path, program: subprocess.Popen[bytes]) -> None:
    """Until the program has got so far, or has ended."""
    while not file.exists():
        try:
            program.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        return
