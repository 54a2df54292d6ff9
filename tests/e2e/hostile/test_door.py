"""What another process can do to the socket that the worker listens on, and a worker that
somebody stopped."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from multiprocessing.connection import Client, Connection
from typing import TYPE_CHECKING

import psutil
import pytest

from photofind.worker.endpoint import WorkerAddress, connect
from photofind.worker.messages import Rescan, encode
from tests.e2e.program import Program, watch
from tests.plugins.patience import PATIENCE_S
from tests.plugins.pictures import make_photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes instead")

_CROWD = 400
_MUTE = """
import socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print(flush=True)
kept = listener.accept()
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, WorkerAddress]]:
    """A library that `photofind index --watch` watches."""
    program = Program(tmp_path_factory.mktemp("watched") / "photofind")
    photos = tmp_path_factory.mktemp("photos")
    make_photo(photos / "a.jpg")
    command, address = watch(program, photos)
    yield program, address
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=PATIENCE_S)


@pytest.fixture
def program(watching: tuple[Program, WorkerAddress]) -> Program:
    return watching[0]


@pytest.fixture
def door(watching: tuple[Program, WorkerAddress]) -> WorkerAddress:
    """Where its worker listens."""
    return watching[1]


def test_a_crowd_that_never_shows_a_key_keeps_nobody_out(
    program: Program, door: WorkerAddress
) -> None:
    crowd = [Client(door.address) for _ in range(_CROWD)]
    try:
        assert program.document("pause") == {"paused": True}
        assert program.document("resume") == {"paused": False}
        assert psutil.Process(door.pid).num_threads() < _CROWD / 2
    finally:
        for each in crowd:
            each.close()


@pytest.mark.parametrize("said", [b"", b"\x00", b"\x7f\xff\xff\xff", b"\xff" * 12, b"\x00" * 64])
def test_odd_words_before_the_key_are_nobodys_trouble(
    program: Program, door: WorkerAddress, said: bytes
) -> None:
    with Client(door.address) as stranger:
        os.write(stranger.fileno(), said)
        assert program.document("pause") == {"paused": True}
        assert program.document("resume") == {"paused": False}


@pytest.mark.parametrize(
    "header", [struct.pack("!i", 0x7FFFFFFF), struct.pack("!iQ", -1, 3 << 30), b"\xff" * 12]
)
def test_a_message_that_is_too_long_is_not_taken(
    program: Program, door: WorkerAddress, header: bytes
) -> None:
    worker = psutil.Process(door.pid)
    before = worker.memory_info().rss
    with connect(door) as client:
        os.write(client.fileno(), header)
        assert _sends_until_hung_up(client, most=200 << 20) < 100 << 20
    assert worker.memory_info().rss - before < 100 << 20
    assert program.document("resume") == {"paused": False}


@pytest.mark.parametrize("said", [b"", b"\xc1", b"\x91" * 100_000, encode(Rescan())[:-1]])
def test_what_is_no_command_ends_that_connection_alone(
    program: Program, door: WorkerAddress, said: bytes
) -> None:
    with connect(door) as client:
        client.send_bytes(said)
        _hears_the_end(client)
    assert program.document("resume") == {"paused": False}


def test_clients_that_hang_up_leave_nothing_behind(program: Program, door: WorkerAddress) -> None:
    worker = psutil.Process(door.pid)
    assert program.document("resume") == {"paused": False}
    threads, files = worker.num_threads(), worker.num_fds()
    for number in range(_CROWD):
        with connect(door) as client:
            if number % 2:
                client.send_bytes(encode(Rescan()))
    # Each question is a connection, too: what goes on meanwhile has time to end.
    until = time.monotonic() + PATIENCE_S
    while worker.num_threads() > threads + 4 or worker.num_fds() > files + 4:
        assert time.monotonic() < until, "threads or files outlive their clients"
        with connect(door) as client:
            client.recv_bytes()


@pytest.mark.parametrize("words", [["pause"], ["index"], ["pause", "--json"], ["folders", "list"]])
def test_a_stopped_worker_is_named_and_needs_not_be_waited_for(
    program: Program, door: WorkerAddress, words: list[str]
) -> None:
    with _stopped(door.pid):
        if words == ["folders", "list"]:  # only reads
            assert program.run(*words).code == 0
            return
        command = program.start(*words)
        assert command.stderr is not None
        said = command.stderr.readline()
        assert f"process {door.pid}" in said
        assert "stopped" in said
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=PATIENCE_S)
        assert command.returncode == 130
        assert "Traceback" not in err
        if "--json" in words:
            assert '"interrupted"' in out
    assert program.document("resume") == {"paused": False}


def test_a_worker_that_is_stopped_at_work_is_named_too(data_dir: Path, photos: Path) -> None:
    command, address = watch(Program(data_dir), photos)
    assert command.stderr is not None
    worker = psutil.Process(address.pid)
    with _stopped(address.pid):
        said = command.stderr.readline()
        assert f"process {address.pid}" in said
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=PATIENCE_S)
    psutil.wait_procs([worker], timeout=PATIENCE_S)
    assert not worker.is_running(), "it is this command's own"


def test_a_socket_that_accepts_and_says_nothing_is_named(data_dir: Path, tmp_path: Path) -> None:
    """A forged address, or another program that took the worker's place."""
    program = Program(data_dir)
    place = str(tmp_path / "mute")
    mute = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _MUTE,
            place,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert mute.stdout is not None
        mute.stdout.readline()
        program.folders.ensure()
        program.folders.worker_address.write_text(
            f'{{"address": "{place}", "key": "00", "pid": {mute.pid}}}'
        )
        command = program.start("pause")
        assert command.stderr is not None
        assert f"process {mute.pid}" in command.stderr.readline()
        command.send_signal(signal.SIGINT)
        command.communicate(timeout=PATIENCE_S)
        assert command.returncode == 130
    finally:
        mute.communicate()


@contextmanager
def _stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGCONT)


def _sends_until_hung_up(client: Connection, most: int) -> int:
    sent = 0
    piece = bytes(1 << 20)
    try:
        while sent < most:
            sent += os.write(client.fileno(), piece)
    except OSError:
        return sent
    return sent


def _hears_the_end(client: Connection) -> None:
    try:
        while True:
            client.recv_bytes()
    except (EOFError, OSError):
        return
