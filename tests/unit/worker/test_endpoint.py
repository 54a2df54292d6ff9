"""Finding the worker, and keeping everybody else out."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import msgspec
import pytest

from photofind.atomic_files import replace_file
from photofind.worker.endpoint import (
    WorkerAddress,
    connect,
    find_address,
    hang_up,
    listen,
    publish,
    remove_socket,
    shake_hands,
    withdraw,
)
from tests.plugins.patience import PATIENCE_S

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has named pipes instead")


def test_who_knows_the_key_gets_in_and_who_does_not_stays_out() -> None:
    listener, address = listen()
    outcomes: list[object] = []

    def accept_twice() -> None:
        for _ in range(2):
            try:
                with listener.accept() as connection:
                    shake_hands(connection, address.key, PATIENCE_S)
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
        thread.join(PATIENCE_S)
    listener.close()
    remove_socket(address)
    assert outcomes == [AuthenticationError, b"hello"]


def test_who_says_nothing_is_hung_up_on() -> None:
    listener, address = listen()
    outcomes: list[BaseException] = []

    def accept() -> None:
        with listener.accept() as connection:
            try:
                shake_hands(connection, address.key, 0.01)
            except (EOFError, OSError) as error:
                outcomes.append(error)

    thread = threading.Thread(target=accept)
    thread.start()
    with Client(address.address) as silent:
        thread.join(PATIENCE_S)
        assert silent.recv_bytes().startswith(b"#CHALLENGE#")
        with pytest.raises((EOFError, OSError)):
            silent.recv_bytes()
    assert len(outcomes) == 1
    listener.close()
    remove_socket(address)


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


@posix_only
def test_a_forged_address_removes_nothing_of_a_persons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is called like ours, at the place where ours are."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "photofind-holidays"
    folder.mkdir()
    for name in ("worker", "diary.txt"):
        (folder / name).write_bytes(b"precious")
    remove_socket(WorkerAddress(str(folder / "worker"), "", 1))
    assert {each.name for each in folder.iterdir()} == {"worker", "diary.txt"}
    (tmp_path / "photofind-link").symlink_to(folder)
    remove_socket(WorkerAddress(str(tmp_path / "photofind-link" / "worker"), "", 1))
    assert (folder / "worker").exists()


@posix_only
@pytest.mark.parametrize("forged", ["fifo", "link", "writable", "long"])
def test_an_address_that_others_may_have_written_is_none(tmp_path: Path, forged: str) -> None:
    address = WorkerAddress("/tmp/photofind-x/worker", "key", 1)
    published, real = tmp_path / "worker.json", tmp_path / "real"
    replace_file(real, msgspec.json.encode(address))
    assert find_address(real) == address
    if forged == "fifo":
        os.mkfifo(published)
    elif forged == "link":
        published.symlink_to(real)
    else:
        published.write_bytes(real.read_bytes() + (b" " * 5_000 if forged == "long" else b""))
        published.chmod(0o666 if forged == "writable" else 0o600)
    assert find_address(published) is None


def test_hanging_up_ends_a_read_in_another_thread() -> None:
    listener, address = listen()
    accepted = []

    def accept() -> None:
        accepted.append(listener.accept())
        shake_hands(accepted[0], address.key, PATIENCE_S)

    thread = threading.Thread(target=accept)
    thread.start()
    client = connect(address)
    thread.join(PATIENCE_S)
    ended = threading.Event()

    def read() -> None:
        try:
            client.recv_bytes()
        except (EOFError, OSError):
            ended.set()

    reader = threading.Thread(target=read)
    reader.start()
    hang_up(client)
    assert ended.wait(PATIENCE_S)
    reader.join(PATIENCE_S)
    client.close()
    hang_up(client)  # twice does no harm
    accepted[0].close()
    listener.close()
    remove_socket(address)
