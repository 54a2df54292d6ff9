"""What run.py and test.py tell the person: short lines on standard error, never a traceback."""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""


class SetupError(Exception):
    """A step failed; the text says which one and what to do."""


def say(line: str) -> None:
    """Standard output stays free for the program that is started."""
    print(line, file=sys.stderr, flush=True)


def exit_code_of(main: Callable[[], int]) -> int:
    """Runs `main`; whatever the environment does to it becomes one sentence and exit code 1."""
    try:
        return main()
    except SetupError as error:
        say(str(error))
    except KeyboardInterrupt:
        say("Stopped.")
        return _INTERRUPTED
    except OSError as error:
        say(explain_os_error(error))
    return 1


def explain_os_error(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}. Free some space (2 GB), then try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"photofind's folder can't be written to{where}."
            " Put it in a folder of your own, then try again."
        )
    return f"The system reported: {error.strerror or error}{where}."
