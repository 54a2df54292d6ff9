"""lost process"""

import subprocess
import sys

keep: list[subprocess.Popen[bytes]] = []


def test() -> None:
    command = [sys.executable, "-c", "input('lost process')"]
    keep.append(subprocess.Popen(command, stdin=subprocess.PIPE))
