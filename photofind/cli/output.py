"""Standard output and standard error: one JSON document, or lines for people.

Names of files come from strangers: what can't be encoded becomes a replacement character,
and control characters never reach a terminal.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photofind.domain import PhotofindError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

_READER_GONE = (errno.EPIPE, errno.EINVAL)
"""What writing to a closed pipe fails with, on Windows the latter."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """The text with undecodable bytes and control characters replaced."""
    return "".join(
        _REPLACEMENT if unicodedata.category(character) in ("Cc", "Cs") else character
        for character in text
    )


def counted(number: int, noun: str) -> str:
    """1 → "1 photo", 1200 → "1,200 photos"."""
    return f"1 {noun}" if number == 1 else f"{number:,} {noun}s"


def to_json(document: Mapping[str, object]) -> str:
    r"""One line of ASCII; an undecodable byte of a path is written as its \udcXX escape."""
    return json.dumps(document, ensure_ascii=True, allow_nan=False)


def prepare_streams() -> None:
    """Makes printing any text safe, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


class ReaderGoneError(Exception):
    """Whoever read standard output (head, less) has seen enough; no reason to complain."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's result goes.

    Attributes:
        as_json: exactly one JSON document on standard output, nothing else there.
    """

    as_json: bool

    def document(self, document: Mapping[str, object]) -> None:
        """Prints the JSON document."""
        _print_result(to_json(document))

    def line(self, *cells: str) -> None:
        """Prints a line of the result for people; several cells are set apart by tabs."""
        _print_result("\t".join(printable(cell) for cell in cells))

    def remark(self, text: str) -> None:
        """Says something about the result: beside it on a terminal, else on standard error,
        so that what is piped on is the result alone."""
        print(printable(text), file=sys.stdout if self.on_terminal else sys.stderr, flush=True)

    def error(self, code: str, message: str) -> None:
        """Prints why the command failed."""
        if self.as_json:
            self.document({"error": {"code": code, "message": message}})
        else:
            print(f"photofind: {printable(message)}", file=sys.stderr, flush=True)

    @property
    def on_terminal(self) -> bool:
        """Standard output is a terminal: tables, colours and links make sense."""
        return sys.stdout is not None and sys.stdout.isatty()

    @property
    def progress_on_terminal(self) -> bool:
        """Standard error is a terminal: a moving bar makes sense."""
        return sys.stderr is not None and sys.stderr.isatty()

    def console(self) -> Console:
        """A rich console on standard output."""
        from rich.console import Console

        return Console(highlight=False, soft_wrap=False)


def _print_result(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        _abandon_stdout()
        if error.errno in _READER_GONE:
            raise ReaderGoneError from error
        raise PhotofindError(
            "output_failed", f"The result could not be written: {error.strerror}."
        ) from error


def _abandon_stdout() -> None:
    """Keeps the interpreter from writing what is left when it exits, and failing again."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def file_link(path: Path) -> str:
    """The address a terminal opens when the path is clicked (OSC 8), "" for odd names."""
    try:
        return path.as_uri()
    except ValueError:
        return ""
