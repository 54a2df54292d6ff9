"""No worker outlives those who need it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from photofind.domain import PhotofindError
from photofind.paths import AppFolders, app_folders
from photofind.worker import launch
from photofind.worker.client import WorkerClient
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> AppFolders:
    return app_folders(tmp_path / "data")


def test_a_worker_does_not_outlive_a_killed_client(folders: AppFolders) -> None:
    script = (
        "import sys, pathlib\n"
        "from photofind.paths import app_folders\n"
        "from photofind.worker.client import WorkerClient\n"
        "from photofind.worker.messages import Hello\n"
        "def hear(event):\n"
        "    if isinstance(event, Hello): print(event.pid, flush=True)\n"
        "client = WorkerClient(app_folders(pathlib.Path(sys.argv[1])), hear)\n"
        "client.start()\n"
        "sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folders.data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        worker = psutil.Process(int(process.stdout.readline()))
        process.kill()
    assert psutil.wait_procs([worker], timeout=PATIENCE_S)[1] == []


def test_a_client_closed_while_it_starts_a_worker_leaves_none_behind(
    folders: AppFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    client = WorkerClient(folders, lambda _: None)

    def launch_and_close(chosen: AppFolders) -> subprocess.Popen[bytes]:
        started.append(launch.launch_worker(chosen))
        client.close()
        return started[0]

    monkeypatch.setattr("photofind.worker.client.launch_worker", launch_and_close)
    with pytest.raises(PhotofindError):
        client.start()
    assert started[0].poll() is not None
