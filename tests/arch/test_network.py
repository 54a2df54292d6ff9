"""Nothing but photofind/network.py can reach another machine; one more module reaches a server on
this computer."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tests.plugins.places import REPO_ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

THE_ONE = "photofind/network.py"
THIS_COMPUTER = "photofind/describe/model_server.py"
"""Connects to loopback addresses alone, as its own tests show."""
CONNECTS = frozenset(
    {
        *("http.client", "urllib.request", "ssl", "ftplib", "smtplib", "xmlrpc", "asyncio"),
        *("requests", "httpx", "urllib3", "aiohttp", "huggingface_hub", "truststore"),
        "PySide6.QtWebEngineCore",
    }
)
LOCAL_SOCKETS = frozenset({THIS_COMPUTER, "photofind/worker/endpoint.py", "photofind/gui/app.py"})
"""Between photofind's own processes, and from a signal to the window's loop."""


QT_NETWORK = "PySide6.QtNetwork"
LOCAL_CLASSES = frozenset({f"{QT_NETWORK}.QLocalServer", f"{QT_NETWORK}.QLocalSocket"})
"""All that is used of it: sockets between processes of one computer."""


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def sources() -> dict[str, set[str]]:
    files = sorted((REPO_ROOT / "photofind").rglob("*.py"))
    return {path.relative_to(REPO_ROOT).as_posix(): set(imported(path)) for path in files}


def test_one_module_opens_connections() -> None:
    found = {
        name
        for name, modules in sources().items()
        if any(m == c or m.startswith(f"{c}.") for m in modules for c in CONNECTS)
    }
    assert found == {THE_ONE, THIS_COMPUTER}


def test_sockets_are_local_elsewhere() -> None:
    found = {name for name, modules in sources().items() if "socket" in modules}
    assert found - {THE_ONE} == LOCAL_SOCKETS


def test_of_qt_s_network_only_local_sockets_are_used() -> None:
    users = {
        name: {module for module in modules if module.startswith(QT_NETWORK)}
        for name, modules in sources().items()
    }
    found = {name: used for name, used in users.items() if used}
    assert found == {"photofind/gui/single_instance.py": {QT_NETWORK, *LOCAL_CLASSES}}
