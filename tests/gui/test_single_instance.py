"""A second start finds the first window, and nobody else gets anything out of it."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from PySide6.QtCore import QTimer

from photofind.domain import PhotofindError
from photofind.gui import single_instance
from photofind.gui.instance_messages import (
    MOST_BYTES,
    BadMessageError,
    OpenFolders,
    Raise,
    folders_of,
    frame,
    message_for,
    read_frame,
)
from photofind.gui.single_instance import InstanceServer, SingleInstance
from photofind.worker.window_place import is_window_open

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

_SECOND_START = """
import sys
from pathlib import Path
from photofind.gui.single_instance import SingleInstance
taken = SingleInstance(Path(sys.argv[1])).take([Path(word) for word in sys.argv[2:]])
print("taken" if taken else "handed over")
"""
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has named pipes")


class _Window:
    """What a window hears."""

    def __init__(self, qtbot: QtBot, data: Path) -> None:
        self.instance = SingleInstance(data)
        assert self.instance.take([])
        self.server = InstanceServer(self.instance.address)
        self.raised = 0
        self.folders: list[Path] = []
        self.server.raised.connect(self._count)
        self.server.folders_brought.connect(self.folders.extend)
        self._qtbot = qtbot

    def _count(self) -> None:
        self.raised += 1

    def listen(self) -> None:
        self.server.listen()

    def start_again(self, data: Path, folders: list[Path]) -> str:
        """What a second start comes to. A process of its own: both ends in one would wait for
        each other."""
        process = subprocess.Popen(
            [sys.executable, "-c", _SECOND_START, data, *folders], stdout=subprocess.PIPE
        )
        self._qtbot.waitUntil(lambda: process.poll() is not None)
        with process:
            assert process.stdout is not None
            return process.stdout.read().decode().strip()

    def close(self) -> None:
        self.server.close()
        self.instance.leave()
        self.server.deleteLater()


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[_Window]:
    window = _Window(qtbot, tmp_path)
    yield window
    window.close()


def test_a_second_start_raises_the_window_and_brings_its_folders(
    window: _Window, tmp_path: Path
) -> None:
    window.listen()
    assert window.start_again(tmp_path, []) == "handed over"
    assert (window.raised, window.folders) == (1, [])
    folders = [Path("/photos/caf\udce9"), Path("/more")] if os.name != "nt" else [tmp_path]
    assert window.start_again(tmp_path, folders) == "handed over"
    assert (window.raised, window.folders) == (2, folders)


def test_a_window_that_is_just_opening_is_waited_for(window: _Window, tmp_path: Path) -> None:
    QTimer.singleShot(700, window.server, window.listen)
    assert window.start_again(tmp_path, []) == "handed over"


def test_another_data_folder_is_another_window(window: _Window, tmp_path: Path) -> None:
    other = SingleInstance(tmp_path / "other")
    assert other.address != window.instance.address
    assert other.take([])
    assert is_window_open(tmp_path / "other")
    other.leave()
    assert not is_window_open(tmp_path / "other")


def test_the_place_is_free_once_the_window_is_closed(qtbot: QtBot, tmp_path: Path) -> None:
    first = _Window(qtbot, tmp_path)
    first.listen()
    first.close()
    second = _Window(qtbot, tmp_path)
    second.listen()
    assert second.start_again(tmp_path, []) == "handed over"
    second.close()


@posix
def test_a_window_that_was_killed_is_in_nobodys_way(qtbot: QtBot, tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path;"
        "from photofind.gui.single_instance import InstanceServer, SingleInstance;"
        "from PySide6.QtCore import QCoreApplication; app = QCoreApplication([]);"
        "first = SingleInstance(Path(sys.argv[1])); assert first.take([]);"
        "server = InstanceServer(first.address); server.listen(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=False)
    assert not is_window_open(tmp_path)
    window = _Window(qtbot, tmp_path)
    assert Path(window.instance.address).exists()  # the dead one's socket
    assert is_window_open(tmp_path)
    window.listen()
    assert window.start_again(tmp_path, []) == "handed over"
    window.close()


def test_a_window_that_does_not_answer_is_said_to_be_so(window: _Window, tmp_path: Path) -> None:
    late = SingleInstance(tmp_path, patience_s=0.0)
    with pytest.raises(PhotofindError, match="open already, but doesn't answer"):
        late.take([])


@posix
def test_the_socket_is_the_users_alone(window: _Window) -> None:
    window.listen()
    assert stat.S_IMODE(Path(window.instance.address).stat().st_mode) & 0o077 == 0


@posix
def test_what_belongs_to_somebody_else_is_not_trusted(
    window: _Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.listen()
    monkeypatch.setattr(single_instance, "_is_ours", lambda _: False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single_instance.logger, "warning", lambda *_: None)
        assert SingleInstance(tmp_path).take([Path("/secret")])
    assert window.raised == 0


@posix
@pytest.mark.parametrize(
    "message",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        (MOST_BYTES + 1).to_bytes(4, "big"),
        (5).to_bytes(4, "big") + b"\xff" * 5,
        frame(Raise()) + b"and more",
        (len(raw := msgspec.msgpack.encode({"type": "Quit"}))).to_bytes(4, "big") + raw,
        frame(OpenFolders((b"relative",))),
    ],
    ids=["http", "oversized", "rubbish", "too much", "unknown command", "relative path"],
)
def test_a_hostile_message_is_dropped(qtbot: QtBot, window: _Window, message: bytes) -> None:
    window.listen()
    with socket.socket(socket.AF_UNIX) as guest:
        guest.connect(window.instance.address)
        guest.sendall(message)
        guest.setblocking(False)
        answers: list[bytes] = []

        def hung_up() -> bool:
            try:
                answers.append(guest.recv(10))
            except BlockingIOError:
                return False
            except ConnectionError:
                answers.append(b"")
            return answers[-1] == b""

        qtbot.waitUntil(hung_up)
    assert answers == [b""]
    assert (window.raised, window.folders) == (0, [])


@posix
def test_guests_who_say_nothing_do_not_keep_others_out(
    qtbot: QtBot, window: _Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "_GUEST_MS", 200)
    window.listen()
    silent = [socket.socket(socket.AF_UNIX) for _ in range(12)]
    try:
        for each in silent:
            each.connect(window.instance.address)
        assert window.start_again(tmp_path, []) == "handed over"
        assert window.raised == 1
    finally:
        for each in silent:
            each.close()


def test_messages_arrive_whole_or_not_at_all() -> None:
    message = message_for([Path("/a"), Path("/b")])
    whole = frame(message)
    assert [read_frame(whole[:n]) for n in range(len(whole))] == [None] * len(whole)
    assert read_frame(whole) == message
    assert folders_of(message) == [Path("/a"), Path("/b")]
    with pytest.raises(BadMessageError):
        frame(OpenFolders((b"/" + b"x" * MOST_BYTES,)))
