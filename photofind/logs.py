"""Where photofind writes down what went wrong. Never queries, captions or answers."""

from __future__ import annotations

import copy
import io
import logging
import logging.handlers
import os
import re
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

LEVEL_VARIABLE = "PHOTOFIND_LOG"
"""Set to "debug", the logs hold everything, the names of photos included."""

_MAX_BYTES = 1_000_000
_KEPT = 3
_PRIVATE_FILE = 0o600
_HIDDEN = "…"
_TOLD = re.compile(
    r"""
    (?P<quote>['"“`]) .* (['"”`])        # from the first quotation mark to the last
    | (?:[A-Za-z]:)? [/\\] .*            # from the first separator of a path on
    """,
    re.VERBOSE | re.DOTALL,
)


def start_logging(file: Path, level: int | None = None) -> None:
    """Sends this process's log to a rotating file that only its owner can read.

    A log that can't be written is no reason not to work.

    Args:
        level: INFO when left out, or DEBUG if PHOTOFIND_LOG asks for it.
    """
    if level is None:
        wanted = os.environ.get(LEVEL_VARIABLE, "").lower()
        level = logging.DEBUG if wanted == "debug" else logging.INFO
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = _PrivateFileHandler(
            file, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace"
        )
    except OSError:
        handler = logging.NullHandler()
    form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(
        logging.Formatter(form) if level <= logging.DEBUG else DiscreetFormatter(form)
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)


def stop_logging() -> None:
    """Lets go of the files: where they are open, Windows deletes none."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _PrivateFileHandler)]:
        root.removeHandler(handler)
        handler.close()


class DiscreetFormatter(logging.Formatter):
    """Writes where an error came from, but not what it was about.

    The message of an exception may quote a query or name a photo. What stands in quotation marks
    and what looks like a path is left out of it; the program's own lines of the traceback, which
    hold no values, stay.
    """

    def format(self, record: logging.LogRecord) -> str:
        told = copy.copy(record)
        told.exc_text = None  # another handler may have left the whole text there
        if isinstance(record.args, tuple):
            told.args = tuple(
                discreet(str(each)) if isinstance(each, BaseException) else each
                for each in record.args
            )
        return super().format(told)

    def formatException(  # noqa: N802 (logging's name)
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        error = ei[1]
        if error is None:
            return ""
        lines: list[str] = []
        for cause, link in _chain(error):
            lines += traceback.format_tb(cause.__traceback__)
            name = type(cause).__qualname__
            lines.append(f"{type(cause).__module__}.{name}: {discreet(str(cause))}\n{link}")
        return "".join(lines).rstrip()


def discreet(message: str) -> str:
    """The message without what stands in quotation marks and without paths."""
    return _TOLD.sub(_HIDDEN, message)


def _chain(error: BaseException) -> list[tuple[BaseException, str]]:
    """The errors that led to this one, the first cause first."""
    chain: list[tuple[BaseException, str]] = []
    current: BaseException | None = error
    while current is not None and all(current is not seen for seen, _ in chain):
        link = "\nwhich led to:\n\n" if chain else ""
        chain.append((current, link))
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return chain[::-1]


class _PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """Files that only their owner can read, those begun when one is full included."""

    def _open(self) -> io.TextIOWrapper:
        descriptor = os.open(
            self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _PRIVATE_FILE
        )
        return io.TextIOWrapper(
            os.fdopen(descriptor, "ab"), encoding=self.encoding, errors=self.errors
        )
