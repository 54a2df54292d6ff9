from __future__ import annotations

import pytest
from environment import explain_pip_failure, explain_venv_failure

NO_NETWORK = """\
WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by \
'NewConnectionError('Failed to establish a new connection: [Errno -3] Temporary failure in name \
resolution')': /simple/hatchling/
ERROR: Could not find a version that satisfies the requirement hatchling>=1.27 (from versions: none)
ERROR: No matching distribution found for hatchling>=1.27
"""
NO_WHEEL = """\
ERROR: Could not find a version that satisfies the requirement numkong>=7.8 (from versions: none)
ERROR: No matching distribution found for numkong>=7.8
"""
DISK_FULL = """\
WARNING: Connection broken, retrying
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""
OTHER = """\
error: subprocess-exited-with-error
ERROR: Cannot uninstall 'x'.
note: This is an issue with the package.
"""


@pytest.mark.parametrize(
    ("output", "exit_code", "said"),
    [
        (NO_NETWORK, 1, "could not reach its package index"),
        (NO_WHEEL, 1, "found no numkong for Python 3."),
        (DISK_FULL, 1, "The disk is full"),
        (OTHER, 1, "Cannot uninstall 'x'"),
        ("", 2, "it gave no reason"),
        ("Downloading torch", -9, "ended from outside (signal 9)"),
    ],
)
def test_pip_failures_are_explained(output: str, exit_code: int, said: str) -> None:
    assert said in explain_pip_failure(output, exit_code)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("OSError: [Errno 28] No space left on device: 'x'", "The disk is full"),
        ("Error: [Errno 30] Read-only file system: 'x'", "can't be written"),
        ("something\nError: unheard of\n", "Error: unheard of"),
        ("", "it gave no reason"),
    ],
)
def test_venv_failures_are_explained(output: str, said: str) -> None:
    assert said in explain_venv_failure(output)
