"""lost thread"""

import threading


def test() -> None:
    threading.Thread(name="lost thread", target=threading.Event().wait, daemon=True).start()
