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
from typing import Any

LOG_VARIABLE = "PHOTOFIND_TEST_NETWORK_LOG"


class NetworkBlockedError(OSError):
    """A connection to another machine was tried while the tests run."""


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


def _refuse(what: str) -> None:
    if log := os.environ.get(LOG_VARIABLE):
        with open(log, "a", encoding="utf-8") as file:  # noqa: PTH123 (runs in every child: cheap)
            file.write(f"{os.path.basename(sys.argv[0])}: {what}\n")  # noqa: PTH119
    raise NetworkBlockedError(f"tests run offline, but {what} was tried")


def _check_address(family: int, address: object) -> None:
    if family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
        return
    if _leaves_machine(address[0]):
        _refuse(f"a connection to {address[0]}:{address[1]}")


def install() -> None:
    """Replaces the socket functions that reach other machines."""
    plain_connect = socket.socket.connect
    plain_connect_ex = socket.socket.connect_ex
    plain_sendto = socket.socket.sendto
    plain_getaddrinfo = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _check_address(self.family, address)
        plain_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check_address(self.family, address)
        return plain_connect_ex(self, address)

    def sendto(self: socket.socket, data: Any, *arguments: Any) -> int:
        _check_address(self.family, arguments[-1])
        return plain_sendto(self, data, *arguments)

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        if _leaves_machine(host):
            _refuse(f"a look-up of {host!r}")
        return plain_getaddrinfo(host, *arguments, **options)

    replacements = {"connect": connect, "connect_ex": connect_ex, "sendto": sendto}
    for name, function in replacements.items():
        setattr(socket.socket, name, function)
    socket.getaddrinfo = getaddrinfo


if __name__ == "sitecustomize":
    install()
