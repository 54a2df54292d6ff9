"""Refuses every connection that would leave this machine.

The test process imports this file and calls `install()`. It also puts this file's folder on
PYTHONPATH, so that Python runs it at the start of every child process (the worker, the command
line). Attempts are written to the file that the environment variable LOG_VARIABLE names: a
program that swallows the error is still found out.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import sys

LOG_VARIABLE = "PHOTOFIND_TEST_NETWORK_LOG"
_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class NetworkBlockedError(OSError):
    """A connection to another machine was tried while the tests run."""


def install() -> None:
    """Blocks the network for the rest of this process: an audit hook can't be removed again."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _LOOKUPS:
        if _leaves_machine(arguments[0]):
            _report(f"a look-up of {arguments[0]!r}")
    elif event in _CONNECTIONS:
        connection, address = arguments
        assert isinstance(connection, socket.socket)
        # Without an address it goes where the socket was connected to before.
        if connection.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            host, port = address[:2]
            if _leaves_machine(host):
                _report(f"a connection to {host}:{port}")


def _leaves_machine(host: object) -> bool:
    """Whether an address or name (str or bytes) is not this machine itself."""
    if host is None:
        return False
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return True


def _report(what: str) -> None:
    if log := os.environ.get(LOG_VARIABLE):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 (runs in every child: cheap)
            file.write(f"{os.path.basename(sys.argv[0])}: {what}\n")  # noqa: PTH119
    raise NetworkBlockedError(f"tests run offline, but {what} was tried")


if __name__ == "sitecustomize":
    install()
