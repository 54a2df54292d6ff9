"""The suite's own safety net: each check must fail for what it is there to catch."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugins.offline_site.sitecustomize import NetworkBlockedError
from tests.plugins.places import REPO_ROOT

# TEST-NET-1 (RFC 5737): never anybody's address.
ELSEWHERE = ("192.0.2.1", 80)
DIAL = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"

PLUGINS = ("places", "isolation", "network", "logs", "leaks", "widgets")
PLUGIN_OPTIONS = [word for name in PLUGINS for word in ("-p", f"tests.plugins.{name}")]

INI = ["-o", "filterwarnings=error", "-o", "qt_log_level_fail=WARNING"]


def run_suite(folder: Path, body: str) -> str:
    """Runs a test file of its own under the same plugins; returns what pytest printed."""
    test_file = folder / "test_inner.py"
    test_file.write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", *PLUGIN_OPTIONS, "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, f"--rootdir={folder}", "-c", os.devnull, *INI, str(test_file)],
        cwd=REPO_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
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


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        pytest.param(
            "import logging\ndef test(): logging.getLogger('x').warning('hot')",
            "WARNING x: hot",
            id="log",
        ),
        pytest.param(
            "import pytest\n@pytest.mark.expects_log('cold')\ndef test(): pass",
            "did not come: ['cold']",
            id="absent-log",
        ),
        pytest.param(
            "import threading, tests.plugins.leaks as leaks\n"
            "leaks._GRACE_S = 0.1\n"
            "def test(): threading.Thread(target=threading.Event().wait, daemon=True).start()",
            "threads still running",
            id="thread",
        ),
        pytest.param(
            "import subprocess, sys, tests.plugins.leaks as leaks\n"
            "leaks._GRACE_S = 0.1\n"
            "keep = []\n"
            "def test(): keep.append(subprocess.Popen([sys.executable, '-c', 'input()'],"
            " stdin=subprocess.PIPE))",
            "processes still running",
            id="process",
        ),
        pytest.param(
            "import contextlib, socket\n"
            "def test():\n"
            "    with contextlib.suppress(OSError), socket.socket() as connection:\n"
            f"        connection.connect({ELSEWHERE})",
            "tried to reach the network",
            id="swallowed-connection",
        ),
        pytest.param(
            f"import subprocess, sys\ndef test(): subprocess.run([sys.executable, '-c', {DIAL!r}])",
            "tried to reach the network",
            id="connection-of-a-child",
        ),
        pytest.param(
            "from PySide6.QtWidgets import QWidget\n"
            "keep = []\n"
            "def test(qapp): keep.append(QWidget())",
            "windows still there",
            id="widget",
        ),
        pytest.param(
            "from PySide6.QtCore import qWarning\ndef test(qapp): qWarning('torn')",
            "torn",
            id="qt-message",
        ),
    ],
)
def test_what_is_left_behind_fails(tmp_path: Path, body: str, complaint: str) -> None:
    output = run_suite(tmp_path, body)
    assert complaint in output
    assert "1 passed, 1 error" in output or "1 failed" in output


@pytest.mark.skipif(sys.platform != "linux", reason="orphans can only be adopted on Linux")
def test_orphaned_grandchild_fails(tmp_path: Path) -> None:
    output = run_suite(
        tmp_path,
        "import subprocess, sys, tests.plugins.leaks as leaks\n"
        "leaks._GRACE_S = 0.1\n"
        "START = \"import subprocess, sys; subprocess.Popen([sys.executable, '-c',"
        " 'import threading; threading.Event().wait()'], start_new_session=True)\"\n"
        "def test(): subprocess.run([sys.executable, '-c', START])",
    )
    assert "processes still running" in output
