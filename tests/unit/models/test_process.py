"""The installing process, with a hub on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from photofind.domain import PhotofindError
from photofind.inference import registry_clip
from photofind.models.messages import InstallNotice, InstallProgress
from photofind.models.process import Installation
from photofind.models.tasks import Download
from photofind.paths import OFFLINE_VARIABLE
from tests.plugins.patience import PATIENCE_S

if TYPE_CHECKING:
    from pathlib import Path

    from photofind.paths import AppFolders
    from tests.plugins.local_hub import LocalHub

SPEC = registry_clip.TINYCLIP_40M
"""Its sha256 is not established: it takes what the hub vouches for."""
KEY = SPEC.key


@pytest.fixture
def nonsense(local_hub: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalHub:
    """A hub that vouches for a checkpoint that is none: enough for all but the last steps."""
    content = tmp_path / "model.safetensors"
    content.write_bytes(bytes(3_000_000))
    local_hub.add(SPEC.source, SPEC.revision, "model.safetensors", content)
    monkeypatch.setenv("HF_ENDPOINT", local_hub.endpoint)
    return local_hub


def left_behind(folders: AppFolders) -> list[str]:
    return sorted(
        path.relative_to(folders.models).as_posix()
        for path in folders.models.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    )


def test_what_goes_wrong_is_told(folders: AppFolders, nonsense: LocalHub) -> None:
    heard: list[InstallProgress | InstallNotice] = []
    with pytest.raises(PhotofindError, match="is damaged or not a model") as caught:
        Installation(folders, Download(KEY)).run(heard.append)
    assert caught.value.code == "model_incompatible"
    steps = list(dict.fromkeys(said.step for said in heard if isinstance(said, InstallProgress)))
    assert steps == ["asking", "downloading", "verifying"]
    assert nonsense.requests


def test_it_can_be_cancelled_half_way(folders: AppFolders, nonsense: LocalHub) -> None:
    nonsense.pause = threading.Event()
    installation = Installation(folders, Download(KEY))

    def cancel(said: InstallProgress | InstallNotice) -> None:
        if isinstance(said, InstallProgress) and said.done:
            installation.cancel()

    with pytest.raises(PhotofindError, match=r"Stopped\. .* continues from there") as caught:
        installation.run(cancel)
    nonsense.pause.set()
    assert caught.value.code == "cancelled"
    (part,) = left_behind(folders)
    assert part.endswith("model.safetensors.part")


def test_one_that_was_cancelled_before_does_not_begin(
    folders: AppFolders, nonsense: LocalHub
) -> None:
    installation = Installation(folders, Download(KEY))
    installation.cancel()
    with pytest.raises(PhotofindError, match="Stopped"):
        installation.run(lambda _: None)
    assert nonsense.requests == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_that_dies_leaves_nothing_half_done(
    folders: AppFolders, nonsense: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def note(*words: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(popen(*words, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", note)
    work = folders.models / f".{KEY}.partial"

    def kill(said: InstallProgress | InstallNotice) -> None:
        work.mkdir(exist_ok=True)  # as if it had begun to bind
        os.kill(started[0].pid, signal.SIGKILL)

    with pytest.raises(PhotofindError, match="ended unexpectedly") as caught:
        Installation(folders, Download(KEY)).run(kill)
    assert caught.value.code == "model_died"
    assert not work.exists()


def test_it_ends_when_whoever_started_it_has_gone(folders: AppFolders, nonsense: LocalHub) -> None:
    nonsense.pause = threading.Event()
    command = Installation(folders, Download(KEY))._command
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        assert nonsense.reached_pause.wait(PATIENCE_S)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 2
    nonsense.pause.set()


def test_it_ends_in_order_while_it_is_still_listened_to(
    folders: AppFolders, nonsense: LocalHub
) -> None:
    command = Installation(folders, Download(KEY))._command
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"model_incompatible" in process.stdout.read()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE_S) == 1


@pytest.mark.parametrize("variable", [OFFLINE_VARIABLE, "HF_HUB_OFFLINE"])
def test_the_environment_forbids_the_network(
    folders: AppFolders, nonsense: LocalHub, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(PhotofindError, match=f"Nothing is downloaded: .*{variable}") as caught:
        Installation(folders, Download(KEY)).run(lambda _: None)
    assert caught.value.code == "network_forbidden"
    assert nonsense.requests == []


@pytest.mark.parametrize("chosen", [True, False])
def test_what_the_person_chose_last_precedes_the_settings_file(
    folders: AppFolders, nonsense: LocalHub, chosen: bool
) -> None:
    """No worker can be started that would write it down."""
    folders.ensure()
    folders.settings.write_text(json.dumps({"offline": not chosen}))
    with pytest.raises(PhotofindError) as caught:
        Installation(folders, Download(KEY, offline=chosen)).run(lambda _: None)
    assert caught.value.code == ("network_forbidden" if chosen else "model_incompatible")
    assert (nonsense.requests == []) is chosen


def test_the_settings_forbid_the_network(folders: AppFolders, nonsense: LocalHub) -> None:
    folders.ensure()
    folders.settings.write_text('{"offline": true}')
    with pytest.raises(
        PhotofindError,
        match="“Never go online” is switched on in photofind's window, under Models…",
    ):
        Installation(folders, Download(KEY)).run(lambda _: None)
    assert nonsense.requests == []
