"""The exit codes, which scripts rely on."""

from __future__ import annotations

from photofind.cli.arguments import UsageError
from photofind.domain import PhotofindError, QueryError

EXIT_DONE = 0
"""Also when nothing was found, and when single files failed."""
EXIT_FAILED = 1
"""The job could not be done."""
EXIT_WRONG_USE = 2
EXIT_INTERRUPTED = 130
"""Ctrl-C: 128 + SIGINT, as shells expect it."""


class InterruptedByPersonError(PhotofindError):
    """Ctrl-C was pressed. Code: interrupted."""

    def __init__(self, user_message: str = "Stopped.") -> None:
        super().__init__("interrupted", user_message)


class BugError(PhotofindError):
    """Our own mistake; its traceback is in the log. Code: internal."""

    def __init__(self, error: Exception, log: object) -> None:
        super().__init__(
            "internal",
            f"photofind ran into a bug of its own: {type(error).__name__}: {error}. "
            f"Details are in {log}",
        )


def exit_code(error: PhotofindError) -> int:
    """What the program exits with because of an error."""
    if isinstance(error, UsageError | QueryError):
        return EXIT_WRONG_USE
    return EXIT_INTERRUPTED if isinstance(error, InterruptedByPersonError) else EXIT_FAILED
