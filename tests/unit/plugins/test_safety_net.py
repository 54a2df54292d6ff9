"""The suite's own safety net: each check must fail for what it is there to catch."""

from __future__ import annotations

import ast
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.offline_site.sitecustomize import NetworkBlockedError
from tests.plugins.patience import PATIENCE_S
from tests.plugins.places import REPO_ROOT

# TEST-NET-1 (RFC 5737): never anybody's address.
ELSEWHERE = ("192.0.2.1", 80)
DIAL = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"

PLUGINS = ("places", "isolation", "network", "logs", "leaks", "memory", "own_process", "widgets")
PLUGIN_OPTIONS = [word for name in PLUGINS for word in ("-p", f"tests.plugins.{name}")]
INI = ["-o", "filterwarnings=error", "-o", "qt_log_level_fail=WARNING"]

OFFENCES = sorted((Path(__file__).parent / "offences").glob("*.py"))
"""Tests that leave something behind; the first line is what the complaint must mention."""


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest prints for the offences, under the plugins of this suite."""
    folder = tmp_path_factory.mktemp("offences")
    for file in OFFENCES:
        shutil.copy(file, folder / f"test_{file.name}")
    (folder / "conftest.py").write_text(
        "from tests.plugins import leaks, memory\n"
        "leaks._GRACE_S = 0.1\n"
        "memory._LIMIT_MB = memory.peak_mb() + 150\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", *PLUGIN_OPTIONS, "-p", "no:cacheprovider", "-rEf"]
    result = subprocess.run(
        [*command, f"--rootdir={folder}", "-c", os.devnull, *INI, str(folder)],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    return result.stdout + result.stderr


def test_home_and_data_are_private(home_dir: Path, data_dir: Path, tmp_path: Path) -> None:
    assert Path.home() == home_dir
    assert Path(os.environ["PHOTOFIND_DATA_DIR"]) == data_dir
    assert not list(home_dir.glob("*/*"))
    assert not home_dir.is_relative_to(tmp_path)


@pytest.mark.network_attempts
def test_connection_elsewhere_is_refused(network_log: Path) -> None:
    with pytest.raises(NetworkBlockedError), socket.socket() as connection:
        connection.connect(ELSEWHERE)
    with (
        pytest.raises(NetworkBlockedError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        sender.sendto(b"", ELSEWHERE)
    with pytest.raises(NetworkBlockedError):
        socket.getaddrinfo("example.invalid", 443)
    assert len(network_log.read_text().splitlines()) == 3


@pytest.mark.network_attempts
def test_child_process_is_offline_too(network_log: Path) -> None:
    result = subprocess.run([sys.executable, "-c", DIAL], capture_output=True, text=True)
    assert "NetworkBlockedError" in result.stderr
    assert "192.0.2.1" in network_log.read_text()


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1])) as client:
            client.sendall(b"x")
            accepted, _address = server.accept()
        with accepted:
            assert accepted.recv(1) == b"x"


@pytest.mark.expects_log("disk is almost full")
def test_expected_warning_passes() -> None:
    logging.getLogger("photofind.somewhere").warning("the disk is almost full")


@pytest.mark.parametrize("offence", OFFENCES, ids=lambda file: file.stem)
def test_what_is_left_behind_fails(complaints: str, offence: Path) -> None:
    if offence.stem == "orphan" and sys.platform != "linux":
        pytest.skip("orphaned processes can only be adopted on Linux")
    expected = ast.get_docstring(ast.parse(offence.read_text(encoding="utf-8")))
    assert expected
    failed = rf"^(ERROR|FAILED) .*\btest_{offence.stem}\.py::test\b.*$"
    assert re.search(failed, complaints, re.MULTILINE), complaints
    assert expected in complaints
