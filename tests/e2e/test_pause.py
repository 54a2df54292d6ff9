"""A pause is kept by whoever comes after: the next command, the next worker, the next window."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from photofind.worker.client import WorkerClient
from photofind.worker.messages import AddFolders, Event, Hello, Progress, SetPaused, path_to_wire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.program import Program

_PATIENCE_S = 60.0


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
        client.request(SetPaused(paused=True), _PATIENCE_S)
        client.send(AddFolders(paths=(path_to_wire(photos),)))
        first = next(event for event in heard if isinstance(event, Hello))
        os.kill(first.pid, signal.SIGKILL)
        # Another client resumes it: what this one said before must not pause it again.
        client.request(SetPaused(paused=False), _PATIENCE_S)
        hellos = [event for event in heard if isinstance(event, Hello)]
        assert [hello.paused for hello in hellos] == [False, True]
        assert "paused" in {event.activity for event in heard if isinstance(event, Progress)}
    finally:
        client.close()
