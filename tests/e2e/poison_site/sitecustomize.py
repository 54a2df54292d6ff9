"""Run at the start of a worker under test: photos that end in a marker poison their decoder."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import time
from pathlib import Path

ABORT = b"photofind-test-abort"
HANG = b"photofind-test-hang"
MEMORY = b"photofind-test-memory"
LATE_ABORT = b"photofind-test-late-stop"
"""Its preview is harmless."""

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (runs in every child)
_LIMIT_BYTES = 700 * 2**20


def _run_the_other_one() -> None:
    """Python runs only the first sitecustomize it finds; the network block is another."""
    others = [folder for folder in sys.path if os.path.abspath(folder) != _HERE]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _poison() -> None:
    from photofind.indexing import decode_watchdog
    from photofind.media import decode

    healthy, healthy_first_pass = decode.decode_photo, decode.decode_first_pass

    def poisoned(source, *arguments, **options):  # type: ignore[no-untyped-def]
        data = take(source)  # type: ignore[no-untyped-call]
        if data.endswith(LATE_ABORT):
            os.abort()
        return healthy(source, *arguments, **options)

    def poisoned_first_pass(source, *arguments, **options):  # type: ignore[no-untyped-def]
        take(source)  # type: ignore[no-untyped-call]
        return healthy_first_pass(source, *arguments, **options)

    def take(source):  # type: ignore[no-untyped-def]
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        if data.endswith(ABORT):
            os.abort()
        if data.endswith(HANG):
            time.sleep(3600)
        if data.endswith(MEMORY):
            eaten = b"\1" * _LIMIT_BYTES  # at once: a busy machine must not make it a hang
            time.sleep(3600)
            del eaten
        return data

    decode.decode_photo = poisoned
    decode.decode_first_pass = poisoned_first_pass
    decode_watchdog.memory_limit_bytes = lambda: _LIMIT_BYTES
    defaults = decode_watchdog.DecodeWatchdog.__init__.__kwdefaults__
    assert defaults is not None
    defaults.update(longest_s=2.0, check_s=0.05)


if __name__ == "sitecustomize":
    _run_the_other_one()
    if "--worker" in sys.orig_argv:
        _poison()
