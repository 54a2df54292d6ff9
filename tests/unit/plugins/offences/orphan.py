"""lost orphan"""

import subprocess
import sys

WAIT = "import threading; threading.Event().wait(), 'lost orphan'"
START = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAIT!r}])"


def test() -> None:
    subprocess.run([sys.executable, "-c", START])
