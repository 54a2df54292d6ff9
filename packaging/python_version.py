"""The one file here that old Pythons must be able to read: it says that they are too old."""

import shutil
import sys

OLDEST = (3, 11)
_NEWER = ("3.14", "3.13", "3.12", "3.11")


def require_python() -> None:
    """Ends the program with a sentence when this Python is too old for photofind."""
    if sys.version_info >= OLDEST:
        return
    this = "{}.{}".format(*sys.version_info)
    sentence = "photofind needs Python 3.11 or newer; this is Python " + this + "."
    found = [name for name in map("python".__add__, _NEWER) if shutil.which(name)]
    if found:
        advice = " This machine has a newer one: run " + found[0] + " " + sys.argv[0]
    else:
        advice = " Install a newer one from your system's packages or from python.org."
    sys.exit(sentence + advice)
