"""Makes `.venv` at the top of the repository and installs photofind into it, once.

A stamp in `.venv` holds a fingerprint of everything that decides what is installed; while it
matches, nothing is done and pip isn't even started.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import debian
from python_version import OLDEST
from report import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
_LOG = VENV / "setup.log"
_SECTIONS = ("build-system", "project", "dependency-groups")
"""The tables of pyproject.toml that decide what is installed."""
_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo failed|Max retries"
    r"|Connection refused|Connection reset|ConnectTimeout|ReadTimeout|ProxyError|SSLError"
    r"|CERTIFICATE_VERIFY_FAILED|Network is unreachable|Connection broken"
)
_DISK_FULL = re.compile(r"No space left on device|not enough space|Disk quota exceeded")
_DENIED = re.compile(r"Permission denied|Read-only file system|Access is denied")
_NO_MATCH = re.compile(r"No matching distribution found for ([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of packages that one of the two commands needs.

    Attributes:
        name: the stamp's name.
        extras, groups: of pyproject.toml, beside photofind and its dependencies.
    """

    name: str
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


RUN = Profile("run")
TEST = Profile("test", extras=("export", "ocr"), groups=("test",))


def executable(name: str) -> Path:
    """A program of the environment, such as "python"."""
    if sys.platform == "win32":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def ensure_environment(profile: Profile) -> Path:
    """Makes the environment and installs the profile, unless that was done before.

    Returns:
        The environment's Python.

    Raises:
        SetupError: a step failed.
        OSError: `.venv` can't be written.
    """
    python = executable("python")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    stamp = VENV / f"{profile.name}.stamp"
    if python.exists() and _read(stamp) == _fingerprint(project):
        return python
    if not _is_usable(python):
        _make_environment()
    stamp.unlink(missing_ok=True)
    _install(profile, project)
    fingerprint = _fingerprint(project)
    # Every profile includes what run.py needs.
    for name in {profile.name, RUN.name}:
        (VENV / f"{name}.stamp").write_text(fingerprint, encoding="utf-8")
    return python


def _fingerprint(project: dict[str, Any]) -> str:
    """Changes when the packages, the Python below the environment, or its place change."""
    base = Path(os.path.realpath(executable("python"))).stat()
    parts = {
        "sections": {name: project.get(name) for name in _SECTIONS},
        "place": str(ROOT),
        "python": [base.st_size, base.st_mtime_ns],
        "configuration": _read(VENV / "pyvenv.cfg"),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _read(path: Path) -> str:
    """The file's text, empty when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _is_usable(python: Path) -> bool:
    """Whether the environment's Python starts, is the one it was made with, and has pip."""
    script = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        result = subprocess.run(
            [python, "-c", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    version = result.stdout.strip()
    configuration = _read(VENV / "pyvenv.cfg")
    made_with = re.search(r"^version(?:_info)? = (\d+\.\d+)", configuration, re.MULTILINE)
    if result.returncode != 0 or made_with is None or made_with[1] != version:
        return False
    return tuple(map(int, version.split("."))) >= OLDEST


def _make_environment() -> None:
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise SetupError(f"{VENV} is in the way: it is no Python environment. Move it elsewhere.")
    _ensure_venv_module()
    say(f"Making a Python environment in {VENV}.")
    # In two steps, because venv keeps to itself why pip could not be installed.
    for command in (
        [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)],
        [str(executable("python")), "-m", "ensurepip", "--upgrade", "--default-pip"],
    ):
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if result.returncode != 0:
            raise SetupError(explain_venv_failure(result.stdout))


def _ensure_venv_module() -> None:
    """Debian keeps a part of Python's venv module in a package of its own."""
    if all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        return
    if not debian.is_debian_like():
        raise SetupError(
            "This Python lacks its modules venv and ensurepip."
            " Install them with your system's package manager, then try again."
        )
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    debian.install_packages([(package,)], "Python's virtual environments")


def explain_venv_failure(output: str) -> str:
    """One or two sentences about why the environment could not be made, from what was printed."""
    if _DISK_FULL.search(output):
        return f"The disk is full: no room for {VENV}. Free some space (2 GB), then try again."
    if _DENIED.search(output):
        return f"{VENV} can't be written. Put photofind in a folder of your own, then try again."
    lines = output.strip().splitlines() or ["it gave no reason"]
    return f"Python could not make the environment {VENV}: {lines[-1].strip()}"


def _install(profile: Profile, project: dict[str, Any]) -> None:
    """Runs pip; its progress is shown on a terminal, its complaints go to the log."""
    extras = f"[{','.join(profile.extras)}]" if profile.extras else ""
    tools = (tool for group in profile.groups for tool in project["dependency-groups"][group])
    python = executable("python")
    say("Installing photofind and what it needs; the first time this takes some minutes.")
    with _LOG.open("w", encoding="utf-8") as log:
        result = subprocess.run(
            [str(python), "-m", "pip", "install", "--no-input", "--editable", f".{extras}", *tools],
            cwd=ROOT,
            env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr if sys.stderr.isatty() else log,
            stderr=log,
            check=False,
        )
    if result.returncode != 0:
        output = _LOG.read_text(encoding="utf-8", errors="replace")
        raise SetupError(explain_pip_failure(output, result.returncode))


def explain_pip_failure(output: str, exit_code: int) -> str:
    """Two or three sentences about why pip failed and what helps, from what it printed."""
    details = f"pip's own words are in {_LOG}."
    if exit_code < 0:
        return (
            f"pip was ended from outside (signal {-exit_code}), perhaps because memory ran out."
            f" Try again. {details}"
        )
    if _DISK_FULL.search(output):
        return (
            "The disk is full: pip could not install photofind's packages."
            " Free some space (2 GB), then try again."
        )
    if _NETWORK.search(output):
        return (
            "pip could not reach its package index. Check the network, and pip's settings if you"
            f" use a mirror or proxy, then try again. {details}"
        )
    if no_match := _NO_MATCH.search(output):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"pip found no {no_match[1]} for Python {version} on this system. Remove {VENV}"
            f" and start with another Python version. {details}"
        )
    errors = [line for line in output.splitlines() if line.lower().startswith("error:")]
    reason = errors[-1][len("error:") :].strip() if errors else "it gave no reason"
    return f"pip could not install photofind's packages: {reason}. {details}"
