"""a connection to 192.0.2.1:81"""

import contextlib
import socket


def test() -> None:
    with contextlib.suppress(OSError), socket.socket() as connection:
        connection.connect(("192.0.2.1", 81))
