"""A pause is kept by whoever comes after: the next command, the next worker, the next window."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, ChangeSettings, Event, Hello, IndexingProgress
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program


def test_a_script_is_told_that_indexing_is_paused(program: Program, photos: Path) -> None:
    assert program.document("pause") == {"paused": True}
    assert program.error("index", photos, code=1) == "paused"
    status = program.document("status")
    assert status["paused"]
    assert status["folders"] == []  # nothing was begun
    assert program.document("resume") == {"paused": False}
    assert program.document("index", photos)["new"] == 3


@pytest.mark.expects_log("the worker died")
def test_a_worker_that_dies_while_paused_stays_paused(program: Program, photos: Path) -> None:
    heard: list[Event] = []
    client = WorkerClient(program.folders, heard.append, back_off_s=0.01)
    client.start()
    try:
        client.request(ChangeSettings(changes={"paused": True}), PATIENCE_S)
        client.send(AddFolders(paths=(photos,)))
        first = next(event for event in heard if isinstance(event, Hello))
        os.kill(first.pid, signal.SIGKILL)
        # Another client resumes it: what this one said before must not pause it again.
        client.request(ChangeSettings(changes={"paused": False}), PATIENCE_S)
        hellos = [event for event in heard if isinstance(event, Hello)]
        assert [hello.settings.paused for hello in hellos] == [False, True]
        assert "paused" in {
            event.progress.activity for event in heard if isinstance(event, IndexingProgress)
        }
    finally:
        client.close()
