"""Runs the checks one after the other, all of them even when one fails."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from environment import ROOT, TEST, ensure_environment
from report import say
from system_libraries import ensure_libraries
from test_programs import ensure_programs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LINT_IMPORTS = "from importlinter.cli import lint_imports_command as main; main(['--no-logo'])"
CHECKS: Mapping[str, Sequence[str]] = {
    "lint": ("-m", "ruff", "check"),
    "formatting": ("-m", "ruff", "format", "--check"),
    "types": ("-m", "mypy"),
    "import contracts": ("-c", _LINT_IMPORTS),
}
"""What is checked before the tests: arguments of the environment's Python."""
TESTS = ("-m", "pytest")
ALL_CORES = ("-n", "auto", "--dist", "worksteal")


def check_everything(pytest_arguments: Sequence[str]) -> int:
    """Sets the tools up where needed and runs the checks, or pytest alone on its arguments.

    The tests come last, so that the last line on standard output is pytest's summary.

    Returns:
        0 when everything passed; pytest's own exit code when only the tests ran.

    Raises:
        SetupError: the tools can't be set up.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # glibc gives every thread an arena of its own and keeps what was freed in it: a test process
    # that has opened sixteen windows, each with its threads and models, held 1.9 GB instead of 0.7.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    ensure_libraries(os.environ)
    ensure_programs()
    python = ensure_environment(TEST)
    if pytest_arguments:
        own = pytest_arguments[1:] if pytest_arguments[0] == "--" else pytest_arguments
        return _run(python, [*TESTS, *own])
    failed = run_checks(python, CHECKS)
    if _run(python, [*TESTS, *ALL_CORES]) != 0:
        failed.append("tests")
    if failed:
        say(f"Failed: {', '.join(failed)}. What went wrong is above.")
    return 1 if failed else 0


def run_checks(python: Path, checks: Mapping[str, Sequence[str]]) -> list[str]:
    """Runs every check, prints how each went and returns the names of those that failed."""
    failed = []
    results = []
    for name, arguments in checks.items():
        print(f"== {name}", flush=True)
        begin = time.monotonic()
        passed = _run(python, arguments) == 0
        elapsed_s = time.monotonic() - begin
        results.append(f"{'passed' if passed else 'FAILED'} {name} ({elapsed_s:.1f} s)")
        if not passed:
            failed.append(name)
    print("", *results, "", "== tests", sep="\n", flush=True)
    return failed


def _run(python: Path, arguments: Sequence[str]) -> int:
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
