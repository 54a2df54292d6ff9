"""What a client says of a command to the worker that comes after one that died."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from photofind.paths import app_folders
from photofind.worker.client import WorkerClient
from photofind.worker.messages import RetryProblems, decode_command

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class Line:
    """A connection that remembers."""

    def __init__(self) -> None:
        self.commands: list[Any] = []

    def send_bytes(self, data: bytes) -> None:
        self.commands.append(decode_command(data))


def test_only_what_a_worker_has_had_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person may press "try again" while there is no worker: the next one hears it first."""
    client = WorkerClient(app_folders(tmp_path), lambda _: None, back_off_s=0.0)
    lines = [Line(), Line()]
    waiting = iter(lines)
    monkeypatch.setattr(client, "_attach_or_launch", lambda: next(waiting))
    client.send(RetryProblems())
    for _ in lines:
        assert client._reconnect()
    told = [line.commands for line in lines]
    ((first,), (second,)) = told
    assert isinstance(first, RetryProblems)
    assert not first.resent
    assert second == msgspec.structs.replace(first, resent=True)
