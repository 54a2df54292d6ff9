"""Finding the worker, and keeping everybody else out."""

from __future__ import annotations

import stat
import sys
import threading
from multiprocessing import AuthenticationError
from pathlib import Path

import pytest

from photofind.worker.endpoint import (
    WorkerAddress,
    connect,
    find_address,
    hang_up,
    listen,
    publish,
    remove_socket,
    withdraw,
)

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes instead")


def test_who_knows_the_key_gets_in_and_who_does_not_stays_out() -> None:
    listener, address = listen()
    outcomes: list[object] = []

    def accept_twice() -> None:
        for _ in range(2):
            try:
                with listener.accept() as connection:
                    outcomes.append(connection.recv_bytes())
            except AuthenticationError as error:
                outcomes.append(type(error))

    thread = threading.Thread(target=accept_twice)
    thread.start()
    wrong = WorkerAddress(address.address, "00" * 32, address.pid)
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        connect(wrong)
    with connect(address) as connection:
        connection.send_bytes(b"hello")
        thread.join(10)
    listener.close()
    remove_socket(address)
    assert outcomes == [AuthenticationError, b"hello"]


@posix_only
def test_only_the_owner_may_reach_the_socket_and_read_the_key(tmp_path: Path) -> None:
    listener, address = listen()
    folder = Path(address.address).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    published = tmp_path / "worker.json"
    publish(published, address)
    assert stat.S_IMODE(published.stat().st_mode) == 0o600
    assert find_address(published) == address
    listener.close()
    withdraw(published, address)
    assert not published.exists()
    assert not folder.exists()


@posix_only
def test_a_killed_workers_socket_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    published = tmp_path / "worker.json"
    dead_listener, dead = listen()
    publish(published, dead)
    dead_listener.close()
    listener, address = listen()
    publish(published, address)
    assert not Path(dead.address).parent.exists()
    assert find_address(published) == address
    withdraw(published, dead)  # late, by the one that was replaced: takes nothing away
    assert find_address(published) == address
    listener.close()
    withdraw(published, address)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"address": 1}', b"\xff\xfe"])
def test_nonsense_is_no_address(tmp_path: Path, content: bytes) -> None:
    published = tmp_path / "worker.json"
    published.write_bytes(content)
    assert find_address(published) is None


@posix_only
def test_a_folder_that_is_not_ours_is_never_removed(tmp_path: Path) -> None:
    folder = tmp_path / "precious"
    folder.mkdir()
    remove_socket(WorkerAddress(str(folder / "worker"), "", 1))
    assert folder.exists()


def test_hanging_up_ends_a_read_in_another_thread() -> None:
    listener, address = listen()
    accepted = []
    thread = threading.Thread(target=lambda: accepted.append(listener.accept()))
    thread.start()
    client = connect(address)
    thread.join(10)
    ended = threading.Event()

    def read() -> None:
        try:
            client.recv_bytes()
        except (EOFError, OSError):
            ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    hang_up(client)
    assert ended.wait(10)
    reader.join(10)
    client.close()
    hang_up(client)  # twice does no harm
    accepted[0].close()
    listener.close()
    remove_socket(address)
