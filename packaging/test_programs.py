"""Other people's programs that some tests compare photofind with."""

from __future__ import annotations

import os
import shutil
import sys

import debian

PROGRAMS = {"exiftool": ("libimage-exiftool-perl",)}
"""Each program and the names its Debian package has had."""


def ensure_programs() -> None:
    """Installs what is missing where that is possible unasked; elsewhere those tests skip.

    Raises:
        SetupError: apt-get failed.
    """
    missing = [names for program, names in PROGRAMS.items() if shutil.which(program) is None]
    if missing and sys.platform == "linux" and debian.is_debian_like() and os.geteuid() == 0:
        debian.install_packages(missing, "the tests")
