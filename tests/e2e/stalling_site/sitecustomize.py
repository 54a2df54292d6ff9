"""Run at the start of a worker under test: a drive that stops answering, and impatience.

While the file named by the environment exists, whatever asks for a path with a marker in it
hangs, as on a network drive whose server is gone.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
import time

HANGS_VARIABLE = "PHOTOFIND_TEST_HANGS_WHILE"
MARKER = "stalling"
RETRY_S = 0.2

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 (runs in every child)


def _run_the_other_one() -> None:
    """Python runs only the first sitecustomize it finds; the network block is another."""
    others = [folder for folder in sys.path if os.path.abspath(folder) != _HERE]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _hang(path: object) -> None:
    flag = os.environ.get(HANGS_VARIABLE, "")
    if isinstance(path, bytes | str | os.PathLike) and MARKER in os.fsdecode(path):
        while os.path.exists(flag):  # noqa: PTH110
            time.sleep(0.02)


def _stall() -> None:
    from photofind.indexing import batch, unresponsive_roots
    from photofind.media import identity, timeouts
    from photofind.worker import watching

    scandir, read_and_hash = os.scandir, identity.read_and_hash

    def slow_scandir(path="."):  # type: ignore[no-untyped-def]
        _hang(path)
        return scandir(path)

    def slow_read(path, *arguments, **options):  # type: ignore[no-untyped-def]
        _hang(path.name)
        return read_and_hash(path, *arguments, **options)

    os.scandir = slow_scandir
    vars(batch)["read_and_hash"] = slow_read
    unresponsive_roots.STALLED_S = 0.5
    timeouts.TimedCalls.call.__defaults__ = (0.5,)
    watching.FIRST_RETRY_S = RETRY_S


if __name__ == "sitecustomize":
    _run_the_other_one()
    if "--worker" in sys.orig_argv:
        _stall()
