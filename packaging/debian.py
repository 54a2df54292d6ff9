"""Installs packages on Debian and its relatives, or says how to."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from report import SetupError, say

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTS = Path("/var/lib/apt/lists")
_OS_RELEASE = Path("/etc/os-release")
_INSTALL = ("install", "--yes", "--no-install-recommends")
_LOCK_TIMEOUT_S = 300
"""How long apt-get waits for another package manager to finish."""


def is_debian_like(os_release: Path = _OS_RELEASE) -> bool:
    """Whether apt-get is here and the system calls itself Debian or a relative."""
    if shutil.which("apt-get") is None:
        return False
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    family = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return not {"debian", "ubuntu"}.isdisjoint(family)


def install_packages(packages: Sequence[Sequence[str]], purpose: str) -> None:
    """Installs packages when allowed to.

    Args:
        packages: one entry a package: the names it has had over the releases.
        purpose: what they are for, as in "Installing ... for {purpose}".

    Raises:
        SetupError: not root (the sentence has the command to run), or apt-get failed.
    """
    if os.geteuid() != 0:
        command = shlex.join(["sudo", "apt-get", "install", *_choose(packages)])
        raise SetupError(
            f"Some packages are missing for {purpose}. Run this, then try again:\n  {command}"
        )
    if not any(_LISTS.glob("*_Packages*")):
        _apt_get("update")
    names = _choose(packages)
    say(f"Installing {' '.join(names)} for {purpose}.")
    if _apt_get(*_INSTALL, *names).returncode == 0:
        return
    # The lists may be older than the mirror's packages.
    _apt_get("update")
    result = _apt_get(*_INSTALL, *names)
    if result.returncode != 0:
        errors = [line for line in result.stdout.splitlines() if line.startswith("E: ")]
        reason = errors[0].removeprefix("E: ") if errors else "no reason given"
        raise SetupError(
            f"apt-get could not install {' '.join(names)} for {purpose} ({reason})."
            " Check the network and the package sources, then try again."
        )


def _apt_get(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["apt-get", "-o", f"DPkg::Lock::Timeout={_LOCK_TIMEOUT_S}", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _choose(packages: Sequence[Sequence[str]]) -> list[str]:
    """The name each package has on this release, each once, in order."""
    chosen = (
        names[0] if len(names) == 1 else next(filter(_exists, names), names[0])
        for names in packages
    )
    return list(dict.fromkeys(chosen))


def _exists(package: str) -> bool:
    result = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return result.returncode == 0
