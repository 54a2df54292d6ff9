"""a look-up of '192.0.2.1'"""

import subprocess
import sys


def test() -> None:
    dial = "import socket; socket.create_connection(('192.0.2.1', 82))"
    subprocess.run([sys.executable, "-c", dial])
